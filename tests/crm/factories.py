"""Contacts with a customer; they work in the organization in scope."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from crm.enums import Direction, ProtocolKind
from crm.models import Customer, Message, Protocol, Task
from crm.operations import log_protocol, queue_message, record_activity, settle_task
from tenancy.models import User

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)


def make_protocol(
    customer: Customer,
    *,
    subject: str = "Asks for the way",
    at: dt.datetime = NOW,
    follow_up_on: dt.date | None = None,
    links: Sequence[Model] = (),
    is_private: bool = False,
    direction: Direction = Direction.INBOUND,
    body: str = "",
    author: User | None = None,
) -> Protocol:
    """A call of the customer."""
    return log_protocol(
        customer,
        kind=ProtocolKind.CALL,
        direction=direction,
        subject=subject,
        body=body,
        happened_at=at,
        follow_up_on=follow_up_on,
        follow_up_by=author,
        links=links,
        is_private=is_private,
        author=author,
        now=NOW,
    )


def make_message(customer: Customer | None = None, *, key: str = "1", subject: str = "Hello") -> Message:
    """An e-mail that waits to be sent."""
    return queue_message(
        kind="note",
        dedupe_key=key,
        recipient="ole@example.com",
        language="en",
        subject=subject,
        text="Hello Ole",
        html="<p>Hello Ole</p>",
        customer=customer,
        now=NOW,
    )


def make_contacts(customer: Customer, count: int, *, about: Sequence[Model] = ()) -> None:
    """So many calls, activities and messages, an hour apart, with follow-ups and linked records."""
    for number in range(count):
        at = NOW + dt.timedelta(hours=number)
        make_protocol(customer, subject=f"Call {number}", at=at, follow_up_on=dt.date(2031, 2, 1), links=about)
        record = about[0] if about else None
        record_activity(customer, kind="waved_hello", at=at + dt.timedelta(minutes=1), record=record)
        message = make_message(customer, key=f"{customer.pk}-{number}", subject=f"Letter {number}")
        Message.objects.filter(pk=message.pk).update(created_at=at + dt.timedelta(minutes=2))


def make_task(user: User | None, *, title: str = "Call back", steps: Sequence[str] = (), **fields: Any) -> Task:
    """A task that somebody wrote down for themselves, unless `assignee` says another."""
    task = Task.objects.create(**{"title": title, "assignee": user, **fields})
    if user is None:
        return task
    return settle_task(
        task, changed={"assignee", "due_on", "repeat_rule"}, checklist=steps, is_new=True, now=NOW, actor=user
    )
