"""The host names of an organization: asked for, verified by a DNS record, made the main one, given up."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenancy import audit, queries
from tenancy.audit import Actor
from tenancy.enums import DomainProblem, DomainStatus
from tenancy.gateways import dns
from tenancy.jobs import enqueue, enqueue_once
from tenancy.models import Domain, Organization
from tenancy.rules import may_be_given_out, next_domain_check
from tenancy.signals import organization_changed

# Host names of one organization that may wait for their record at a time.
MAX_WAITING: Final = 10
# How much of what stands in the DNS is kept for people to compare.
MAX_FOUND: Final = 5
MAX_FOUND_LENGTH: Final = 200


class DomainRefused(ValueError):
    """What was asked for a host name cannot be done; nothing was. The message is for staff, in the active language."""


def add_domain(organization: Organization, *, host: str, now: datetime, actor: Actor) -> Domain:
    """Note that an organization wants to be reached under a host name, and start looking for its DNS record; return it.

    `host` is as `rules.host_name` returns it. A name below the platform's own is verified at once. Raises `DomainRefused` when the
    name is taken or too many are waiting.
    """
    try:
        with transaction.atomic():
            Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
            if Domain.objects.filter(host=host).exists():
                raise DomainRefused(_("%(host)s is on your list already.") % {"host": host})
            if queries.host_is_taken(host):
                raise DomainRefused(_taken(host))
            if Domain.objects.exclude(status=DomainStatus.VERIFIED).count() >= MAX_WAITING:
                raise DomainRefused(_("Too many addresses are waiting. Remove one that you no longer need."))
            is_own = queries.is_platform_host(host)
            if queries.is_platform_itself(host) or (
                is_own and not may_be_given_out(host, suffix=settings.PLATFORM_HOST_SUFFIX)
            ):
                raise DomainRefused(_("%(host)s belongs to the platform. Choose another name.") % {"host": host})
            domain = Domain.objects.create(
                host=host,
                status=DomainStatus.VERIFIED if is_own else DomainStatus.WAITING,
                verified_at=now if is_own else None,
                asked_at=now,
                next_check_at=None if is_own else next_domain_check(now, now=now),
            )
            audit.record("domain.added", domain, actor=actor)
            if is_own:
                transaction.on_commit(queries.forget_hosts)
            else:
                enqueue("tenancy.check_domain", domain_id=domain.pk)
    except IntegrityError as error:
        # Somebody else was quicker between the question and the writing.
        raise DomainRefused(_taken(host)) from error
    return domain


def _taken(host: str) -> str:
    return _("%(host)s is already taken: it leads to another organization.") % {"host": host}


def check_domain(domain_id: int, *, now: datetime, actor: Actor = None) -> Domain | None:
    """Look for the DNS record of a waiting host name and write down what was found; return the host name, or None when it is gone.

    A host name whose record is not found for a week is `failed` and no longer looked for. Must not run in a transaction.
    """
    domain = Domain.objects.filter(pk=domain_id).first()
    if domain is None or domain.status != DomainStatus.WAITING:
        return domain
    problem: DomainProblem | None
    try:
        found = dns.txt_records(domain.record_name)
    except dns.DnsUnavailable:
        found, problem = [], DomainProblem.UNREACHABLE
    else:
        problem = None if domain.token in found else DomainProblem.OTHER if found else DomainProblem.MISSING
    try:
        return _note_check(domain_id, found=found, problem=problem, now=now, actor=actor)
    except IntegrityError:
        return _note_check(domain_id, found=found, problem=DomainProblem.TAKEN, now=now, actor=actor)


@transaction.atomic
def _note_check(
    domain_id: int, *, found: list[str], problem: DomainProblem | None, now: datetime, actor: Actor
) -> Domain | None:
    domain = Domain.objects.select_for_update().filter(pk=domain_id).first()
    if domain is None or domain.status != DomainStatus.WAITING:
        return domain
    domain.found = [value[:MAX_FOUND_LENGTH] for value in found[:MAX_FOUND]]
    domain.problem = problem or ""
    domain.checked_at = now
    domain.next_check_at = next_domain_check(domain.asked_at or domain.created_at, now=now)
    if problem is None:
        domain.status = DomainStatus.VERIFIED
        domain.verified_at = now
        domain.next_check_at = None
        audit.record("domain.verified", domain, actor=actor)
        transaction.on_commit(queries.forget_hosts)
    elif problem == DomainProblem.TAKEN or domain.next_check_at is None:
        domain.status = DomainStatus.FAILED
        domain.next_check_at = None
        audit.record("domain.failed", domain, actor=actor, problem=problem.value)
    domain.save()
    return domain


def check_domain_now(domain: Domain, *, now: datetime, actor: Actor) -> Domain | None:
    """Look for the DNS record at once, and go on for another week when it is not there; return the host name, or None when gone."""
    with transaction.atomic():
        locked = Domain.objects.select_for_update().filter(pk=domain.pk).first()
        if locked is None or locked.is_verified:
            return locked
        locked.status = DomainStatus.WAITING
        locked.asked_at = now
        locked.save()
    return check_domain(domain.pk, now=now, actor=actor)


@transaction.atomic
def make_main_domain(domain: Domain, *, actor: Actor) -> Domain:
    """Make a verified host name the main one, to which guests at the others are led; return it.

    Raises `DomainRefused` for a host name that is not verified.
    """
    organization = Organization.objects.select_for_update(no_key=True).get()
    locked = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if locked is None or not locked.is_verified:
        raise DomainRefused(_("Only a verified address can be the main one."))
    if locked.is_canonical:
        return locked
    before = queries.canonical_host(organization)
    Domain.objects.filter(is_canonical=True).update(is_canonical=False)
    locked.is_canonical = True
    locked.save()
    assert organization.site is not None
    # What Wagtail writes into the addresses of pages.
    organization.site.hostname = locked.host
    organization.site.save(update_fields=["hostname"])
    audit.record("domain.made_main", locked, actor=actor, before=before, after=locked.host)
    organization_changed.send(Organization, organization=organization)
    transaction.on_commit(queries.forget_hosts)
    return locked


@transaction.atomic
def remove_domain(domain: Domain, *, actor: Actor) -> None:
    """Give up a host name: guests are no longer served there, and others may ask for it. Raises `DomainRefused` for the main one."""
    Organization.objects.select_for_update(no_key=True).get()
    locked = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if locked is None:
        return
    if locked.is_canonical:
        raise DomainRefused(_("The main address cannot be removed. Make another one the main address first."))
    audit.record("domain.removed", locked, actor=actor)
    locked.delete()
    transaction.on_commit(queries.forget_hosts)


def sweep_domains(*, now: datetime, limit: int = 200) -> int:
    """Start the checks that are due in every organization; needs `every_organization`. Returns how many."""
    due = list(
        Domain.objects.filter(status=DomainStatus.WAITING, next_check_at__lte=now)
        .order_by("next_check_at")
        .values_list("pk", "organization_id")[:limit]
    )
    for domain_id, organization_id in due:
        enqueue_once(organization_id, "tenancy.check_domain", domain_id=domain_id)
    return len(due)
