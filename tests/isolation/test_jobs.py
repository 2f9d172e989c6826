import pytest

from config.celery import app
from crm.enums import MessageStatus
from crm.models import Message
from tenancy.scope import ScopeError, organization_scope
from tests.crm.factories import make_message


@pytest.fixture
def message(kyoto) -> Message:
    with organization_scope(kyoto.pk):
        return make_message()


def _send(message: Message, headers: dict[str, object]) -> None:
    app.loader.import_default_modules()
    app.tasks["crm.send_message"].apply(kwargs={"message_id": message.pk}, headers=headers, throw=True)


def test_a_job_with_the_key_of_anothers_row_does_nothing(harbour, kyoto, message, mailoutbox):
    _send(message, {"organization_id": harbour.pk})
    with organization_scope(kyoto.pk):
        message.refresh_from_db()
    assert (message.status, mailoutbox) == (MessageStatus.PENDING, [])


@pytest.mark.parametrize("headers", [{}, {"organization_id": None}])
def test_a_job_without_an_organization_does_not_run(kyoto, message, mailoutbox, headers):
    with pytest.raises(ScopeError):
        _send(message, headers)
    assert mailoutbox == []


@pytest.mark.parametrize("forged", ["kyoto", "1 OR 1=1"])
def test_a_job_with_a_forged_organization_does_not_run(kyoto, message, mailoutbox, forged):
    with pytest.raises(ValueError, match="invalid literal"):
        _send(message, {"organization_id": forged})
    assert mailoutbox == []


def test_a_job_for_an_organization_that_is_not_there_finds_nothing(kyoto, message, mailoutbox):
    _send(message, {"organization_id": 999_999})
    assert mailoutbox == []
