from contextlib import suppress

from django.utils import timezone

from commerce import operations, queries
from commerce.enums import NotificationKind
from tenancy.jobs import enqueue_once, sweep_job, tenant_job


@tenant_job("commerce.process_provider_event")
def process_provider_event(*, event_id: int) -> None:
    operations.process_provider_event(event_id, now=timezone.now())


@tenant_job("commerce.expire_order")
def expire_order(*, order_id: int) -> None:
    operations.expire_order(order_id, now=timezone.now())


@tenant_job("commerce.run_refund")
def run_refund(*, refund_id: int) -> None:
    operations.run_refund(refund_id, now=timezone.now())


@tenant_job("commerce.send_order_links")
def send_order_links(*, email: str) -> None:
    operations.send_order_links(email, now=timezone.now())


@sweep_job("commerce.sweep_provider_events")
def sweep_provider_events() -> None:
    for event_id, organization_id in queries.due_events(now=timezone.now()):
        enqueue_once(organization_id, "commerce.process_provider_event", event_id=event_id)


@sweep_job("commerce.sweep_holds")
def sweep_holds() -> None:
    for order_id, organization_id in queries.expired_holds(now=timezone.now()):
        enqueue_once(organization_id, "commerce.expire_order", order_id=order_id)


@sweep_job("commerce.sweep_completed")
def sweep_completed() -> None:
    operations.complete_orders(now=timezone.now())


@tenant_job("commerce.end_choice")
def end_choice(*, choice_id: int) -> None:
    operations.end_choice(choice_id, now=timezone.now())


@sweep_job("commerce.sweep_choices")
def sweep_choices() -> None:
    for choice_id, organization_id in queries.due_choices(now=timezone.now()):
        enqueue_once(organization_id, "commerce.end_choice", choice_id=choice_id)


@sweep_job("commerce.sweep_refunds")
def sweep_refunds() -> None:
    for refund_id, organization_id in queries.due_refunds(now=timezone.now()):
        enqueue_once(organization_id, "commerce.run_refund", refund_id=refund_id)


@tenant_job("commerce.send_notification")
def send_notification(*, kind: str, record_id: int) -> None:
    operations.send_notification(NotificationKind(kind), record_id, now=timezone.now())


@sweep_job("commerce.sweep_notifications")
def sweep_notifications() -> None:
    for kind, record_id, organization_id in queries.due_notifications(now=timezone.now()):
        enqueue_once(organization_id, "commerce.send_notification", kind=kind.value, record_id=record_id)


@tenant_job("commerce.remind_of_dispute")
def remind_of_dispute(*, dispute_id: int) -> None:
    operations.remind_of_dispute(dispute_id, now=timezone.now())


@tenant_job("commerce.deliver_evidence")
def deliver_evidence(*, evidence_id: int) -> None:
    operations.deliver_evidence(evidence_id, now=timezone.now())


@sweep_job("commerce.sweep_disputes")
def sweep_disputes() -> None:
    now = timezone.now()
    for dispute_id, organization_id in queries.due_reminders(now=now):
        enqueue_once(organization_id, "commerce.remind_of_dispute", dispute_id=dispute_id)
    for evidence_id, organization_id in queries.due_evidence(now=now):
        enqueue_once(organization_id, "commerce.deliver_evidence", evidence_id=evidence_id)


@tenant_job("commerce.stop_card_payment")
def stop_card_payment(*, payment_id: int) -> None:
    operations.stop_card_payment(payment_id, now=timezone.now())


@sweep_job("commerce.sweep_stopped_payments")
def sweep_stopped_payments() -> None:
    for payment_id, organization_id in queries.payments_to_stop(now=timezone.now()):
        enqueue_once(organization_id, "commerce.stop_card_payment", payment_id=payment_id)


@tenant_job("commerce.follow_reservations")
def follow_reservations(*, schedule_id: int) -> None:
    operations.follow_reservations(schedule_id, now=timezone.now())


@tenant_job("commerce.capture_payment")
def capture_payment(*, payment_id: int) -> None:
    operations.capture_payment(payment_id, now=timezone.now())


@sweep_job("commerce.sweep_reservations")
def sweep_reservations() -> None:
    now = timezone.now()
    for schedule_id, organization_id in queries.schedules_with_reservations(now=now):
        enqueue_once(organization_id, "commerce.follow_reservations", schedule_id=schedule_id)
    for payment_id, organization_id in queries.payments_to_capture(now=now):
        enqueue_once(organization_id, "commerce.capture_payment", payment_id=payment_id)


@tenant_job("commerce.remind_of_payment")
def remind_of_payment(*, payment_id: int) -> None:
    operations.remind_of_payment(payment_id, now=timezone.now())


@tenant_job("commerce.cancel_overdue")
def cancel_overdue(*, order_id: int) -> None:
    operations.cancel_overdue(order_id, now=timezone.now())


@sweep_job("commerce.sweep_due_payments")
def sweep_due_payments() -> None:
    now = timezone.now()
    for payment_id, organization_id in queries.payments_to_remind(now=now):
        enqueue_once(organization_id, "commerce.remind_of_payment", payment_id=payment_id)
    for order_id, organization_id in queries.overdue_orders(now=now):
        enqueue_once(organization_id, "commerce.cancel_overdue", order_id=order_id)


@tenant_job("commerce.reconcile")
def reconcile(*, reconciliation_id: int) -> None:
    operations.reconcile(reconciliation_id, now=timezone.now())


@tenant_job("commerce.begin_reconciliation")
def begin_reconciliation() -> None:
    with suppress(operations.ReconciliationRefused):
        operations.start_reconciliation(now=timezone.now())


@sweep_job("commerce.sweep_reconciliations")
def sweep_reconciliations() -> None:
    now = timezone.now()
    for reconciliation_id, organization_id in queries.due_reconciliations(now=now):
        enqueue_once(organization_id, "commerce.reconcile", reconciliation_id=reconciliation_id)
    for organization_id in queries.due_for_reconciliation(now=now):
        enqueue_once(organization_id, "commerce.begin_reconciliation")
