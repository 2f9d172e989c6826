"""Choices of the tenancy app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationStatus(models.TextChoices):
    """Where an organization is in its life: only an active one serves guests."""

    SETUP = "setup", _("Being set up")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DELETED = "deleted", _("Deleted")


class Role(models.TextChoices):
    """What a member may do; each role is a group of its organization."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    EDITOR = "editor", _("Editor")
    GUIDE = "guide", _("Guide")


class InvitationStatus(models.TextChoices):
    """How things stand with an invitation; derived from its times, never stored."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class DomainStatus(models.TextChoices):
    """Whether an organization has shown that a host name is its own; only a verified one serves."""

    WAITING = "waiting", _("Waiting for the DNS record")
    VERIFIED = "verified", _("Verified")
    FAILED = "failed", _("Not verified")


class DomainProblem(models.TextChoices):
    """Why a host name is not verified yet."""

    MISSING = "missing", _("There is no such record yet. New records can take some hours to be seen everywhere.")
    OTHER = "other", _("There is a record with this name, but its value is another one.")
    UNREACHABLE = "unreachable", _("The name servers did not answer. We try again.")
    TAKEN = "taken", _("Another organization has shown before that this host name is its own.")


class DeliveryStatus(models.TextChoices):
    """How far a domain event has come on its way to one subscriber."""

    PENDING = "pending", _("Waiting")
    DELIVERED = "delivered", _("Done")
    FAILED = "failed", _("Failed")
