"""Tasks: series, reminders, comments, links, what waits for what."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from crm.enums import TaskPriority, TaskReminder, TaskState
from crm.models import Activity, ChecklistItem, Customer, Message, Task, TaskDependency, TaskWatcher
from crm.operations import (
    TaskRefused,
    add_dependency,
    change_tasks,
    comment_on_task,
    end_series,
    move_task,
    remind_of_task,
    set_links,
    settle_task,
)
from crm.queries import due_task_reminders, tasks_given_to
from crm.rules import mentioned, next_due_day, reminder_instant, rule_problem
from tenancy.enums import Role
from tenancy.models import AuditEntry, Membership
from tenancy.operations import remove_member
from tenancy.scope import every_organization, organization_scope
from tests.crm.factories import make_task
from tests.factories import CustomerFactory
from tests.fixtures import make_member
from tests.parallel import in_parallel

DAY = dt.date(2031, 1, 10)
NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def named(user, first, last):
    user.first_name, user.last_name = first, last
    with every_organization():
        user.save()
    return user


@pytest.fixture
def ada(harbour):
    return named(make_member(harbour, Role.MANAGER, "ada@harbour.example"), "Ada", "Lovelace")


@pytest.fixture
def ben(harbour):
    return named(make_member(harbour, Role.GUIDE, "ben@harbour.example"), "Ben", "Guide")


@pytest.mark.parametrize(
    ("rule", "first", "after", "day"),
    [
        ("FREQ=DAILY", DAY, DAY, dt.date(2031, 1, 11)),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", DAY, DAY, dt.date(2031, 1, 13)),
        ("FREQ=WEEKLY;INTERVAL=2", DAY, dt.date(2031, 1, 24), dt.date(2031, 2, 7)),
        ("FREQ=WEEKLY;INTERVAL=2", DAY, dt.date(2031, 1, 18), dt.date(2031, 1, 24)),
        ("FREQ=MONTHLY", dt.date(2031, 1, 31), dt.date(2031, 1, 31), dt.date(2031, 2, 28)),
        ("FREQ=MONTHLY", dt.date(2031, 1, 31), dt.date(2031, 2, 28), dt.date(2031, 3, 31)),
        ("FREQ=YEARLY", dt.date(2028, 2, 29), dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
        ("FREQ=MONTHLY;BYDAY=1MO", DAY, DAY, dt.date(2031, 2, 3)),
        ("FREQ=DAILY;COUNT=2", DAY, DAY, dt.date(2031, 1, 11)),
        ("FREQ=DAILY;COUNT=2", DAY, dt.date(2031, 1, 11), None),
        ("FREQ=DAILY;UNTIL=20310110", DAY, DAY, None),
    ],
)
def test_next_due_day(rule, first, after, day):
    assert rule_problem(rule) is None
    assert next_due_day(rule, first=first, after=after) == day


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "weekly",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;BYSETPOS=5",
    ],
)
def test_rule_that_is_refused(rule):
    assert rule_problem(rule) is not None


@pytest.mark.parametrize(
    ("remind", "time", "at"),
    [
        (TaskReminder.NEVER, None, None),
        (TaskReminder.SAME_DAY, None, dt.datetime(2031, 7, 10, 8, tzinfo=BERLIN)),
        (TaskReminder.DAY_BEFORE, dt.time(15), dt.datetime(2031, 7, 9, 8, tzinfo=BERLIN)),
        (TaskReminder.HOUR_BEFORE, dt.time(15), dt.datetime(2031, 7, 10, 14, tzinfo=BERLIN)),
        (TaskReminder.HOUR_BEFORE, None, dt.datetime(2031, 7, 10, 8, tzinfo=BERLIN)),
    ],
)
def test_reminder_instant(remind, time, at):
    due = dt.date(2031, 7, 10)
    assert reminder_instant(remind, due_on=due, due_time=time, zone=BERLIN, now=NOW) == at


def test_reminder_that_would_be_over_is_none():
    assert reminder_instant("same_day", due_on=DAY, due_time=None, zone=BERLIN, now=NOW) is None


def test_task_that_repeats_makes_the_next_one_once(in_harbour, ada, ben):
    customer = CustomerFactory()
    task = make_task(ada, title="Count the life jackets", due_on=DAY, repeat_rule="FREQ=WEEKLY", customer=customer)
    ChecklistItem.objects.create(task=task, text="Large ones", is_done=True)
    TaskWatcher.objects.create(task=task, user=ben)
    set_links(task.links, [customer])
    move_task(task, TaskState.DONE, now=NOW, actor=ada)
    move_task(task, TaskState.OPEN, now=NOW, actor=ada)
    move_task(task, TaskState.DONE, now=NOW, actor=ada)
    (successor,) = Task.objects.exclude(pk=task.pk)
    assert (successor.title, successor.due_on, successor.follows, successor.assignee, successor.customer) == (
        "Count the life jackets",
        dt.date(2031, 1, 17),
        task,
        ada,
        customer,
    )
    assert successor.remind_at == dt.datetime(2031, 1, 17, 7, tzinfo=dt.UTC)
    assert [(item.text, item.is_done) for item in successor.checklist.all()] == [("Large ones", False)]
    assert list(successor.watchers.all()) == [ben]
    assert [link.record for link in successor.links.all()] == [customer]
    assert [activity.facts for activity in Activity.objects.filter(kind="task_done")] == [
        {"title": "Count the life jackets"},
        {"title": "Count the life jackets"},
    ]


def test_series_done_late_goes_on_after_today(in_harbour, ada):
    task = make_task(ada, due_on=DAY, repeat_rule="FREQ=WEEKLY")
    move_task(task, TaskState.DONE, now=NOW + dt.timedelta(days=20), actor=ada)
    assert Task.objects.get(follows=task).due_on == dt.date(2031, 1, 31)


@pytest.mark.parametrize("end", ["drop", "end", "rule"])
def test_series_that_ends_makes_no_next_one(in_harbour, ada, end):
    task = make_task(ada, due_on=DAY, repeat_rule="FREQ=DAILY;COUNT=1" if end == "rule" else "FREQ=DAILY")
    if end == "end":
        end_series(task, actor=ada)
    move_task(task, TaskState.DROPPED if end == "drop" else TaskState.DONE, now=NOW, actor=ada)
    assert Task.objects.count() == 1


def test_moving_says_who_and_when(in_harbour, ada):
    task = make_task(ada, due_on=dt.date(2031, 3, 1))
    assert task.remind_at is not None
    done = move_task(task, TaskState.DONE, now=NOW, actor=ada)
    assert (done.completed_at, done.completed_by, done.remind_at) == (NOW, ada, None)
    again = move_task(task, TaskState.WAITING, now=NOW, actor=ada)
    assert (again.completed_at, again.completed_by, again.remind_at) == (None, None, task.remind_at)
    move_task(task, TaskState.WAITING, now=NOW, actor=ada)
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="task.").order_by("pk")] == [
        "task.done",
        "task.waiting",
    ]


def test_reminder_is_sent_once_to_those_who_have_the_task(in_harbour, ada, ben):
    task = make_task(ada, title="Order tickets", due_on=dt.date(2031, 3, 1))
    TaskWatcher.objects.create(task=task, user=ben)
    at = dt.datetime(2031, 3, 1, 7, tzinfo=dt.UTC)
    assert due_task_reminders(now=at - dt.timedelta(seconds=1)) == []
    assert due_task_reminders(now=at) == [(task.pk, in_harbour.pk)]
    remind_of_task(task.pk, now=at)
    remind_of_task(task.pk, now=at)
    assert due_task_reminders(now=at) == []
    assert sorted(Message.objects.values_list("kind", "recipient", "subject")) == [
        ("task_reminder", "ada@harbour.example", "Reminder: Order tickets"),
        ("task_reminder", "ben@harbour.example", "Reminder: Order tickets"),
    ]


def test_reminder_of_a_task_that_nobody_has_goes_to_who_wrote_it_down(in_harbour, ada):
    task = make_task(ada, assignee=None, due_on=dt.date(2031, 3, 1))
    remind_of_task(task.pk, now=dt.datetime(2031, 3, 1, 7, tzinfo=dt.UTC))
    assert list(Message.objects.values_list("recipient", flat=True)) == ["ada@harbour.example"]


def test_who_left_is_not_written_to(harbour, ada, ben):
    with organization_scope(harbour.pk):
        task = make_task(ada, assignee=ben, due_on=dt.date(2031, 3, 1))
        Message.objects.all().delete()
        remove_member(Membership.objects.get(user=ben))
        remind_of_task(task.pk, now=dt.datetime(2031, 3, 1, 7, tzinfo=dt.UTC))
        assert list(Message.objects.values_list("recipient", flat=True)) == ["ada@harbour.example"]
        assert Task.objects.select_related("assignee").get().assignee is None


def test_being_given_a_task_is_told_but_not_to_oneself(in_harbour, ada, ben):
    task = make_task(ada, title="Fetch the boat", assignee=ben)
    assert list(Message.objects.values_list("kind", "recipient", "subject")) == [
        ("task_assigned", "ben@harbour.example", "For you: Fetch the boat")
    ]
    task.assignee = ada
    task.save()
    settle_task(task, changed={"assignee"}, now=NOW, actor=ada)
    assert Message.objects.count() == 1


def test_checklist_keeps_its_ticks(in_harbour, ada):
    task = make_task(ada, steps=["One", "Two", "Two"])
    ChecklistItem.objects.filter(task=task, text="Two", position=2).update(is_done=True)
    ChecklistItem.objects.filter(task=task, text="One").update(is_done=True)
    settle_task(task, changed=(), checklist=["Two", "Three", "One"], now=NOW, actor=ada)
    assert list(task.checklist.values_list("text", "is_done")) == [("Two", False), ("Three", False), ("One", True)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ada please", ["Ada"]),
        ("@ada lovelace and @BEN!", ["Ada", "Ben"]),
        ("@ben@harbour.example", ["Ben"]),
        ("write to x@ada.example", []),
        ("@Adam", []),
        ("nobody", []),
    ],
)
def test_mentions(in_harbour, ada, ben, text, names):
    assert [user.first_name for user in mentioned(text, [ada, ben])] == names


def test_name_of_two_people_mentions_nobody(in_harbour, ada, ben):
    ben.first_name = "Ada"
    assert mentioned("@Ada", [ada, ben]) == []
    assert mentioned("@Ada Lovelace", [ada, ben]) == [ada]


def test_comment_tells_who_is_mentioned(in_harbour, ada, ben):
    task = make_task(ada, title="Fetch the boat")
    comment_on_task(task, "@Ben, @Ada: today?", now=NOW, author=ada)
    (message,) = Message.objects.all()
    assert (message.kind, message.recipient, message.subject) == (
        "task_mentioned",
        "ben@harbour.example",
        "Ada Lovelace mentions you: Fetch the boat",
    )
    assert "@Ben, @Ada: today?" in message.text
    assert list(tasks_given_to(ben)) == [task]


def test_dependency_that_closes_a_circle_is_refused(in_harbour, ada):
    first, second, third = (make_task(ada, title=title) for title in ("Paint", "Dry", "Launch"))
    add_dependency(second, needs=first, actor=ada)
    add_dependency(third, needs=second, actor=ada)
    add_dependency(third, needs=second, actor=ada)
    with pytest.raises(TaskRefused, match="waited for already by “Launch” → “Dry”"):
        add_dependency(first, needs=third, actor=ada)
    with pytest.raises(TaskRefused, match="cannot wait for itself"):
        add_dependency(first, needs=first, actor=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskDependency.objects.create(task=first, needs=first)
    assert sorted(TaskDependency.objects.values_list("task__title", "needs__title")) == [
        ("Dry", "Paint"),
        ("Launch", "Dry"),
    ]


def test_change_of_several_tasks(in_harbour, ada, ben):
    tasks = [make_task(ada, title=title, due_on=DAY) for title in ("One", "Two")]
    values = {
        "assignee": ben,
        "priority": TaskPriority.URGENT,
        "due_on": dt.date(2031, 5, 1),
        "state": TaskState.WAITING,
    }
    change_tasks(tasks, values=values, now=NOW, actor=ada)
    rows = Task.objects.order_by("title").values_list("title", "assignee", "priority", "due_on", "state", "remind_at")
    at = dt.datetime(2031, 5, 1, 6, tzinfo=dt.UTC)
    assert list(rows) == [
        ("One", ben.pk, 4, dt.date(2031, 5, 1), "waiting", at),
        ("Two", ben.pk, 4, dt.date(2031, 5, 1), "waiting", at),
    ]
    assert AuditEntry.objects.filter(action="task.changed").count() == 2


def test_links_outlive_their_records(in_harbour, ada):
    task, customer = make_task(ada), CustomerFactory()
    set_links(task.links, [customer])
    Customer.objects.filter(pk=customer.pk).delete()
    link = task.links.get()
    assert (link.record, link.content_type) == (None, ContentType.objects.get_for_model(Customer))


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_make_no_circle(harbour):
    user = make_member(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        one, two = make_task(user, title="One"), make_task(user, title="Two")

    pairs = [(one, two), (two, one)]
    answers = in_parallel(
        harbour, 2, lambda number: add_dependency(pairs[number][0], needs=pairs[number][1], actor=user)
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["TaskDependency", "TaskRefused"]
    with organization_scope(harbour.pk):
        assert TaskDependency.objects.count() == 1
