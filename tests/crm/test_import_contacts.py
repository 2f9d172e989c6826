"""Rows of files become protocols and tasks, find their customers, and go again."""

import datetime as dt

from django.utils import timezone

from crm.enums import ImportKind, ImportState
from crm.models import (
    Import,
    Protocol,
    Task,
    TaskComment,
)
from crm.operations import (
    check_import,
    record_activity,
    start_import,
)
from tenancy.enums import Role
from tests.crm.imports import HEAD, counts, problems, run, undone, upload, work
from tests.factories import CustomerFactory
from tests.fixtures import make_member


def test_protocols_find_their_customers_and_go_again(in_harbour):
    run(HEAD + "7,Anna,Berg,anna@example.com,,\n", origin="HubSpot")
    grete = CustomerFactory(email="grete@example.com")
    text = (
        "Customer ID,Email,Subject,Body,Type,Direction,Date,Duration,Outcome\n"
        "7,,Asks for the way,=1+1,Anruf,Outgoing,2026-04-03 10:30,0:15,Erledigt\n"
        ",GRETE@example.com,Letter,,email,,03.04.2026,,\n"
        "8,,Unknown,,call,,2026-04-03,,\n"
        ",,Nobody,,call,,2026-04-03,,\n"
        ",grete@example.com,,,call,,2026-04-03,,\n"
        ",grete@example.com,Strange,,séance,,soon,ages,\n"
    )
    parent = upload(text, kind=ImportKind.PROTOCOLS)
    assert parent.mapping == [
        *(
            "customer_number",
            "email",
            "subject",
            "body",
            "kind",
            "direction",
            "happened_at",
            "duration_minutes",
            "outcome",
        ),
    ]
    parent = work(check_import(parent, mapping=parent.mapping, mode=parent.mode, origin="HubSpot", now=timezone.now()))
    assert (counts(parent), Protocol.objects.count()) == ((ImportState.CHECKED, 2, 0, 0, 4), 0)
    assert problems(parent) == [
        (4, "There is no customer “8”."),
        (5, "“Email” is missing."),
        (6, "“Subject” is missing."),
        (7, "“séance” is not one of the words for “Type”."),
        (7, "“soon” is not a date."),
        (7, "“ages” is not a number."),
    ]
    parent = work(start_import(parent, now=timezone.now(), actor=None))
    called, written = Protocol.objects.order_by("pk")
    assert (called.customer.first_name, called.kind, called.direction, called.body) == (
        "Anna",
        "call",
        "outbound",
        "<p>=1+1</p>",
    )
    assert (called.happened_at, called.duration_minutes, called.outcome) == (
        dt.datetime(2026, 4, 3, 8, 30, tzinfo=dt.UTC),
        15,
        "settled",
    )
    grete.refresh_from_db()
    assert (written.customer, written.kind, written.happened_at) == (grete, "mail", grete.last_activity_at)
    written.subject = "A letter"
    written.save()
    parent = undone(parent)
    assert (parent.taken_back, parent.kept, list(Protocol.objects.all())) == (1, 1, [written])


