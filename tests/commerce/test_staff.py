import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import Order, PaymentSettings, ProviderEvent
from commerce.operations import RefundRefused, cancel_order, confirm_manual_payment, refund_order
from crm.enums import Direction, ProtocolKind
from crm.operations import log_protocol
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, order_of
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member

LATER = NOW + dt.timedelta(days=6)


@pytest.fixture
def manager(harbour):
    return client_for(harbour, make_member(harbour, Role.MANAGER))


@pytest.fixture
def owner(harbour):
    return client_for(harbour, make_member(harbour, Role.OWNER))


def order_here(harbour, **options) -> Order:
    with organization_scope(harbour.pk):
        return order_of(make_schedule(), **options)


def again(order: Order) -> Order:
    with organization_scope(order.organization_id):
        return queries.staff_order(order.pk)


def test_order_list_shows_what_staff_need(harbour, manager):
    order = order_here(harbour)
    page = manager.get(reverse("orders:index")).content.decode()
    for text in (order.number, "Grete Hansen", "Mon 2 Jun 2031, 10:00", "€50.00", "Waiting for payment"):
        assert text in page


@pytest.mark.parametrize("count", [1, 3])
def test_order_list_has_a_fixed_number_of_queries(harbour, manager, django_assert_num_queries, count):
    for _number in range(count):
        order_here(harbour)
    manager.get(reverse("orders:index"))
    with django_assert_num_queries(11):
        manager.get(reverse("orders:index"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=hansen+grete", True),
        ("q=grete%40example", True),
        ("q=olaf", False),
        ("status=pending", True),
        ("status=paid&status=expired", False),
        ("method=bank_transfer", True),
        ("attention=yes", False),
        ("departure=2031-06-02", True),
        ("departure=2031-06-03", False),
        ("placed_from=2031-01-10&placed_to=2031-01-10", True),
        ("placed_from=2031-01-11", False),
    ],
)
def test_order_list_is_searched_and_filtered(harbour, manager, query, found):
    order = order_here(harbour)
    page = manager.get(f"{reverse('orders:index')}?{query}").content.decode()
    assert (order.number in page) == found


def test_order_is_found_by_its_number(harbour, manager):
    order = order_here(harbour)
    assert order.number in manager.get(f"{reverse('orders:index')}?q={order.number}").content.decode()
    page = manager.get(f"{reverse('customers:index')}?q={order.number}").content.decode()
    assert "Grete Hansen" in page


def test_order_list_can_be_exported(harbour, manager):
    order = order_here(harbour)
    rows = b"".join(manager.get(f"{reverse('orders:index')}?export=csv")).decode().splitlines()
    assert rows[0].split(",")[0] == "Number"
    assert rows[1].startswith(f"{order.number},")
    assert ",EUR,50.00," in rows[1]


def test_order_page_shows_everything(harbour, manager):
    order = order_here(harbour)
    with organization_scope(harbour.pk):
        log_protocol(
            order.customer,
            kind=ProtocolKind.CALL,
            direction=Direction.INBOUND,
            subject="Asked for the way",
            body="",
            happened_at=NOW,
            links=[order],
            author=None,
            now=NOW,
        )
    page = manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    for text in (
        order.number,
        "grete@example.com",
        "2 × Adult at €25.00",
        "Still to be paid",
        "To be confirmed by staff",
        f"placed order {order.number} over €50.00",
        "Asked for the way",
        reverse("customers:inspect", args=[order.customer_id]),
        reverse("orders:confirm", args=[order.pk]),
    ):
        assert text in page


def test_money_received_confirms_the_order(harbour, manager):
    order = order_here(harbour)
    url = reverse("orders:confirm", args=[order.pk])
    assert 'value="50.00"' in manager.get(url).content.decode()
    refused = manager.post(url, {"amount_minor": "49.00"})
    assert "If you accept another amount, say so." in refused.content.decode()
    assert again(order).status == "pending"
    assert manager.post(url, {"amount_minor": "50.00"}).url == reverse("orders:inspect", args=[order.pk])
    paid = again(order)
    assert (paid.status, paid.payments.all()[0].captured_minor) == ("paid", 5000)
    assert paid.payments.all()[0].approver.email == "manager@harbour.example"
    # A second click finds nothing to do.
    assert manager.post(url, {"amount_minor": "50.00"}).url == reverse("orders:inspect", args=[order.pk])
    assert queries_paid(order) == 5000


def queries_paid(order: Order) -> int:
    with organization_scope(order.organization_id):
        return queries.paid_minor(queries.staff_order(order.pk))


def test_another_amount_is_accepted_and_shown(harbour, manager):
    order = order_here(harbour)
    manager.post(reverse("orders:confirm", args=[order.pk]), {"amount_minor": "48.50", "accept_difference": "on"})
    paid = again(order)
    assert (paid.status, paid.payments.all()[0].captured_minor) == ("paid", 4850)
    assert paid.needs_attention == "The amount received differs from the order."
    assert manager.post(reverse("orders:seen", args=[order.pk])).status_code == 302
    assert again(order).needs_attention == ""


