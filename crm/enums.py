"""Choices of the crm app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProtocolKind(models.TextChoices):
    """How staff and a customer were in contact."""

    CALL = "call", _("Phone call")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")
    MAIL = "mail", _("E-mail or letter")
    CHAT = "chat", _("Chat")
    VISIT = "visit", _("Visit")
    OWN = "own", _("A kind of our own")


class Outcome(models.TextChoices):
    """How a contact ended."""

    SETTLED = "settled", _("Settled")
    PROMISED = "promised", _("We get back to them")
    WAITING = "waiting", _("They get back to us")
    NO_ANSWER = "no_answer", _("Nobody answered")
    LEFT_MESSAGE = "left_message", _("Left a message")


class Direction(models.TextChoices):
    """Who began the contact."""

    INBOUND = "inbound", _("From the customer")
    OUTBOUND = "outbound", _("To the customer")
    INTERNAL = "internal", _("Among ourselves")


class Channel(models.TextChoices):
    """By which way a message goes out."""

    EMAIL = "email", _("E-mail")


class MessageStatus(models.TextChoices):
    """How far a message has come."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class CustomerSource(models.TextChoices):
    """How a customer came to be known."""

    CHECKOUT = "checkout", _("Checkout")
    STAFF = "staff", _("Entered by staff")
    IMPORT = "import", _("Import")


class ConsentPurpose(models.TextChoices):
    """What somebody allowed the organization to do."""

    NEWSLETTER = "newsletter", _("News and offers by e-mail")
