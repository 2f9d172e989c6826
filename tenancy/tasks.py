from django.utils import timezone

from tenancy import outbox
from tenancy.jobs import sweep_job, tenant_job


@tenant_job("tenancy.deliver_event")
def deliver_event(*, delivery_id: int) -> None:
    outbox.deliver(delivery_id, now=timezone.now())


@sweep_job("tenancy.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep(now=timezone.now())
