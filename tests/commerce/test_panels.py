import inspect

import pytest
from django.utils.translation import override

from commerce import emails, panels
from commerce.enums import NotificationKind
from crm.filters import MessageFilterSet
from crm.models import Message
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_every_kind_of_email_has_a_name():
    written = {name for name, _write in inspect.getmembers(emails, inspect.isfunction)}
    # That of notifications writes all of their kinds.
    assert panels.message_kinds().keys() == written - {"notification"} | set(NotificationKind.values)


def test_messages_are_filtered_by_kinds_in_words(in_harbour):
    customer = CustomerFactory()
    for kind in ("order_link", "some_news"):
        Message.objects.create(customer=customer, kind=kind, recipient="a@example.com", language="en", subject="x")
    with override("de"):
        choices = MessageFilterSet(queryset=Message.objects.all()).filters["kind"].extra["choices"]
    assert choices == [("order_link", "Link noch einmal gesendet"), ("some_news", "Some news")]
