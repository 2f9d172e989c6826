"""The organizations of the demo, their staff, and the one password that all of them have."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from devtools.demo_content.shapes import DemoSite
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.operations import add_member, create_organization
from tenancy.queries import forget_hosts
from tenancy.scope import every_organization, organization_scope


def ensure_organization(site: DemoSite, *, port: int) -> Organization:
    """Return the organization of a site, made when it is not there yet, with its addresses at `port`."""
    with every_organization():
        found = Organization.objects.filter(slug=site.slug).select_related("site").first()
    if found is None:
        found = create_organization(
            site.name,
            slug=site.slug,
            host=site.host,
            currency=site.currency,
            time_zone=site.time_zone,
            languages=site.languages,
            order_prefix=site.order_prefix,
            business_email=site.email,
            business_phone=site.phone,
            business_address=site.address,
        )
    assert found.site is not None
    if found.site.port != port:
        with every_organization(writing_for=found.pk):
            found.site.port = port
            found.site.save()
        forget_hosts()
    return found


def ensure_staff(site: DemoSite, organization: Organization, *, password_hash: str) -> None:
    """Make the accounts of a site's staff that are not there yet, and give all of them the demo's password."""
    with organization_scope(organization.pk):
        known = dict(Membership.objects.values_list("user__email", "user__password"))
    for role, (first_name, last_name) in site.staff.items():
        email = staff_email(site, role)
        if known.get(email) == password_hash:
            continue
        with every_organization():
            user, _created = User.objects.update_or_create(
                email=email, defaults={"first_name": first_name, "last_name": last_name, "password": password_hash}
            )
        if email not in known:
            add_member(organization, user=user, role=Role(role))


def staff_email(site: DemoSite, role: str) -> str:
    """Return the e-mail address of the account with a role."""
    return f"{role}@{site.slug}.example"


def kept_password(folder: Path) -> tuple[str, str]:
    """Return the demo's password and its hash: made at random the first time, kept in the demo's folder since."""
    path = folder / "demo.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    if {"password", "password_hash"} <= kept.keys():
        return kept["password"], kept["password_hash"]
    # Without letters and digits that are taken for each other.
    password = "-".join(
        "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _n in range(4)) for _m in range(3)
    )
    return password, make_password(password)


def write_summary(folder: Path, *, sites: list[DemoSite], port: int, password: str, password_hash: str) -> None:
    """Write down where the sites are and who can sign in, readable by the owner of the folder only."""
    summary: dict[str, Any] = {
        "sites": [
            {
                "name": site.name,
                "url": f"http://{site.host}:{port}/",
                "logins": [{"email": staff_email(site, role), "role": role} for role in site.staff],
            }
            for site in sites
        ],
        "password": password,
        "password_hash": password_hash,
    }
    unfinished = folder / "demo.json.new"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(summary, file, indent=2)
    unfinished.rename(folder / "demo.json")
