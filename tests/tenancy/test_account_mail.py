from celery.states import FAILURE, SUCCESS
from django.core import mail

from devtools.embedded.process import free_port
from tenancy.fields import encrypt_text
from tenancy.jobs import ORGANIZATION_HEADER
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tenancy.tasks import send_account_mail

SEALED = '{"recipient": "lena@example.com", "subject": "Your new password", "text": "Follow this link."}'


def run(organization) -> str:
    job = send_account_mail.apply(
        kwargs={"sealed": encrypt_text(SEALED)}, headers={ORGANIZATION_HEADER: organization.pk}
    )
    return job.state


def failures(organization) -> list[tuple[str, str]]:
    with organization_scope(organization.pk):
        return list(AuditEntry.objects.filter(action="account.mail_failed").values_list("subject_name", "origin"))


def test_account_mail_is_sent_in_the_name_of_the_organization(harbour):
    assert run(harbour) == SUCCESS
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["lena@example.com"], "Your new password", "Follow this link.")
    assert failures(harbour) == []


def test_account_mail_that_no_mail_server_takes_is_written_down_once_without_the_address(harbour, kyoto, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert run(harbour) == FAILURE
    assert failures(harbour) == [("Harbour Walks", "job:tenancy.send_account_mail")]
    assert failures(kyoto) == []