def test_cancel_frees_the_places_and_pays_back_by_hand(harbour, manager):
    order = order_here(harbour)
    with organization_scope(harbour.pk):
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    url = reverse("orders:cancel", args=[order.pk])
    assert "€50.00 go back the way they came" in manager.get(url).content.decode()
    manager.post(url, {"reason": "cancelled_by_guest", "note": "Is ill"})
    cancelled = again(order)
    refund = cancelled.payments.all()[0].refunds.all()[0]
    assert (cancelled.status, refund.amount_minor, refund.by_hand, refund.note) == ("cancelled", 5000, True, "Is ill")
    page = manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    settle = reverse("orders:settle_refund", args=[order.pk, refund.pk])
    assert settle in page
    manager.post(settle)
    assert again(order).payments.all()[0].status == "refunded"
    assert again(order).needs_attention == ""
    assert queries_paid(order) == 0


def test_places_that_stand_are_not_paid_back_without_cancelling(in_harbour):
    order = order_of(make_schedule())
    confirm_manual_payment(order.payments.get(), amount_minor=6000, accept_difference=True, now=NOW, actor=None)
    (refund,) = refund_order(order, reason=RefundReason.OTHER, now=NOW, actor=None)
    assert refund.amount_minor == 1000
    with pytest.raises(RefundRefused, match="To give back places that stand, cancel the order"):
        refund_order(order, reason=RefundReason.OTHER, now=NOW, actor=None)


def test_link_is_sent_again(harbour, manager, run_jobs, django_capture_on_commit_callbacks):
    order = order_here(harbour, method=PaymentMethod.ON_ARRIVAL)
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(reverse("orders:link", args=[order.pk]))
    run_jobs()
    with organization_scope(harbour.pk):
        link = queries.order_url(order, harbour)
    assert [message.subject for message in mail.outbox] == [f"Your booking {order.number}"]
    assert link in mail.outbox[0].body


def urls_of_orders(order: Order) -> list[str]:
    verbs = ["inspect", "confirm", "reject", "ask", "cancel", "refund", "seen", "link"]
    return [reverse("orders:index"), *(reverse(f"orders:{verb}", args=[order.pk]) for verb in verbs)]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_orders_are_not_for_editors_and_guides(harbour, role):
    order = order_here(harbour)
    client = client_for(harbour, make_member(harbour, role))
    answers = [client.get(url) for url in urls_of_orders(order)]
    # Wagtail sends people who may not see a page back to the start.
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(302, "/admin/")] * 9


def test_orders_of_another_organization_do_not_exist(harbour, kyoto):
    order = order_here(harbour)
    client = client_for(kyoto, make_member(kyoto, Role.OWNER))
    urls = [*urls_of_orders(order)[1:], reverse("orders:settle_refund", args=[order.pk, 1])]
    assert [client.get(url).status_code for url in urls] == [404] * 9
    assert order.number not in client.get(reverse("orders:index")).content.decode()


def test_customer_page_shows_orders_and_figures(harbour, manager):
    order = order_here(harbour)
    with organization_scope(harbour.pk):
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
        cancelled = order_of(make_schedule())
        cancel_order(cancelled, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
        found = queries.orders_with(order.customer, limit=1)
        assert (found.standing, found.paid, [one.pk for one in found.latest]) == (1, [("EUR", 5000)], [cancelled.pk])
        # What a bank has taken for good is nobody's money here.
        order.payments.update(lost_minor=1500)
        assert queries.orders_with(order.customer).paid == [("EUR", 3500)]
        order.payments.update(lost_minor=0)
        assert [found.pk for found in queries.recent_orders(order.customer)] == [cancelled.pk, order.pk]
    page = manager.get(reverse("customers:inspect", args=[order.customer_id])).content.decode()
    for text in (order.number, cancelled.number, "Lifetime value", "€50.00"):
        assert text in page


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.MANAGER, 302), (Role.EDITOR, 302)]
)
def test_payment_settings_are_for_owners_and_admins(harbour, role, status):
    client = client_for(harbour, make_member(harbour, role))
    assert client.get(reverse("payment_settings:index")).status_code == status


GIVEN = {
    "card_enabled": "on",
    "stripe_publishable_key": "pk_test_harbour",
    "stripe_secret_key": "sk_test_harbour_secret",
    "stripe_webhook_secret": "whsec_harbour_secret",
    "bank_transfer_enabled": "on",
    "bank_details": "IBAN DE02 1203 0000 0000 2020 51",
    "bank_transfer_days": "5",
    "invoice_for": "nobody",
    "invoice_days": "14",
    "remind_days_before": "3",
    "remind_days_after": "3",
}


