"""What a storm has left behind, asked in the database and at the emulator: what still waits, and what does not add up."""

import datetime as dt
import email
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import django

django.setup()

import stripe  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db.models import Count, F, Q, Sum  # noqa: E402

from commerce.enums import LedgerAccount, OrderStatus, PaymentMethod, PaymentStatus, RefundStatus  # noqa: E402
from commerce.gateways.stripe_amounts import from_stripe  # noqa: E402
from commerce.models import LedgerEntry, Order, Payment, ProviderEvent, Refund  # noqa: E402
from commerce.queries import Figures, PaymentsReport, payments_report  # noqa: E402
from crm.enums import MessageStatus  # noqa: E402
from crm.models import Message  # noqa: E402
from devtools.storm.guests import ACCOUNT  # noqa: E402
from tenancy.enums import DeliveryStatus  # noqa: E402
from tenancy.models import Organization, OutboxDelivery  # noqa: E402
from tenancy.queries import current_organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402
from tours.enums import SEAT_TAKING, BookingStatus  # noqa: E402
from tours.models import Booking, Schedule  # noqa: E402

ON_THE_WAY = (PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION)
# What a mail server separates in the files that Django writes instead of sending.
BETWEEN_MAILS = b"-" * 79 + b"\n"
# All days there are in a storm, or in its tests.
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
# Where Stripe's own report counts a movement, and with which sign ours does; anything else is `other`.
FIGURES = {
    "charge": ("gross", 1),
    "refund": ("refunds", -1),
    "refund_failure": ("refunds", -1),
    "dispute": ("disputes", -1),
    "dispute_reversal": ("disputes", -1),
    "fee": ("fees", -1),
    "payout": ("payouts", -1),
    "payout_reversal": ("payouts", -1),
}


def waiting() -> dict[str, int]:
    """Return how much is still on its way, by what it is; nothing when the storm is over."""
    counts = {
        "places held": Booking.objects.filter(status=BookingStatus.HELD).count(),
        "orders unpaid": Order.objects.filter(status=OrderStatus.PENDING).count(),
        "payments on their way": Payment.objects.filter(status__in=ON_THE_WAY).count(),
        "refunds on their way": Refund.objects.filter(status=RefundStatus.PENDING, by_hand=False).count(),
        "deliveries": OutboxDelivery.objects.filter(status=DeliveryStatus.PENDING).count(),
        "messages": Message.objects.filter(status=MessageStatus.PENDING).count(),
        "events of the provider": ProviderEvent.objects.filter(processed_at=None).count(),
    }
    return {name: count for name, count in counts.items() if count}


def mails(folder: Path) -> Iterator[Mail]:
    """Yield every e-mail that was sent, from the files of a folder."""
    for path in folder.glob("*.log"):
        for part in path.read_bytes().split(BETWEEN_MAILS):
            if part.strip():
                yield email.message_from_bytes(part)


def _seats() -> Iterator[str]:
    for schedule in Schedule.objects.annotate(
        seats=Sum("bookings__seats", filter=Q(bookings__status__in=SEAT_TAKING), default=0)
    ):
        if not 0 <= schedule.booked_count <= schedule.capacity:
            yield f"Departure {schedule.pk} has {schedule.booked_count} of {schedule.capacity} places booked."
        if schedule.booked_count != schedule.seats:
            yield f"Departure {schedule.pk} counts {schedule.booked_count} places; its bookings have {schedule.seats}."


def _captures(client: stripe.StripeClient) -> Iterator[str]:
    known: dict[str, list[Payment]] = {}
    for payment in Payment.objects.exclude(captured_minor=0):
        known.setdefault(payment.provider_reference, []).append(payment)
    for intent in client.v1.payment_intents.list({"limit": 100}).auto_paging_iter():
        rows = known.pop(intent.id, [])
        captured = [row.captured_minor for row in rows]
        if captured != ([intent.amount_received] if intent.amount_received else []):
            yield f"{intent.id} took {intent.amount_received}; our payments say {captured}."
    for reference, rows in known.items():
        yield f"{len(rows)} payments of {reference or 'nothing'} are not at the provider."


