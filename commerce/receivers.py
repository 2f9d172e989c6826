from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from commerce import emails, operations, queries
from commerce.enums import OrderSource, OrderStatus, PaymentStatus
from commerce.models import Order, Payment, PaymentSettings, Refund
from commerce.rules import method_of
from crm.operations import look_again, queue_message, record_activity
from tenancy.jobs import enqueue
from tenancy.models import Organization
from tenancy.outbox import subscriber
from tenancy.queries import current_organization
from tenancy.scope import organization_scope
from tenancy.signals import organization_created, settings_locks
from tours.enums import BookingStatus

# Orders whose guests are written to about their money.
STANDING = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.COMPLETED, OrderStatus.PARTIALLY_REFUNDED)


@receiver(organization_created)
def give_payment_settings(sender: type[Organization], organization: Organization, **kwargs: Any) -> None:
    PaymentSettings.objects.create()
    operations.create_notifications()


@receiver(settings_locks)
def lock_currency(sender: type[Organization], **kwargs: Any) -> dict[str, str]:
    if not queries.has_orders():
        return {}
    return {"currency": _("There are orders in this currency already, so it cannot be changed any more.")}


@receiver(post_save, sender=PaymentSettings)
def forget_test_mode(sender: type[PaymentSettings], instance: PaymentSettings, **kwargs: Any) -> None:
    transaction.on_commit(partial(_forget_test_mode, instance.organization_id))


def _forget_test_mode(organization_id: int) -> None:
    with organization_scope(organization_id):
        queries.forget_test_mode()


@subscriber("tours.schedule_cancelled")
def begin_cancelled(*, schedule_id: int, booking_ids: list[int], actor_id: int | None = None) -> None:
    operations.begin_cancelled(schedule_id, booking_ids=booking_ids, actor_id=actor_id)


@subscriber("commerce.departure_moved")
def begin_moved(*, change_id: int, booking_ids: list[int]) -> None:
    operations.begin_choices(change_id, booking_ids=booking_ids)


@subscriber("commerce.guest_to_tell")
def tell_guest(*, order_id: int, change_id: int) -> None:
    operations.tell_guest(order_id, change_id=change_id, now=timezone.now())


@subscriber("commerce.refund_approved")
def pay_approved(*, order_id: int, change_id: int) -> None:
    operations.pay_approved(order_id, change_id=change_id, now=timezone.now())


def _note(order: Order, kind: str, **facts: Any) -> None:
    record_activity(order.customer, kind=kind, at=timezone.now(), record=order, facts={"number": order.number, **facts})


def _write_to_guest(order: Order, mail: emails.Email, *, dedupe_key: str = "") -> None:
    if not order.email:
        # Booked by staff for somebody who left no address.
        return
    queue_message(
        kind=mail.kind,
        dedupe_key=dedupe_key or f"order-{order.pk}",
        recipient=order.email,
        language=order.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=order.customer,
        record=order,
        now=timezone.now(),
    )


