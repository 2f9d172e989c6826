import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from crm.operations import create_attention_rules, evaluate_attention
from devtools.demo_content import (
    harbour,
    kyoto,
    write_legal,
    write_orders,
    write_pages,
    write_people,
    write_tours,
    write_work,
)
from tenancy.scope import organization_scope
from tours.models import Tour

SITES = [harbour.SITE, kyoto.SITE]


class Command(BaseCommand):
    help = "Fills the database with the demo's two organizations; what is there already stays as it is."

    def handle(self, **options):  # type: ignore[no-untyped-def]
        folder = Path(os.environ.get("DEMO_DIR") or settings.BASE_DIR / ".demo")
        folder.mkdir(parents=True, exist_ok=True)
        base = urlsplit(settings.BASE_URL)
        port = base.port or 80
        password, password_hash = write_people.kept_password(folder)
        organizations = {site.slug: write_people.ensure_organization(site, port=port) for site in SITES}
        with write_pages.drawing(site for site in SITES if self.is_empty(organizations[site.slug])) as drawings:
            for site in SITES:
                organization = organizations[site.slug]
                write_people.ensure_staff(site, organization, password_hash=password_hash)
                with organization_scope(organization.pk):
                    self.fill(site, organization, drawings.get(site.slug))
        write_people.write_summary(folder, sites=SITES, port=port, password=password, password_hash=password_hash)

    @staticmethod
    def is_empty(organization):  # type: ignore[no-untyped-def]
        with organization_scope(organization.pk):
            return not Tour.objects.exists()

    def fill(self, site, organization, drawings):  # type: ignore[no-untyped-def]
        now = timezone.now()
        if drawings is not None:
            with transaction.atomic():
                tours = write_tours.write_tours(site)
                write_pages.write_pages(site, organization, tours=tours, drawings=drawings)
                write_legal.write_legal(site)
            self.stdout.write(f"{site.name}: tours and pages")
        made = write_tours.extend_departures(site, today=now.astimezone(organization.zone).date())
        if made:
            self.stdout.write(f"{site.name}: {made} departures")
        client = write_orders.emulator_client(site)
        if client is None and settings.STRIPE_API_BASE != write_orders.STRIPE_ITSELF:
            self.stdout.write(f"{site.name}: the Stripe emulator does not answer, so nobody pays by card")
        write_orders.set_up_payment(site, organization, client=client)
        write_orders.write_policy()
        write_orders.write_orders(site, client=client, now=now)
        write_orders.write_calls(site, now=now)
        write_work.write_work(site, now=now)
        # Also in a demo that was made before there were rules.
        create_attention_rules()
        evaluate_attention(now=now)