def test_protocols_and_tasks_without_numbers_are_known_when_they_come_again(in_harbour):
    grete = CustomerFactory(email="grete@example.com", last_activity_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    record_activity(grete, kind="order_placed", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    head = "Email,Subject,Body,Type,Date\n"
    row = "grete@example.com,Asks for the way,=1+1,Anruf,2026-04-03 10:30\n"

    def again(kind: str, text: str) -> Import:
        parent = upload(text, kind=kind)
        return work(check_import(parent, mapping=parent.mapping, mode=parent.mode, now=timezone.now()))

    first = again(ImportKind.PROTOCOLS, head + row + row)
    assert problems(first) == [(3, "Row 2 says the same and counts.")]
    first = work(start_import(first, now=timezone.now(), actor=None))
    second = again(ImportKind.PROTOCOLS, head + row + row.replace("10:30", "10:31"))
    assert (counts(second), problems(second)) == (
        (ImportState.CHECKED, 1, 0, 0, 1),
        [(2, "The same is there already.")],
    )
    grete.refresh_from_db()
    assert grete.last_activity_at == dt.datetime(2026, 4, 3, 8, 30, tzinfo=dt.UTC)
    undone(first)
    grete.refresh_from_db()
    assert (grete.last_activity_at, Protocol.objects.count()) == (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 0)

    text = "Task,Due date,Email\nCall back,2040-04-03,grete@example.com\nTidy up,,\n"
    work(start_import(again(ImportKind.TASKS, text), now=timezone.now(), actor=None))
    assert counts(again(ImportKind.TASKS, text)) == (ImportState.CHECKED, 0, 0, 0, 2)


def test_tasks_go_to_members_of_the_team_and_are_known_by_their_number(harbour, in_harbour):
    owner = make_member(harbour, Role.OWNER, "owner@harbour.example")
    grete = CustomerFactory(email="grete@example.com")
    text = (
        "Id,Task,Status,Priority,Due date,Due time,Assigned to,Email\n"
        "1,Call back,in Arbeit,High,2040-04-03,14:30,OWNER@harbour.example,grete@example.com\n"
        "2,Tidy up,completed,,,,Somebody,\n"
        "3,When,,,,10:00,,\n"
        "4,Whose,,,,,,nobody@example.com\n"
    )
    parent = upload(text, kind=ImportKind.TASKS)
    parent = work(check_import(parent, mapping=parent.mapping, mode=parent.mode, now=timezone.now()))
    parent = work(start_import(parent, now=timezone.now(), actor=None))
    assert counts(parent) == (ImportState.DONE, 2, 0, 0, 2)
    assert problems(parent) == [
        (3, "“Somebody” is nobody of your team; it is left out."),
        (4, "“Due date” is missing."),
        (5, "There is no customer “nobody@example.com”."),
    ]
    call, tidy = Task.objects.order_by("pk")
    assert (call.state, call.priority, call.due_on, call.due_time, call.assignee, call.customer) == (
        *("in_progress", 3, dt.date(2040, 4, 3), dt.time(14, 30), owner, grete),
    )
    assert (call.remind_at, tidy.state, tidy.completed_at is None) == (
        dt.datetime(2040, 4, 3, 6, tzinfo=dt.UTC),
        "done",
        False,
    )
    again = upload(text, kind=ImportKind.TASKS)
    again = work(check_import(again, mapping=again.mapping, mode=again.mode, now=timezone.now()))
    assert counts(again) == (ImportState.CHECKED, 0, 0, 2, 2)
    TaskComment.objects.create(task=call, text="Done soon")
    parent = undone(parent)
    assert (parent.taken_back, parent.kept, list(Task.objects.all())) == (1, 1, [call])


def _taken_over(parent: Import) -> Import:
    parent = work(check_import(parent, mapping=parent.mapping, mode=parent.mode, origin="HubSpot", now=timezone.now()))
    return work(start_import(parent, now=timezone.now(), actor=None))


def test_calls_and_tasks_of_hubspot_find_their_contacts(in_harbour):
    run(HEAD + "1001,Maja,Lund,maja@example.com,,\n", origin="HubSpot")
    CustomerFactory(email="ole@example.com")
    calls = (
        "Record ID,Call Title,Activity date,Call notes,Call duration (HH:mm:ss),Associated Contact IDs,Associated Contact\n"
        "71,Two boats,2026-03-04 14:30,<p>Two</p>,00:12:40,1001;1002,Maja Lund (maja@example.com);Tom (tom@example.com)\n"
        "72,One boat,2026-03-05 14:30,,,,Ole Olsen (ole@example.com)\n"
        "73,No boat,2026-03-06 14:30,,,1001,Maja Lund\n"
        "74,What boat,2026-03-06 14:30,,,,Maja Lund\n"
    )
    parent = upload(calls, kind=ImportKind.PROTOCOLS)
    names = ("external_id", "subject", "happened_at", "body", "duration_minutes", "customer_number", "email")
    assert parent.mapping == [*names]
    parent = _taken_over(parent)
    found = Protocol.objects.order_by("happened_at").values_list("subject", "customer__email", "duration_minutes")
    assert [*found] == [
        ("Two boats", "maja@example.com", 12),
        ("One boat", "ole@example.com", None),
        ("No boat", "maja@example.com", None),
    ]
    assert problems(parent) == [(5, "“Maja Lund” is not an e-mail address.")]
    tasks = "Record ID,Task Title,Due date,Associated Contact IDs,Associated Contact\n81,Call,2026-12-04,1001,Maja (maja@example.com)\n"
    _taken_over(upload(tasks, kind=ImportKind.TASKS))
    assert Task.objects.get().customer.email == "maja@example.com"