@subscriber("commerce.order_placed")
def order_placed(*, order_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    _note(order, "order_placed", total_minor=order.total_minor, currency=order.currency)
    if method_of(order.method).holds_days:
        _write_to_guest(order, emails.order_received(order, organization=current_organization()))
    elif method_of(order.method).by_provider and order.source == OrderSource.STAFF:
        _write_to_guest(order, emails.payment_link(order, organization=current_organization()))


@subscriber("commerce.method_changed")
def method_changed(*, order_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    if method_of(order.method).holds_days:
        _write_to_guest(order, emails.order_received(order, organization=current_organization()))


@subscriber("commerce.order_confirmed")
def order_confirmed(*, order_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    operations.follow_order(order_id)
    _note(order, "order_confirmed")
    _write_to_guest(order, emails.order_confirmation(order, organization=current_organization()))


@subscriber("tours.schedule_guaranteed")
def take_reserved(*, schedule_id: int) -> None:
    enqueue("commerce.follow_reservations", schedule_id=schedule_id)


@subscriber("commerce.reservation_ended")
def reservation_ended(*, order_id: int, payment_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    if order.status == OrderStatus.CONFIRMED:
        mail = emails.reservation_ended(order, organization=current_organization())
        _write_to_guest(order, mail, dedupe_key=f"reservation-{payment_id}")


@subscriber("commerce.payment_on_its_way")
def payment_on_its_way(*, order_id: int, payment_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    payment = Payment.objects.get(pk=payment_id)
    # A card is on its way for seconds; nobody needs to be written to who is paid for by then. Places of an order that is over are
    # not kept.
    if payment.status == PaymentStatus.PROCESSING and order.status in (OrderStatus.PENDING, *STANDING):
        mail = emails.payment_on_its_way(order, payment, organization=current_organization())
        _write_to_guest(order, mail, dedupe_key=f"payment-{payment_id}-on-its-way")


@subscriber("commerce.payment_failed")
def payment_failed(*, order_id: int, payment_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    payment = Payment.objects.get(pk=payment_id)
    if payment.status == PaymentStatus.FAILED:
        mail = emails.payment_failed(order, payment, organization=current_organization())
        _write_to_guest(order, mail, dedupe_key=f"payment-{payment_id}-failed-{payment.updated_at:%Y%m%d}")


@subscriber("commerce.payment_received")
def payment_received(*, order_id: int, payment_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    look_again(Order, order.pk, organization_id=order.organization_id)
    payment = Payment.objects.get(pk=payment_id)
    _note(order, "payment_received", amount_minor=payment.captured_minor, currency=payment.captured_currency)
    # Money that could not be used is on its way back, which another e-mail tells.
    if order.status in STANDING:
        mail = emails.payment_received(order, payment, organization=current_organization())
        _write_to_guest(order, mail, dedupe_key=f"payment-{payment.pk}")


@subscriber("commerce.order_expired")
def order_expired(*, order_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    look_again(Order, order.pk, organization_id=order.organization_id)
    _note(order, "order_expired")
    if not order.lines.filter(booking__status=BookingStatus.EXPIRED).exists():
        # Its places were lost before, of which the guest has been told.
        return
    # Somebody who left the checkout knows; somebody who tried to pay may not.
    may_not_know = method_of(order.method).holds_days or order.source == OrderSource.STAFF
    if may_not_know or order.payments.exclude(failure_message="").exists():
        _write_to_guest(order, emails.order_expired(order, organization=current_organization()))


@subscriber("commerce.order_cancelled")
def order_cancelled(*, order_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    look_again(Order, order.pk, organization_id=order.organization_id)
    _note(order, "order_cancelled")
    _write_to_guest(order, emails.order_cancelled(order, organization=current_organization()))


@subscriber("commerce.places_cancelled")
def places_cancelled(*, order_id: int, cancellation_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    row = queries.cancellations_of(order).get(pk=cancellation_id)
    _note(order, "places_cancelled")
    mail = emails.places_cancelled(order, row, organization=current_organization())
    _write_to_guest(order, mail, dedupe_key=f"cancellation-{row.pk}")


@subscriber("commerce.booking_changed")
def booking_changed(*, order_id: int, change_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    change = queries.changes_of(order).get(pk=change_id)
    _note(order, "booking_changed")
    mail = emails.booking_changed(order, change, organization=current_organization())
    _write_to_guest(order, mail, dedupe_key=f"change-{change.pk}")


@subscriber("tours.booking_merged")
def booking_merged(*, booking_id: int, schedule_id: int) -> None:
    order = queries.order_of_booking(booking_id)
    # Who has not finished the checkout sees the new time there.
    placed = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED)
    if order is None or not (order.status in placed or method_of(order.method).holds_days):
        return
    _note(order, "booking_merged")
    mail = emails.booking_merged(order, schedule_id=schedule_id, organization=current_organization())
    _write_to_guest(order, mail, dedupe_key=f"booking-{booking_id}-from-{schedule_id}")


@subscriber("commerce.refund_started")
def refund_started(*, order_id: int, refund_id: int) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    _note(order, "refund_started", amount_minor=refund.amount_minor, currency=refund.payment.currency)
    if refund.guest_choice_id is not None or refund.cancellation_id is not None:
        # The e-mail about the departure, or about the places given up, says so.
        return
    mail = emails.refund_started(order, refund, organization=current_organization())
    _write_to_guest(order, mail, dedupe_key=f"refund-{refund.pk}")


@subscriber("commerce.dispute_changed")
def dispute_changed(*, order_id: int, dispute_id: int, kind: str, status: str) -> None:
    order = Order.objects.select_related("customer").get(pk=order_id)
    dispute = queries.staff_disputes().get(pk=dispute_id)
    said = {"won": "dispute_won", "lost": "dispute_lost", "needs_response": f"dispute_{kind}"}.get(status)
    if said:
        _note(order, said, amount_minor=dispute.amount_minor, currency=dispute.currency)
    # That the bank has the answer, those who gave it know; and of a warning that is over nothing follows.
    if status != "under_review" and (kind, status) != ("warning", "closed"):
        operations.tell_staff(dispute, occasion=f"{kind}-{status}", now=timezone.now())