def settings_of(harbour) -> PaymentSettings:
    with organization_scope(harbour.pk):
        return PaymentSettings.objects.get()


def test_payment_settings_take_secrets_and_never_show_them(harbour, owner):
    url = reverse("payment_settings:index")
    assert owner.post(url, GIVEN).status_code == 302
    row = settings_of(harbour)
    assert (row.stripe_secret_key, row.stripe_webhook_secret) == ("sk_test_harbour_secret", "whsec_harbour_secret")
    page = owner.get(url).content.decode()
    assert "_harbour_secret" not in page
    assert "Test keys" in page
    assert f"/webhooks/stripe/{row.public_id}/" in page
    # Left empty they stay.
    owner.post(url, {**GIVEN, "stripe_secret_key": "", "stripe_webhook_secret": "", "bank_transfer_days": "7"})
    kept = settings_of(harbour)
    assert (kept.stripe_secret_key, kept.bank_transfer_days) == ("sk_test_harbour_secret", 7)
    owner.post(url, {**GIVEN, "forget_keys": "on"})
    assert (settings_of(harbour).stripe_secret_key, settings_of(harbour).stripe_publishable_key) == ("", "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"stripe_secret_key": "pk_test_harbour"}, "This key should start with sk_ / rk_."),
        ({"stripe_publishable_key": "sk_test_harbour"}, "This key should start with pk_."),
        ({"stripe_webhook_secret": "harbour"}, "This key should start with whsec_."),
        ({"stripe_publishable_key": "pk_live_harbour"}, "One of the keys is for tests and the other is not."),
        ({"stripe_publishable_key": ""}, "Give both the publishable and the secret key, or neither."),
        ({"bank_details": " "}, "Guests who pay by transfer or invoice need to know where to."),
    ],
)
def test_payment_settings_refuse_what_cannot_work(harbour, owner, wrong, message):
    answer = owner.post(reverse("payment_settings:index"), {**GIVEN, **wrong})
    assert message in answer.content.decode()
    assert "harbour_secret" not in answer.content.decode()
    assert settings_of(harbour).stripe_secret_key == ""


def stripe_event(harbour, number: int = 1, **options) -> ProviderEvent:
    with organization_scope(harbour.pk):
        return ProviderEvent.objects.create(
            event_id=f"evt_{number}", event_type="payment_intent.succeeded", object_id="pi_1", payload={}, **options
        )


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MANAGER])
def test_stripe_events_are_listed_and_tried_again(harbour, role):
    client = client_for(harbour, make_member(harbour, role))
    event = stripe_event(harbour, attempts=3, last_error="GatewayUnavailable: Stripe did not answer.")
    stripe_event(harbour, 2)
    stripe_event(harbour, 3, attempts=1, processed_at=NOW)
    failed = f"{reverse('provider_events:index')}?state=failed"
    (button,) = client.get(reverse("deliveries:index")).context["header_buttons"]
    assert (button.label, button.url) == ("1 failed Stripe event", failed)
    assert list(client.get(failed).context["object_list"]) == [event]
    inspect, retry = (reverse(f"provider_events:{name}", args=[event.pk]) for name in ("inspect", "retry"))
    page = client.get(inspect).content.decode()
    assert (page.count("Stripe did not answer."), page.count(retry)) == (1, 1)
    assert client.post(retry).url == inspect
    with organization_scope(harbour.pk):
        (entry,) = AuditEntry.objects.filter(action="provider_event.retried")
        assert (entry.subject_id, entry.actor.email) == (event.pk, f"{role}@harbour.example")
        ProviderEvent.objects.filter(pk=event.pk).update(processed_at=NOW)
    assert client.post(retry).status_code == 404
    assert client.get(reverse("deliveries:index")).context["header_buttons"] == []


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_stripe_events_are_not_for_editors_and_guides(harbour, role):
    event = stripe_event(harbour, attempts=3)
    client = client_for(harbour, make_member(harbour, role))
    inspect, retry = (reverse(f"provider_events:{name}", args=[event.pk]) for name in ("inspect", "retry"))
    answers = [client.get(reverse("provider_events:index")), client.get(inspect), client.post(retry)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/admin/")] * 3


def test_stripe_events_of_another_organization_do_not_exist(harbour, kyoto):
    event = stripe_event(harbour, attempts=3)
    client = client_for(kyoto, make_member(kyoto, Role.OWNER))
    inspect, retry = (reverse(f"provider_events:{name}", args=[event.pk]) for name in ("inspect", "retry"))
    assert (client.get(inspect).status_code, client.post(retry).status_code) == (404, 404)


def test_timeline_says_what_happened(harbour, manager, run_jobs, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        order = order_of(make_schedule(), contact=GRETE)
    run_jobs()
    page = manager.get(reverse("customers:inspect", args=[order.customer_id])).content.decode()
    assert f"Placed order {order.number} over €50.00" in page
