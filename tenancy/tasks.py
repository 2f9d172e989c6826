from django.utils import timezone

from tenancy import operations, outbox
from tenancy.jobs import sweep_job, tenant_job


@tenant_job("tenancy.deliver_event")
def deliver_event(*, delivery_id: int) -> None:
    outbox.deliver(delivery_id, now=timezone.now())


@sweep_job("tenancy.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep(now=timezone.now())


@tenant_job("tenancy.send_account_mail", autoretry_for=(OSError,), retry_backoff=15, max_retries=7)
def send_account_mail(*, sealed: str) -> None:
    operations.send_account_mail(sealed)


@tenant_job("tenancy.check_domain")
def check_domain(*, domain_id: int) -> None:
    operations.check_domain(domain_id, now=timezone.now())


@sweep_job("tenancy.sweep_domains")
def sweep_domains() -> None:
    operations.sweep_domains(now=timezone.now())
