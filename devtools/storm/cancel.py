"""Cancels one departure of a storm as staff would, so that its guests are told and paid back."""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from commerce.operations import GuestPlan, cancel_departure  # noqa: E402
from tenancy.models import Organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.models import Schedule  # noqa: E402


def main() -> None:
    with every_organization():
        organization = Organization.objects.get(slug="storm")
    with organization_scope(organization.pk):
        schedule = Schedule.objects.get(public_id=sys.argv[1])
        cancel_departure(schedule, plan=GuestPlan(reason="Storm"), now=timezone.now())


if __name__ == "__main__":
    main()
