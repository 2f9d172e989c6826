"""Coming back to what was said: one task for each protocol."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.enums import TaskState
from crm.models import Activity, Message, Protocol, Task
from crm.operations import move_task, set_follow_up
from crm.queries import with_follow_up
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.crm.factories import NOW, make_protocol
from tests.factories import CustomerFactory
from tests.fixtures import make_member
from tests.parallel import in_parallel

MONDAY, FRIDAY = dt.date(2031, 1, 13), dt.date(2031, 1, 17)


def _days():
    return list(with_follow_up(Protocol.objects.order_by("pk")).values_list("follow_up_on", flat=True))


def test_follow_up_is_one_task_that_moves_closes_and_opens_again(in_harbour):
    writer, other = (make_member(in_harbour, Role.MANAGER, f"{name}@example.com") for name in ("writer", "other"))
    protocol = make_protocol(CustomerFactory(), subject="Lost a scarf", follow_up_on=MONDAY, author=writer)
    task = Task.objects.get()
    assert (task.title, task.due_on, task.assignee, task.created_by) == ("Lost a scarf", MONDAY, writer, writer)
    assert (task.customer, task.follow_up_of) == (protocol.customer, protocol)
    # Eight in the morning in Hamburg.
    assert (task.remind_at, _days()) == (dt.datetime(2031, 1, 13, 7, tzinfo=dt.UTC), [MONDAY])

    def follow(day, who=writer):
        set_follow_up(protocol, due_on=day, assignee=who, now=NOW, actor=writer)
        task.refresh_from_db()
        return task.due_on, task.assignee, task.state

    assert follow(MONDAY) == (MONDAY, writer, "open")
    assert follow(FRIDAY, other) == (FRIDAY, other, "open")
    assert follow(None) == (FRIDAY, other, "dropped")
    assert follow(None) == (FRIDAY, other, "dropped")
    assert _days() == [None]
    move_task(task, TaskState.DONE, now=NOW, actor=other)
    assert follow(MONDAY) == (MONDAY, writer, "open")
    assert Task.objects.count() == 1
    assert list(
        AuditEntry.objects.filter(action__startswith="task.").order_by("pk").values_list("action", "details")
    ) == [
        ("task.planned", {"due": "2031-01-13"}),
        ("task.planned", {"due": "2031-01-17"}),
        ("task.dropped", {}),
        ("task.done", {}),
        ("task.open", {}),
        ("task.planned", {"due": "2031-01-13"}),
    ]


def test_whoever_is_to_come_back_is_told(in_harbour):
    writer, other = (make_member(in_harbour, Role.MANAGER, f"{name}@example.com") for name in ("writer", "other"))
    protocol = make_protocol(CustomerFactory(), follow_up_on=MONDAY, author=writer)
    set_follow_up(protocol, due_on=MONDAY, assignee=other, now=NOW, actor=writer)
    assert list(Task.objects.values_list("assignee", flat=True)) == [other.pk]
    assert list(Message.objects.values_list("kind", "recipient")) == [("task_assigned", "other@example.com")]


def test_task_of_a_private_contact_says_nothing_of_it(harbour, member_client):
    with organization_scope(harbour.pk):
        author = make_member(harbour, Role.MANAGER, "author@example.com")
        protocol = make_protocol(
            CustomerFactory(), subject="A complaint", follow_up_on=MONDAY, is_private=True, author=author
        )
        task = protocol.follow_up
        assert task.title == "Follow-up of a private contact"
    other = member_client(harbour, Role.MANAGER)
    page = other.get(reverse("tasks:inspect", args=[task.pk])).content.decode()
    assert "A complaint" not in page
    assert reverse("protocols:edit", args=[protocol.pk]) not in page


@pytest.mark.parametrize("state", [TaskState.OPEN, TaskState.DONE])
def test_contact_made_private_later_takes_its_subject_from_the_task(in_harbour, state):
    author = make_member(in_harbour, Role.MANAGER, "author@example.com")
    protocol = make_protocol(CustomerFactory(), subject="A complaint", follow_up_on=MONDAY, author=author)
    move_task(protocol.follow_up, state, now=NOW, actor=author)
    protocol.is_private = True
    protocol.save()
    set_follow_up(protocol, due_on=None, assignee=None, now=NOW, actor=author)
    hidden = "Follow-up of a private contact"
    assert list(Task.objects.values_list("title", flat=True)) == [hidden]
    told = Activity.objects.filter(kind="task_done").values_list("facts", flat=True)
    assert list(told) == [{"title": hidden}] * (state == TaskState.DONE)


def test_form_shows_the_task_and_a_finished_one_no_more(harbour, member_client):
    with organization_scope(harbour.pk):
        writer = make_member(harbour, Role.MANAGER, "writer@example.com")
        protocol = make_protocol(CustomerFactory(), follow_up_on=MONDAY, author=writer)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("protocols:edit", args=[protocol.pk])
    initial = client.get(url).context["form"].initial
    assert (initial["follow_up_on"], initial["follow_up_by"]) == (MONDAY, writer.pk)
    data = {"kind": "call", "direction": "inbound", "subject": "Found it", "happened_at": "2031-01-10 12:00"}
    moved = {**data, "follow_up_on": "2031-01-17", "follow_up_by": writer.pk}
    profile = reverse("customers:inspect", args=[protocol.customer_id])
    assert client.post(url, moved).url == profile
    task = reverse("tasks:inspect", args=[protocol.follow_up.pk])
    assert "17 January 2031" in (page := client.get(profile).content.decode())
    assert task in page
    assert reverse("tasks:state", args=[protocol.follow_up.pk]) in page
    assert reverse("protocols:edit", args=[protocol.pk]) in client.get(task).content.decode()
    done = client.post(reverse("tasks:state", args=[protocol.follow_up.pk]), {"state": "done", "next": profile})
    assert done.url == profile
    assert client.get(url).context["form"].initial["follow_up_on"] is None
    with organization_scope(harbour.pk):
        task = Task.objects.get()
        assert (task.title, task.due_on, task.state) == ("Found it", FRIDAY, "done")


def test_form_that_was_open_for_long_leaves_the_task_as_it_is_now(harbour, member_client):
    with organization_scope(harbour.pk):
        writer = make_member(harbour, Role.MANAGER, "writer@example.com")
        protocol = make_protocol(CustomerFactory(), follow_up_on=MONDAY, author=writer)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("protocols:edit", args=[protocol.pk])
    data = {"kind": "call", "direction": "inbound", "subject": "Found it", "happened_at": "2031-01-10 12:00"}
    shown = client.get(url).context["form"].initial
    opened = {**data, "planned_on": shown["planned_on"], "follow_up_on": MONDAY, "follow_up_by": writer.pk}
    with organization_scope(harbour.pk):
        set_follow_up(protocol, due_on=FRIDAY, assignee=None, now=NOW, actor=writer)
    client.post(url, opened)
    with organization_scope(harbour.pk):
        task = Task.objects.get()
        assert (task.due_on, task.assignee, task.title) == (FRIDAY, writer, "Found it")
        move_task(task, TaskState.DONE, now=NOW, actor=writer)
    client.post(url, opened)
    with organization_scope(harbour.pk):
        task.refresh_from_db()
        assert (task.state, task.due_on) == ("done", FRIDAY)
    # Another day is another thing to come back to; and the form says so.
    client.post(url, {**opened, "follow_up_on": "2031-02-03"})
    with organization_scope(harbour.pk):
        task.refresh_from_db()
        assert (task.state, task.due_on) == ("open", dt.date(2031, 2, 3))


@pytest.mark.django_db(transaction=True)
def test_two_who_plan_at_once_make_one_task(harbour):
    with organization_scope(harbour.pk):
        protocol = make_protocol(CustomerFactory())
    days = [MONDAY, FRIDAY]
    results = in_parallel(
        harbour,
        2,
        lambda number: set_follow_up(protocol, due_on=days[number], assignee=None, now=NOW, actor=None),
    )
    with organization_scope(harbour.pk):
        task = Task.objects.get()
    assert results == [task, task]
    assert task.due_on in days