def _refunds(client: stripe.StripeClient) -> Iterator[str]:
    known = {refund.provider_reference: refund for refund in Refund.objects.exclude(provider_reference="")}
    for found in client.v1.refunds.list({"limit": 100}).auto_paging_iter():
        if found.balance_transaction is None and found.status == "succeeded":
            # Reserved money that was freed; none of it had moved.
            continue
        refund = known.pop(found.id, None)
        if refund is None or (refund.amount_minor, refund.status) != (found.amount, found.status):
            ours = (refund.amount_minor, refund.status) if refund else "nothing"
            yield f"{found.id} gave {found.amount} back ({found.status}); ours says {ours}."
    for reference in known:
        yield f"The refund {reference} is not at the provider."
    unsent = Refund.objects.filter(provider_reference="").count()
    if unsent:
        yield f"{unsent} refunds never came to the provider."
    summed = Payment.objects.annotate(
        back=Sum("refunds__amount_minor", filter=Q(refunds__status=RefundStatus.SUCCEEDED), default=0)
    )
    for payment in summed.exclude(back=F("refunded_minor")):
        yield f"Payment {payment.pk} says {payment.refunded_minor} went back; its refunds say {payment.back}."


def _report() -> PaymentsReport:
    return payments_report(first=FIRST, last=LAST, zone=current_organization().zone, by_month=True)


def _ledger(client: stripe.StripeClient) -> Iterator[str]:
    """Compare ledger and payments report with the provider's balance, movement by movement and figure by figure."""
    theirs, figures, balance = Counter[str](), Figures(), 0
    listed = client.v1.balance_transactions.list({"limit": 100, "expand": ["data.source"]})
    for moved in listed.auto_paging_iter():
        amount, fee = (from_stripe(value, moved.currency.upper()) for value in (moved.amount, moved.fee))
        theirs[_reference_of(moved)] += amount
        theirs[moved.id] -= fee
        name, sign = FIGURES.get(moved.reporting_category, ("other", 1))
        setattr(figures, name, getattr(figures, name) + sign * amount)
        figures.fees += fee
        balance += amount - fee
    rows = LedgerEntry.objects.filter(account=LedgerAccount.STRIPE).values_list("transaction__reference")
    ours = Counter(dict(rows.annotate(Sum("amount_minor"))))
    for reference in sorted(name for name in {*ours, *theirs} if ours[name] != theirs[name]):
        yield f"{reference} moved the provider's balance by {theirs[reference]}; the ledger says {ours[reference]}."
    report = _report()
    for name in ("gross", "refunds", "disputes", "fees", "other", "payouts", "net"):
        if getattr(report.at_stripe, name) != getattr(figures, name):
            yield (
                f"The provider's list sums up to {getattr(figures, name)} for {name}; "
                f"the payments report says {getattr(report.at_stripe, name)}."
            )
    if report.closing != balance:
        yield f"The provider's balance is {balance}; the payments report says {report.closing}."
    cards = report.methods.get(PaymentMethod.CARD, Figures())
    totals = Payment.objects.filter(method=PaymentMethod.CARD).aggregate(
        gross=Sum("captured_minor", default=0), refunds=Sum("refunded_minor", default=0)
    )
    for name, total in totals.items():
        if getattr(cards, name) != total:
            yield f"The payments add up to {total} for {name}; the payments report says {getattr(cards, name)}."


def _reference_of(moved: Any) -> str:
    """Return by which reference the ledger knows a movement of the provider's balance."""
    if moved.type == "charge":
        return str(moved.source.payment_intent)
    return str(moved.source.id if moved.type in ("refund", "refund_failure", "payout", "payout_failure") else moved.id)


