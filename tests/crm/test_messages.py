import datetime as dt

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from crm.models import Message
from crm.operations import retry_message, send_message
from crm.queries import due_messages
from tenancy.scope import every_organization, organization_scope
from tests.crm.factories import NOW, make_message
from tests.parallel import in_parallel


class RefusingBackend(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):  # type: ignore[no-untyped-def]
        raise ConnectionRefusedError("no mail today")


def test_message_is_written_once(in_harbour):
    assert make_message() == make_message()
    assert Message.objects.count() == 1


def test_message_is_sent_once_in_the_organizations_name(in_harbour):
    message = make_message(subject="Hello\r\nBcc: everybody@example.com")
    for _time in range(2):
        send_message(message.pk, now=NOW)
    (sent,) = mail.outbox
    assert sent.from_email == "Harbour Walks <bookings@localhost>"
    assert (sent.reply_to, sent.subject) == (["hello@harbour.example"], "Hello Bcc: everybody@example.com")
    assert sent.extra_headers["Message-ID"] == f"<message-{in_harbour.pk}-{message.pk}@localhost>"
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.next_attempt_at) == ("sent", NOW, None)


def test_message_that_fails_is_tried_again_and_then_shown_to_staff(in_harbour, settings):
    settings.EMAIL_BACKEND = "tests.crm.test_messages.RefusingBackend"
    message = make_message()
    now = NOW
    waits = []
    for _attempt in range(6):
        send_message(message.pk, now=now)
        message.refresh_from_db()
        if message.next_attempt_at:
            waits.append((message.next_attempt_at - now).total_seconds())
            now = message.next_attempt_at
    assert waits == [60, 120, 240, 480, 960]
    assert (message.status, message.attempts) == ("failed", 6)
    assert message.last_error == "ConnectionRefusedError: no mail today"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    retry_message(message, now=now)
    send_message(message.pk, now=now)
    message.refresh_from_db()
    assert (message.status, len(mail.outbox)) == ("sent", 1)


def test_message_whose_worker_died_is_found_by_the_sweep(in_harbour):
    message = make_message()
    with every_organization():
        assert due_messages(now=NOW) == []
        assert due_messages(now=NOW + dt.timedelta(minutes=3)) == [(message.pk, in_harbour.pk)]


@pytest.mark.django_db(transaction=True)
def test_message_sent_from_five_workers_at_once_goes_out_once(harbour):
    with organization_scope(harbour.pk):
        message = make_message()
    in_parallel(harbour, 5, lambda _number: send_message(message.pk, now=NOW))
    assert len(mail.outbox) == 1
