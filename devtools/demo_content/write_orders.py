"""How the demo is paid, who booked, and what was said to them: all by the product's own operations."""

import datetime as dt
import uuid

import stripe
from django.conf import settings
from django.urls import reverse

from commerce.enums import OrderSource, PaymentMethod
from commerce.models import CancellationPolicy, Order, PaymentSettings
from commerce.operations import CartLine, Contact, place_order, refresh_payment, settle_dispute, start_card_payment
from crm.enums import Direction, ProtocolKind
from crm.models import Protocol
from crm.operations import log_protocol
from crm.rules import rich_of
from devtools.demo_content.shapes import DemoCall, DemoGuest, DemoSite
from devtools.demo_content.write_people import staff_email
from tenancy.models import Organization, User
from tenancy.queries import absolute_url, current_organization
from tours.enums import VariantKind
from tours.models import Tour, TourVariant
from tours.queries import AvailableSchedule, available_schedules, price_tiers_of

STRIPE_ITSELF = "https://api.stripe.com"


def emulator_client(site: DemoSite) -> stripe.StripeClient | None:
    """Return a client for the organization's account at the Stripe emulator; None when none is running."""
    if settings.STRIPE_API_BASE == STRIPE_ITSELF:
        return None
    client = stripe.StripeClient(
        f"sk_test_{site.slug}",
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=5),
    )
    try:
        client.v1.webhook_endpoints.list()
    except stripe.APIConnectionError:
        return None
    return client


def set_up_payment(site: DemoSite, organization: Organization, *, client: stripe.StripeClient | None) -> None:
    """Let an organization be paid; with an emulator by card too, its webhooks sent to where the site is now."""
    row = PaymentSettings.objects.get()
    wanted = {**site.payment, "card_enabled": client is not None or settings.STRIPE_API_BASE == STRIPE_ITSELF}
    if client is not None:
        wanted |= {
            "stripe_secret_key": f"sk_test_{site.slug}",
            "stripe_publishable_key": f"pk_test_{site.slug}",
            "stripe_webhook_secret": _webhook_secret(row, organization, client),
        }
    if any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save()


def write_policy() -> None:
    """Say what comes back to guests who cancel, unless staff have said it already."""
    steps = [{"hours": 48, "percent": 100}, {"hours": 24, "percent": 50}]
    CancellationPolicy.objects.get_or_create(name="Flexible", defaults={"is_default": True, "steps": steps})


def _webhook_secret(row: PaymentSettings, organization: Organization, client: stripe.StripeClient) -> str:
    url = absolute_url(organization, reverse("stripe_webhook", args=[row.public_id]))
    endpoints = client.v1.webhook_endpoints.list().data
    if row.stripe_webhook_secret and [endpoint.url for endpoint in endpoints] == [url]:
        return row.stripe_webhook_secret
    for endpoint in endpoints:
        client.v1.webhook_endpoints.delete(endpoint.id)
    made = client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert made.secret is not None
    return made.secret


def write_orders(site: DemoSite, *, client: stripe.StripeClient | None, now: dt.datetime) -> None:
    """Place the orders of a site's guests that are not there yet. Paying by card needs the emulator."""
    for guest in site.guests:
        token = uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{site.slug}:{guest.email}")
        if Order.objects.filter(checkout_token=token).exists() or (guest.method == "card" and client is None):
            continue
        order = _place(guest, token, now=now)
        if guest.method == "card" and client is not None:
            _pay_by_card(order, guest, client, now=now)


def _place(guest: DemoGuest, token: uuid.UUID, *, now: dt.datetime) -> Order:
    schedule = _departure(guest, now=now)
    tiers = {tier.name: tier.pk for tier in price_tiers_of([schedule])[schedule.variant_id, schedule.date]}
    quantities = {tiers[name]: count for name, count in guest.party.items()}
    return place_order(
        [CartLine(str(schedule.public_id), quantities)],
        contact=Contact(
            first_name=guest.first_name,
            last_name=guest.last_name,
            email=guest.email,
            phone=guest.phone,
            note=guest.note,
            language=guest.language,
        ),
        method=PaymentMethod(guest.method),
        source=OrderSource.WEB,
        now=now,
        checkout_token=token,
    )


def _departure(guest: DemoGuest, *, now: dt.datetime) -> AvailableSchedule:
    day = dt.timedelta(days=1)
    today = now.astimezone(current_organization().zone).date()
    found = available_schedules(
        Tour.objects.get(slug=guest.tour), from_=today + day, to=today + 80 * day, now=now, seats=6
    )
    groups = set(TourVariant.objects.filter(kind=VariantKind.GROUP).values_list("pk", flat=True))
    fitting = [
        schedule for schedule in found if schedule.variant_id in groups and schedule.language in ("", guest.language)
    ]
    return fitting[guest.departure]


def _pay_by_card(order: Order, guest: DemoGuest, client: stripe.StripeClient, *, now: dt.datetime) -> None:
    payment = order.payments.get()
    start_card_payment(payment, now=now)
    payment.refresh_from_db()
    client.v1.payment_intents.confirm(payment.provider_reference, {"payment_method": guest.card})
    refresh_payment(payment, now=now)
    for dispute in client.v1.disputes.list({"payment_intent": payment.provider_reference}).data:
        if guest.is_lost:
            client.v1.disputes.close(dispute.id)
        settle_dispute(payment, dispute.id, now=now)


def write_calls(site: DemoSite, *, now: dt.datetime) -> None:
    """Write down the talks with a site's guests that are not there yet, each linked to the guest's order."""
    author = User.objects.get(email=staff_email(site, "manager"))
    for call in site.calls:
        order = Order.objects.filter(email=call.email).select_related("customer").first()
        if order is not None and not Protocol.objects.filter(customer=order.customer, subject=call.subject).exists():
            _write_call(call, order, author, now=now)


def _write_call(call: DemoCall, order: Order, author: User, *, now: dt.datetime) -> None:
    follow_up = None if call.follow_up_days is None else now.date() + dt.timedelta(days=call.follow_up_days)
    log_protocol(
        order.customer,
        kind=ProtocolKind(call.kind),
        direction=Direction(call.direction),
        subject=call.subject,
        body=rich_of(call.body),
        happened_at=now - dt.timedelta(days=call.days_ago, minutes=20),
        duration_minutes=call.minutes,
        follow_up_on=follow_up,
        links=[order],
        follow_up_by=author,
        author=author,
        now=now,
    )
