"""Setting up an organization."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from wagtail.models import Collection, Locale, Page, Site

from tenancy import audit, queries
from tenancy.audit import Actor
from tenancy.enums import DomainStatus, OrganizationStatus, Role
from tenancy.models import Domain, Organization, RoleGroup
from tenancy.operations.roles import grant_roles
from tenancy.scope import every_organization
from tenancy.signals import organization_created


def _public_port() -> int:
    base = urlsplit(settings.BASE_URL)
    return base.port or {"https": 443}.get(base.scheme, 80)


@transaction.atomic
def _set_up(organization: Organization, *, host: str, actor: Actor) -> None:
    organization.full_clean(exclude=["organization"])
    organization.save()
    with every_organization(writing_for=organization.pk):
        Domain.objects.create(host=host, is_canonical=True, status=DomainStatus.VERIFIED, verified_at=timezone.now())
        root = Page.get_first_root_node()
        container = root.add_child(
            instance=Page(
                title=organization.name,
                slug=organization.slug,
                locale=Locale.objects.get(language_code=organization.default_language),
            )
        )
        organization.site = Site.objects.create(
            hostname=host, port=_public_port(), site_name=organization.name, root_page=container
        )
        organization.save(update_fields=["site"])
        collection = Collection.get_first_root_node().add_child(instance=Collection(name=organization.name))
        groups = {role: Group.objects.create(name=str(role.label)) for role in Role}
        for role, group in groups.items():
            RoleGroup.objects.create(role=role, group=group)
        grant_roles(groups, container=container, collection=collection)
        organization_created.send(Organization, organization=organization, container=container)
        audit.record("organization.created", organization, actor=actor)


def create_organization(
    name: str,
    *,
    slug: str,
    host: str,
    currency: str,
    time_zone: str,
    languages: Sequence[str],
    order_prefix: str,
    business_email: str = "",
    business_phone: str = "",
    business_address: str = "",
    status: OrganizationStatus = OrganizationStatus.ACTIVE,
    actor: Actor = None,
) -> Organization:
    """Create an organization with its host name, site, page container, homes, picture collection and role groups; return it.

    The first of `languages` is its own language. Raises `ValidationError` when a value is not right, such as an unknown currency
    or a slug that is taken.
    """
    organization = Organization(
        name=name,
        slug=slug,
        currency=currency,
        time_zone=time_zone,
        default_language=languages[0],
        languages=list(languages),
        order_prefix=order_prefix,
        business_name=name,
        business_email=business_email,
        business_phone=business_phone,
        business_address=business_address,
        status=status,
    )
    with every_organization():
        _set_up(organization, host=host, actor=actor)
    queries.forget_hosts()
    return organization
