import pytest
import redis
from django.conf import settings
from django.utils import timezone

from crm.models import Message
from crm.tasks import sweep_messages
from tenancy.jobs import LOST_AFTER, enqueue_once
from tenancy.scope import organization_scope
from tests.crm.factories import make_message


@pytest.fixture
def swept(django_capture_on_commit_callbacks):
    def sweep():
        with django_capture_on_commit_callbacks(execute=True):
            sweep_messages.apply(throw=True)

    return sweep


def test_sweeps_of_a_long_queue_do_not_make_it_longer(harbour, kyoto, swept, run_jobs, mailoutbox):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            make_message()
            Message.objects.update(next_attempt_at=timezone.now())
    for _time in range(3):
        swept()
    assert (run_jobs(), len(mailoutbox)) == (["crm.send_message"] * 2, 2)


def test_job_that_was_begun_can_be_started_again(harbour, django_capture_on_commit_callbacks, run_jobs):
    done = []
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            enqueue_once(harbour.pk, "crm.send_message", message_id=0)
        done += run_jobs()
    assert done == ["crm.send_message"] * 2


def test_lost_job_is_started_again_after_a_while(harbour, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue_once(harbour.pk, "crm.send_message", message_id=0)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        (waiting,) = client.keys("*:job:*")
        assert LOST_AFTER - 5 < client.ttl(waiting) <= LOST_AFTER
