import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from commerce.enums import PaymentMethod
from commerce.models import PaymentSettings, ProviderEvent
from tenancy.enums import Role
from tenancy.models import AuditEntry, Organization
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member

GIVEN = {
    "card_enabled": "on",
    "stripe_publishable_key": "pk_test_harbour",
    "stripe_secret_key": "sk_test_harbour",
    "stripe_webhook_secret": "whsec_harbour_secret",
    "bank_details": "",
    "bank_transfer_days": "5",
    "invoice_for": "nobody",
    "invoice_days": "14",
    "remind_days_before": "3",
    "remind_days_after": "3",
}
BADGE = "Test payments"


@pytest.fixture
def owner(harbour) -> Client:
    return client_for(harbour, make_member(harbour, Role.OWNER))


def give(harbour, **values) -> None:
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(**values)
        cache.delete("card-test-mode")


def check(client: Client) -> str:
    answer = client.post(reverse("payment_settings:check"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_change_says_before_and_after_and_no_secret(harbour, owner):
    owner.post(reverse("payment_settings:index"), {**GIVEN, "hold_minutes": "30", "refund_limit_minor": "50"})
    owner.post(reverse("payment_settings:index"), {**GIVEN, "stripe_secret_key": "sk_test_other", "hold_minutes": "20"})
    with organization_scope(harbour.pk):
        entries = AuditEntry.objects.filter(subject_type="commerce.paymentsettings").order_by("pk")
        first, second = entries.values_list("details__changes", flat=True)
    assert first == [
        {"field": "stripe_publishable_key", "after": "pk_test_harbour"},
        {"field": "stripe_secret_key", "is_secret": True},
        {"field": "stripe_webhook_secret", "is_secret": True},
        {"field": "hold_minutes", "after": 30},
        {"field": "refund_limit_minor", "after": 5000},
    ]
    assert second == [
        {"field": "stripe_secret_key", "is_secret": True},
        {"field": "hold_minutes", "before": 30, "after": 20},
        {"field": "refund_limit_minor", "before": 5000},
    ]


def test_of_a_key_the_last_four_signs_are_shown(harbour, owner):
    give(harbour, stripe_secret_key="sk_test_verysecret1234")
    page = owner.get(reverse("payment_settings:index")).content.decode()
    assert "There is one, ending in 1234. Leave empty to keep it." in page
    assert "verysecret" not in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hold_minutes": "4"}, "Ensure this value is greater than or equal to 5."),
        ({"hold_minutes": "121"}, "Ensure this value is less than or equal to 120."),
        ({"max_places": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"max_places": "201"}, "Ensure this value is less than or equal to 200."),
        ({"refund_limit_minor": "-1"}, "Enter an amount of zero or more."),
    ],
)
def test_limits_that_make_no_sense_are_refused_and_nothing_is_lost(harbour, owner, wrong, message):
    page = owner.post(reverse("payment_settings:index"), {**GIVEN, "bank_details": "IBAN DE02", **wrong}).content
    assert message in page.decode()
    assert "IBAN DE02" in page.decode()
    with organization_scope(harbour.pk):
        assert PaymentSettings.objects.get().bank_details == ""


def test_places_are_kept_as_long_as_the_organization_says(in_harbour, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_harbour"
    assert order_of(make_schedule(), method=PaymentMethod.CARD).hold_expires_at == NOW + dt.timedelta(minutes=15)
    PaymentSettings.objects.update(hold_minutes=40)
    assert order_of(make_schedule(), method=PaymentMethod.CARD).hold_expires_at == NOW + dt.timedelta(minutes=40)


def test_check_says_what_stripe_says(harbour, owner, stripe_emulator):
    give(harbour, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
    assert "Check now" in owner.get(reverse("payment_settings:check")).content.decode()
    page = check(owner)
    for text in (
        "Stripe lets this account take payments.",
        "EUR can be charged.",
        "Test mode: no real money moves.",
        "None yet. Is the webhook endpoint set up?",
    ):
        assert text in page
    with organization_scope(harbour.pk):
        Organization.objects.update(currency="XAF")
        with time_machine.travel(NOW, tick=False):
            ProviderEvent.objects.create(event_id="evt_1", event_type="x", object_id="", payload={})
    page = check(owner)
    assert "This account cannot be charged in XAF." in page
    assert "None yet." not in page


def test_check_of_wrong_keys_and_of_a_silent_stripe(harbour, owner, stripe_emulator, settings):
    assert "There are no keys to check yet." in owner.get(reverse("payment_settings:check")).content.decode()
    give(harbour, stripe_secret_key="sk_live_unknown", stripe_publishable_key="pk_live_unknown")
    assert "Stripe does not accept the secret key." in check(owner)
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    assert "Stripe cannot be reached just now." in check(owner)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDITOR, Role.GUIDE])
def test_check_is_for_owners_and_admins(harbour, role):
    client = client_for(harbour, make_member(harbour, role))
    assert client.get(reverse("payment_settings:check")).status_code == 302
    assert client.post(reverse("payment_settings:check")).status_code == 302


@pytest.mark.parametrize(
    ("role", "key", "enabled", "shown"),
    [
        (Role.OWNER, "sk_test_harbour", True, True),
        (Role.MANAGER, "sk_test_harbour", True, True),
        (Role.EDITOR, "sk_test_harbour", True, False),
        (Role.OWNER, "sk_live_harbour", True, False),
        (Role.OWNER, "sk_test_harbour", False, False),
        (Role.OWNER, "", True, False),
    ],
)
def test_admin_says_on_every_page_that_payments_are_tests(harbour, role, key, enabled, shown):
    give(harbour, stripe_secret_key=key, card_enabled=enabled)
    client = client_for(harbour, make_member(harbour, role))
    assert (BADGE in client.get(reverse("wagtailadmin_home")).content.decode()) == shown


def test_badge_goes_when_the_keys_change(harbour, owner, django_capture_on_commit_callbacks):
    give(harbour, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
    assert BADGE in owner.get(reverse("wagtailadmin_home")).content.decode()
    live = {**GIVEN, "stripe_secret_key": "sk_live_harbour", "stripe_publishable_key": "pk_live_harbour"}
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(reverse("payment_settings:index"), live)
    page = owner.get(reverse("payment_settings:index")).content.decode()
    assert (BADGE in page, "Live: real money moves." in page) == (False, True)
