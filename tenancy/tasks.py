from celery import Task
from django.utils import timezone

from tenancy import operations, outbox
from tenancy.jobs import sweep_job, tenant_job


@tenant_job("tenancy.deliver_event")
def deliver_event(*, delivery_id: int) -> None:
    outbox.deliver(delivery_id, now=timezone.now())


@sweep_job("tenancy.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep(now=timezone.now())


@tenant_job("tenancy.send_account_mail", bind=True, max_retries=7)
def send_account_mail(self: Task, *, sealed: str) -> None:
    try:
        operations.send_account_mail(sealed)
    except OSError as error:
        tries = self.request.retries
        if tries >= self.max_retries:
            operations.give_up_account_mail()
            raise
        raise self.retry(exc=error, countdown=15 * 2**tries) from error


@tenant_job("tenancy.check_domain")
def check_domain(*, domain_id: int) -> None:
    operations.check_domain(domain_id, now=timezone.now())


@sweep_job("tenancy.sweep_domains")
def sweep_domains() -> None:
    operations.sweep_domains(now=timezone.now())


@sweep_job("tenancy.sweep_invitations")
def sweep_invitations() -> None:
    operations.forget_old_invitations(now=timezone.now())
