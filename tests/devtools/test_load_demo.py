"""The demo's content: complete after one load, untouched by a second, and following the port."""

import json
import stat

import pytest
from django.core.management import call_command
from wagtail.models import Page, Site
from wagtail_localize.models import TranslationSource

from cms.models import TourPage
from commerce.models import Dispute, Order, PaymentSettings
from crm.models import AttentionItem, Customer, Document, Milestone, Project, Protocol, ProtocolLink, Task
from tenancy.models import Membership, Organization, TenantImage
from tenancy.scope import every_organization, organization_scope
from tours.models import PricingTier, Schedule, Stop, Tour, TourVariant

COUNTED = (
    Customer,
    Document,
    Membership,
    Milestone,
    Order,
    Page,
    PricingTier,
    Project,
    Protocol,
    ProtocolLink,
    Schedule,
    Stop,
    Task,
    TenantImage,
    Tour,
    TourVariant,
)


def counts() -> dict[str, int]:
    with every_organization():
        return {model.__name__: model.objects.count() for model in COUNTED}


def load() -> None:
    call_command("load_demo", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_load_demo_fills_once_and_follows_the_port(stripe_emulator, run_jobs, settings, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    settings.BASE_URL = "http://localhost:8123"
    load()
    run_jobs()
    first = counts()
    with every_organization():
        harbour, kyoto = Organization.objects.order_by("slug")
    assert (harbour.slug, harbour.currency, harbour.languages) == ("harbour", "EUR", ["en", "de"])
    assert (kyoto.slug, kyoto.currency, kyoto.languages) == ("kyoto", "JPY", ["en"])

    with organization_scope(harbour.pk):
        assert Tour.objects.count() == 3
        pages = TourPage.objects.live().select_related("locale")
        assert sorted(page.locale.language_code for page in pages) == ["de", "de", "de", "en", "en", "en"]
        assert len({page.translation_key for page in pages}) == 3
        assert set(PricingTier.objects.filter(variant=None).values_list("name", flat=True)) == {
            "Adult",
            "Child",
            "Infant",
            "Senior",
        }
        assert sorted(Order.objects.values_list("method", "status")) == [
            ("bank_transfer", "pending"),
            ("card", "paid"),
            ("card", "paid"),
            ("card", "paid"),
            ("on_arrival", "confirmed"),
            ("on_arrival", "confirmed"),
        ]
        assert sorted(Dispute.objects.values_list("kind", "status")) == [
            ("chargeback", "lost"),
            ("inquiry", "needs_response"),
        ]
        assert Task.objects.filter(follow_up_of__isnull=False).count() == 1
        shown = set(AttentionItem.objects.filter(state="open").values_list("rule__kind", flat=True))
        assert shown >= {"task_overdue", "document_ending"}
        assert Project.objects.get().tasks.exclude(dependencies=None).count() == 3
        endpoint = PaymentSettings.objects.get()
        secret = endpoint.stripe_webhook_secret
        assert Site.objects.get(hostname="harbour.localhost").port == 8123
    with organization_scope(kyoto.pk):
        assert sorted(Tour.objects.values_list("slug", flat=True)) == ["gates-at-first-light", "lanterns"]
        assert sorted(Order.objects.values_list("method", "status")) == [("on_arrival", "confirmed")]
        assert PaymentSettings.objects.get().stripe_secret_key == "sk_test_kyoto"
        # The home can be translated.
        source, _made = TranslationSource.get_or_create_from_instance(kyoto.site.root_page.specific)
        assert source.stringsegment_set.filter(string__data="Questions").exists()

    summary = json.loads((tmp_path / "demo.json").read_text())
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert [site["url"] for site in summary["sites"]] == [
        "http://harbour.localhost:8123/",
        "http://kyoto.localhost:8123/",
    ]
    assert [login["role"] for login in summary["sites"][0]["logins"]] == ["owner", "manager", "editor", "guide"]

    load()
    assert counts() == first
    assert json.loads((tmp_path / "demo.json").read_text()) == summary

    settings.BASE_URL = "http://localhost:8124"
    load()
    assert counts() == first
    with organization_scope(harbour.pk):
        assert Site.objects.get(hostname="harbour.localhost").port == 8124
        assert PaymentSettings.objects.get().stripe_webhook_secret != secret
    assert json.loads((tmp_path / "demo.json").read_text())["password"] == summary["password"]