def _orders() -> Iterator[str]:
    paid = (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.COMPLETED)
    for order in Order.objects.filter(status__in=paid).prefetch_related("payments", "lines__booking"):
        kept = sum(payment.captured_minor - payment.refunded_minor for payment in order.payments.all())
        states = {line.booking.status for line in order.lines.all()}
        is_whole = kept == order.total_minor
        # Staff may give part of the money back for places that stand.
        is_right = not is_whole if order.status == OrderStatus.PARTIALLY_REFUNDED else is_whole
        if not is_right or states != {BookingStatus.CONFIRMED}:
            yield f"{order} is {order.status} with {kept} of {order.total_minor} and bookings {sorted(states)}."
    without = Booking.objects.filter(status=BookingStatus.CONFIRMED).exclude(order_lines__order__status__in=paid)
    for booking in without.distinct():
        yield f"Booking {booking.pk} is confirmed, but its order is not paid."
    twice = Order.objects.exclude(checkout_token=None).values("email").annotate(count=Count("pk")).filter(count__gt=1)
    for row in twice:
        # A guest who was refused orders once more from a new cart; two that stand would be a double order.
        standing = Order.objects.filter(email=row["email"], status__in=paid).count()
        if standing > 1:
            yield f"{row['email']} has {standing} paid orders."


def _jobs() -> Iterator[str]:
    for what, count in waiting().items():
        yield f"Still waiting: {count} {what}."
    for delivery in OutboxDelivery.objects.filter(status=DeliveryStatus.FAILED).select_related("event"):
        yield f"{delivery.event} was not delivered: {delivery.last_error}"
    for message in Message.objects.filter(status=MessageStatus.FAILED):
        yield f"The message {message.pk} was not sent: {message.last_error}"
    for refund in Refund.objects.filter(status=RefundStatus.FAILED):
        yield f"The refund {refund.pk} failed: {refund.last_error}"


def _told(sent: Counter[str]) -> Iterator[str]:
    written = Message.objects.count()
    if len(sent) != written:
        yield f"{written} messages were written, {len(sent)} different ones were sent."
    confirmed = Counter(Message.objects.filter(kind="order_confirmation").values_list("object_id", flat=True))
    for order_id, count in confirmed.items():
        if count > 1:
            yield f"Order {order_id} was confirmed by {count} different messages."
    paid = set(Order.objects.exclude(paid_at=None).values_list("pk", flat=True))
    for order_id in paid ^ set(confirmed):
        yield f"Order {order_id} was paid or told so, and not both."


def verify(account: str, *, mail_folder: Path) -> dict[str, Any]:
    """Return what there is, counted, and a sentence for everything that does not add up.

    It compares the organization in scope with an account at the emulator and with the e-mails in a folder.
    """
    client = stripe.StripeClient(f"sk_test_{account}", base_addresses={"api": settings.STRIPE_API_BASE})
    sent = Counter(str(mail["Message-ID"]) for mail in mails(mail_folder))
    problems = [*_seats(), *_captures(client), *_refunds(client), *_ledger(client), *_orders(), *_jobs(), *_told(sent)]
    totals = Payment.objects.aggregate(captured=Sum("captured_minor", default=0), back=Sum("refunded_minor", default=0))
    counts = {
        "places": Schedule.objects.aggregate(sum=Sum("capacity"))["sum"],
        "places taken": Schedule.objects.aggregate(sum=Sum("booked_count"))["sum"],
        "departures full": Schedule.objects.filter(booked_count=F("capacity")).count(),
        "orders": {
            str(row["status"]): row["count"] for row in Order.objects.values("status").annotate(count=Count("pk"))
        },
        "captured (minor units)": totals["captured"],
        "paid back (minor units)": totals["back"],
        "refunds": Refund.objects.count(),
        "fees (minor units)": _report().at_stripe.fees,
        "balance at the provider (minor units)": _report().closing,
        "events of the provider": ProviderEvent.objects.count(),
        "deliveries": OutboxDelivery.objects.count(),
        "e-mails": len(sent),
        "e-mails sent again after a kill, under the same Message-ID": sum(sent.values()) - len(sent),
    }
    return {"counts": counts, "problems": problems}


def main() -> None:
    with every_organization():
        organization = Organization.objects.get(slug="storm")
    with organization_scope(organization.pk):
        if sys.argv[1] == "waiting":
            answer: dict[str, Any] = waiting()
        else:
            answer = verify(ACCOUNT, mail_folder=Path(os.environ["EMAIL_FILE_PATH"]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
