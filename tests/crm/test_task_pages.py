"""The pages of tasks: what people see and send, and who may."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.enums import TaskState
from crm.models import ChecklistItem, Message, Task, TaskComment, TaskDependency, TaskWatcher
from crm.queries import record_key
from tenancy.enums import Role
from tenancy.models import Membership
from tenancy.operations import remove_member
from tenancy.scope import organization_scope
from tests.crm.factories import make_task
from tests.crm.test_tasks import named
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
DAY = NOW.date()
FORM = {
    "title": "Call the harbour master",
    "assignee": "",
    "due_on": "2031-01-12",
    "due_time": "",
    "remind": "same_day",
    "priority": "2",
    "customer": "",
    "notes": "",
    "steps": "",
    "repeat": "",
    "own_rule": "",
    "project": "",
    "milestone": "",
    "starts_on": "",
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(harbour):
    return named(make_member(harbour, Role.MANAGER, "ada@harbour.example"), "Ada", "Lovelace")


@pytest.fixture
def client(harbour, ada):
    return client_for(harbour, ada)


def errors_of(answer):
    assert answer.status_code == 200
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def test_new_task(in_harbour, client, ada):
    answer = client.post(
        reverse("tasks:add"), {**FORM, "assignee": ada.pk, "due_time": "15:00", "steps": "Find the number\n\n Call \n"}
    )
    task = Task.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("tasks:inspect", args=[task.pk]))
    assert (task.title, task.assignee, task.created_by, task.due_on, task.due_time, task.state, task.remind_at) == (
        "Call the harbour master",
        ada,
        ada,
        dt.date(2031, 1, 12),
        dt.time(15),
        TaskState.OPEN,
        dt.datetime(2031, 1, 12, 7, tzinfo=dt.UTC),
    )
    assert list(task.checklist.values_list("text", flat=True)) == ["Find the number", "Call"]


def test_task_from_a_record_in_one_click(in_harbour, client, ada):
    customer = CustomerFactory(first_name="Grete", last_name="Hansen")
    url = f"{reverse('tasks:add')}?about={record_key(customer)}"
    assert url in client.get(reverse("customers:inspect", args=[customer.pk])).content.decode()
    form = client.get(url).context["form"]
    assert (form["customer"].value(), form["assignee"].value()) == (f"Grete Hansen #{customer.pk}", ada.pk)
    client.post(url, {**FORM, "customer": f"Grete Hansen #{customer.pk}"})
    assert Task.objects.get().customer == customer
    profile = client.get(reverse("customers:inspect", args=[customer.pk])).content.decode()
    assert "Call the harbour master" in profile
    found = client.get(f"{reverse('tasks:index')}?about={record_key(customer)}")
    assert [task.title for task in found.context["object_list"]] == ["Call the harbour master"]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"title": ""}, {"title": ["This field is required."]}),
        ({"due_on": "", "due_time": "15:00"}, {"due_on": ["A time needs a day."]}),
        ({"due_on": "", "repeat": "FREQ=WEEKLY"}, {"due_on": ["What repeats needs a day on which it is due."]}),
        ({"repeat": "own", "own_rule": ""}, {"own_rule": ["Write the rule."]}),
        (
            {"repeat": "own", "own_rule": "sometimes"},
            {"own_rule": ["Begin with FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY."]},
        ),
        ({"customer": "Nobody Known"}, {"customer": ["There is no customer “Nobody Known”."]}),
        ({"customer": "Hansen"}, {"customer": ["Several customers fit “Hansen”. Write the e-mail address."]}),
        ({"starts_on": "2031-02-01"}, {"__all__": ["It cannot be due before it begins."]}),
        ({"about": "1-999999"}, {"about": ["One of the records is not there any more, or you may not see it. Please choose again."]}),
    ],
)  # fmt: skip
def test_task_that_makes_no_sense_comes_back_with_what_was_typed(in_harbour, client, given, errors):
    CustomerFactory()
    CustomerFactory()
    answer = client.post(reverse("tasks:add"), {**FORM, "notes": "Keep this", **given})
    assert errors_of(answer) == errors
    assert "Keep this" in answer.content.decode()
    assert Task.objects.count() == 0


def test_day_that_is_over_is_allowed_and_said(in_harbour, client):
    answer = client.post(reverse("tasks:add"), {**FORM, "due_on": "2031-01-09"}, follow=True)
    page = answer.content.decode()
    assert "The day on which it is due is over already." in page
    assert "09/01/2031 (overdue)" in page or "overdue" in page


def test_own_rule_and_ending_the_series(in_harbour, client):
    client.post(reverse("tasks:add"), {**FORM, "repeat": "own", "own_rule": "freq=monthly; byday=1mo"})
    task = Task.objects.get()
    assert (task.repeat_rule, task.repeat_from) == ("FREQ=MONTHLY;BYDAY=1MO", dt.date(2031, 1, 12))
    client.post(reverse("tasks:end_series", args=[task.pk]))
    task.refresh_from_db()
    assert (task.repeat_rule, task.repeat_from, task.due_on) == ("", None, dt.date(2031, 1, 12))


def test_edit_keeps_what_is_not_in_the_form(in_harbour, client, ada):
    task = make_task(ada, title="Old", due_on=DAY, steps=["One"])
    ChecklistItem.objects.update(is_done=True)
    form = client.get(reverse("tasks:edit", args=[task.pk])).context["form"]
    assert (form["steps"].value(), form["assignee"].value()) == ("One", ada.pk)
    client.post(
        reverse("tasks:edit", args=[task.pk]), {**FORM, "assignee": ada.pk, "title": "New", "steps": "One\nTwo"}
    )
    task.refresh_from_db()
    assert (task.title, task.created_by, task.state) == ("New", ada, TaskState.OPEN)
    assert list(task.checklist.values_list("text", "is_done")) == [("One", True), ("Two", False)]


def test_who_left_is_said_and_somebody_else_chosen(in_harbour, client, ada):
    ben = make_member(in_harbour, Role.GUIDE, "ben@harbour.example")
    task = make_task(ada, assignee=ben)
    remove_member(Membership.objects.get(user=ben))
    assert "left the team" in client.get(reverse("tasks:inspect", args=[task.pk])).content.decode()
    page = client.get(reverse("tasks:edit", args=[task.pk])).content.decode()
    assert "Whoever had this task has left the team. Choose somebody else." in page
    found = client.get(f"{reverse('tasks:index')}?who=nobody").context["object_list"]
    assert [one.pk for one in found] == [task.pk]
    client.post(reverse("tasks:edit", args=[task.pk]), {**FORM, "assignee": ada.pk})
    task.refresh_from_db()
    assert task.assignee == ada


def test_state_checklist_comments_and_watching_on_the_page(in_harbour, client, ada):
    task = make_task(ada, title="Fetch the boat", steps=["Petrol"])
    item = task.checklist.get()
    client.post(reverse("tasks:tick", args=[task.pk]), {"item": item.pk, "done": "yes"})
    client.post(reverse("tasks:step", args=[task.pk]), {"text": "Ropes"})
    client.post(reverse("tasks:watch", args=[task.pk]), {"watch": "yes"})
    client.post(reverse("tasks:inspect", args=[task.pk]), {"text": "It rains"})
    answer = client.post(reverse("tasks:state", args=[task.pk]), {"state": "waiting", "next": "/admin/tasks/board/"})
    assert answer.url == "/admin/tasks/board/"
    task.refresh_from_db()
    assert list(task.checklist.values_list("text", "is_done")) == [("Petrol", True), ("Ropes", False)]
    assert (task.state, TaskWatcher.objects.get().user, TaskComment.objects.get().text) == ("waiting", ada, "It rains")
    page = client.get(reverse("tasks:inspect", args=[task.pk])).content.decode()
    assert "It rains" in page
    assert "Ropes" in page


def test_comment_that_is_too_long_is_not_lost(in_harbour, client, ada):
    task = make_task(ada)
    answer = client.post(reverse("tasks:inspect", args=[task.pk]), {"text": "long " * 1001})
    assert answer.status_code == 422
    assert "long long" in answer.content.decode()
    assert TaskComment.objects.count() == 0


@pytest.mark.parametrize("bad", ["https://example.com/", "//example.com", "/"])
def test_state_leads_nowhere_else(in_harbour, client, ada, bad):
    task = make_task(ada)
    answer = client.post(reverse("tasks:state", args=[task.pk]), {"state": "done", "next": bad})
    assert answer.url == reverse("tasks:inspect", args=[task.pk])
    assert client.post(reverse("tasks:state", args=[task.pk]), {"state": "eaten"}).status_code == 404


def test_circle_is_refused_on_the_page(in_harbour, client, ada):
    first, second = make_task(ada, title="Paint"), make_task(ada, title="Dry")
    client.post(reverse("tasks:wait", args=[second.pk]), {"needs": first.pk})
    answer = client.post(reverse("tasks:wait", args=[first.pk]), {"needs": second.pk}, follow=True)
    assert "That would be a circle: this task is waited for already by “Dry”." in answer.content.decode()
    assert TaskDependency.objects.count() == 1
    client.post(reverse("tasks:wait_no_more", args=[second.pk]), {"needs": first.pk})
    assert TaskDependency.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Late", "Early", "Mine", "Done", "Far", "Someday"]),
        ("who=me&state=unfinished", ["Late", "Mine", "Far", "Someday"]),
        ("due=overdue", ["Late", "Early"]),
        ("due=today", ["Late", "Early", "Mine"]),
        ("due=week", ["Late", "Early", "Mine"]),
        ("due=none", ["Someday"]),
        ("state=done", ["Done"]),
        ("who=nobody", ["Early"]),
        ("who=watched", ["Far"]),
        ("priority=4", ["Far"]),
        ("due_on=2031-01-10", ["Early", "Mine", "Done"]),
        ("q=hansen", ["Mine"]),
    ],
)
def test_lists(in_harbour, client, ada, query, titles):
    customer = CustomerFactory(first_name="Grete", last_name="Hansen")
    make_task(ada, title="Late", due_on=dt.date(2031, 1, 9))
    make_task(None, title="Early", due_on=DAY, due_time=dt.time(10))
    make_task(ada, title="Mine", due_on=DAY, due_time=dt.time(18), customer=customer)
    far = make_task(ada, title="Far", due_on=dt.date(2031, 3, 1), priority=4)
    TaskWatcher.objects.create(task=far, user=ada)
    make_task(ada, title="Done", due_on=DAY, state=TaskState.DONE)
    make_task(ada, title="Someday")
    found = client.get(f"{reverse('tasks:index')}?{query}").context["object_list"]
    assert sorted(task.title for task in found) == sorted(titles)
    if not query:
        assert [task.title for task in found] == titles


def test_export(in_harbour, client, ada):
    make_task(ada, title="Mine", due_on=DAY)
    answer = client.get(f"{reverse('tasks:index')}?export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Mine,Open,Normal,")


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(in_harbour, client, ada, count):
    customer = CustomerFactory()
    for number in range(count):
        task = make_task(ada, title=f"Task {number}", due_on=DAY, customer=customer, steps=["One"])
        TaskComment.objects.create(task=task, author=ada, text="Yes")
    counts = {}
    for name, keys in (("index", []), ("board", []), ("calendar", []), ("inspect", [task.pk])):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"tasks:{name}", args=keys))
        counts[name] = len(queries)
    # The first one counts what the menu says; for a minute the others know.
    assert counts == {"index": 12, "board": 8, "calendar": 8, "inspect": 16}


def test_board_and_calendar_show_tasks(in_harbour, client, ada):
    make_task(ada, title="Fetch the boat", due_on=DAY)
    make_task(ada, title="Paint it", state=TaskState.WAITING)
    board = client.get(reverse("tasks:board"))
    columns = {str(one["state"]): [card["task"].title for card in one["cards"]] for one in board.context["columns"]}
    assert columns == {
        "open": ["Fetch the boat"],
        "in_progress": [],
        "waiting": ["Paint it"],
        "done": [],
        "dropped": [],
    }
    calendar = client.get(f"{reverse('tasks:calendar')}?day=2031-01-31")
    cells = [cell for week in calendar.context["weeks"] for cell in week if cell["cards"]]
    assert [(cell["date"], [card["task"].title for card in cell["cards"]]) for cell in cells] == [
        (DAY, ["Fetch the boat"])
    ]
    assert client.get(f"{reverse('tasks:calendar')}?day=nonsense").status_code == 200
    assert client.get(f"{reverse('tasks:calendar')}?day=9999-12-31").status_code == 200


def test_bulk_change(in_harbour, client, ada):
    tasks = [make_task(ada, title=title, due_on=DAY) for title in ("One", "Two")]
    url = f"{reverse('tasks:bulk_change')}?id={tasks[0].pk}&id={tasks[1].pk}&next=/admin/tasks/"
    assert client.get(url).status_code == 200
    refused = client.post(url, {})
    assert "Choose what is to be changed." in refused.content.decode()
    answer = client.post(url, {"nobody": "on", "due_on": "2031-02-01", "state": "in_progress"})
    assert answer.url == "/admin/tasks/"
    assert sorted(Task.objects.values_list("title", "assignee", "due_on", "state")) == [
        ("One", None, dt.date(2031, 2, 1), "in_progress"),
        ("Two", None, dt.date(2031, 2, 1), "in_progress"),
    ]


def test_guide_sees_and_does_what_was_given_to_them(harbour, ada):
    ben = make_member(harbour, Role.GUIDE, "ben@harbour.example")
    with organization_scope(harbour.pk):
        own, other = make_task(ada, title="For Ben", assignee=ben), make_task(ada, title="For Ada")
        client = client_for(harbour, ben)
        assert [task.title for task in client.get(reverse("tasks:index")).context["object_list"]] == ["For Ben"]
        assert client.get(reverse("tasks:inspect", args=[other.pk])).status_code == 404
        assert client.post(reverse("tasks:state", args=[other.pk]), {"state": "done"}).status_code == 404
        assert client.post(reverse("tasks:state", args=[own.pk]), {"state": "done"}).status_code == 302
        assert client.get(reverse("tasks:edit", args=[own.pk])).url == "/admin/"
        assert client.post(reverse("tasks:wait", args=[own.pk]), {"needs": other.pk}).url == "/admin/"
        assert client.get(reverse("projects:index")).url == "/admin/"
        own.refresh_from_db()
        assert own.state == TaskState.DONE


def test_today_shows_ones_own_tasks(in_harbour, client, ada):
    make_task(ada, title="Fetch the boat", due_on=dt.date(2031, 1, 8))
    make_task(ada, title="Next week", due_on=dt.date(2031, 1, 18))
    page = client.get("/admin/").content.decode()
    assert "Fetch the boat" in page
    assert "overdue since" in page
    assert "Next week" not in page
    assert Message.objects.count() == 0


def test_the_day_of_the_next_one_is_said_in_words(in_harbour, client, ada):
    task = make_task(ada, title="Oil the winch", due_on=DAY, repeat_rule="FREQ=WEEKLY", repeat_from=DAY)
    answer = client.post(reverse("tasks:state", args=[task.pk]), {"state": "done"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "“Oil the winch”: Done. The next one is due on 17 January 2031."
    ]
