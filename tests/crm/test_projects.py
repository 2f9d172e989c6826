"""Projects: progress, milestones and the timeline."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.enums import TaskState
from crm.models import Milestone, Project, Task
from crm.operations import add_dependency
from crm.queries import record_key, with_progress
from crm.rules import Span, progress, scale_of
from tenancy.enums import Role
from tests.crm.factories import make_task
from tests.crm.test_tasks import named
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
FORMSET = {
    "milestones-TOTAL_FORMS": "2",
    "milestones-INITIAL_FORMS": "0",
    "milestones-MIN_NUM_FORMS": "0",
    "milestones-MAX_NUM_FORMS": "1000",
    "milestones-0-name": "Boat in the water",
    "milestones-0-due_on": "2031-03-01",
    "milestones-0-reached_on": "",
    "milestones-1-name": "First guests",
    "milestones-1-due_on": "2031-04-01",
    "milestones-1-reached_on": "",
}
FORM = {
    "name": "A second boat",
    "description": "",
    "state": "active",
    "owner": "",
    "starts_on": "2031-01-01",
    "ends_on": "2031-04-30",
    **FORMSET,
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


def test_new_project_with_milestones(in_harbour, client, ada):
    customer = CustomerFactory()
    answer = client.post(
        reverse("projects:add"), {**FORM, "owner": ada.pk, "members": [ada.pk], "about": record_key(customer)}
    )
    project = Project.objects.get()
    assert answer.url == reverse("projects:inspect", args=[project.pk])
    assert (project.name, project.owner, list(project.members.all())) == ("A second boat", ada, [ada])
    assert list(project.milestones.values_list("name", "due_on")) == [
        ("Boat in the water", dt.date(2031, 3, 1)),
        ("First guests", dt.date(2031, 4, 1)),
    ]
    assert [link.record for link in project.links.all()] == [customer]


def test_end_before_the_beginning_is_refused(in_harbour, client):
    answer = client.post(reverse("projects:add"), {**FORM, "ends_on": "2030-12-31"})
    assert answer.context["form"].non_field_errors() == ["It cannot end before it begins."]
    assert "Boat in the water" in answer.content.decode()
    assert Project.objects.count() == 0


def test_progress_follows_from_tasks_and_milestones(in_harbour, ada):
    project = Project.objects.create(name="A second boat")
    Milestone.objects.create(project=project, name="Bought", reached_on=NOW.date())
    Milestone.objects.create(project=project, name="Launched")
    for state in (TaskState.DONE, TaskState.OPEN, TaskState.DROPPED):
        make_task(ada, project=project, state=state)
    found = with_progress(Project.objects.all()).get()
    assert (found.tasks_total, found.tasks_done, found.milestones_total, found.milestones_done) == (2, 1, 2, 1)


@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (0, 3, 0), (1, 3, 33), (199, 200, 99), (3, 3, 100)])
def test_progress_in_percent(done, total, percent):
    assert progress(done, total) == percent


def test_scale_of_a_timeline():
    scale = scale_of([dt.date(2031, 1, 4), dt.date(2031, 1, 20)], today=dt.date(2031, 1, 10))
    assert (scale.first, scale.last, scale.days) == (dt.date(2031, 1, 1), dt.date(2031, 1, 23), 23)
    assert scale.span(dt.date(2031, 1, 1), dt.date(2031, 1, 23)) == Span(0.0, 100.0)
    assert scale.ticks == [dt.date(2031, 1, 6), dt.date(2031, 1, 13), dt.date(2031, 1, 20)]
    # What begins on the day after another is done stands right beside it, never before its end.
    days = [scale.first + dt.timedelta(days=number) for number in range(scale.days)]
    assert [scale.span(first, last).end for first in days for last in days if first <= last < scale.last] == [
        scale.at(last + dt.timedelta(days=1)) for first in days for last in days if first <= last < scale.last
    ]
    year = scale_of([dt.date(2031, 1, 4), dt.date(2032, 1, 4)], today=dt.date(2031, 1, 10))
    assert year.ticks == [dt.date(2031, month, 1) for month in (1, 4, 7, 10)] + [dt.date(2032, 1, 1)]


def test_timeline_shows_tasks_milestones_and_what_waits(in_harbour, client, ada):
    project = Project.objects.create(name="A second boat")
    milestone = Milestone.objects.create(project=project, name="Launched", due_on=dt.date(2031, 2, 1))
    paint = make_task(ada, title="Paint", project=project, starts_on=dt.date(2031, 1, 1), due_on=dt.date(2031, 1, 5))
    dry = make_task(ada, title="Dry", project=project, milestone=milestone, due_on=dt.date(2031, 1, 20))
    make_task(ada, title="Someday", project=project)
    add_dependency(dry, needs=paint, actor=ada)
    page = client.get(reverse("projects:inspect", args=[project.pk]))
    timeline = page.context["timeline"]
    assert [(row.name, row.kind) for row in timeline["rows"]] == [
        ("Paint", "late"),
        ("Dry", "open"),
        ("Launched", "milestone"),
    ]
    (arrow,) = timeline["arrows"]
    assert (arrow.is_late, arrow.x < arrow.to_x, arrow.y < arrow.to_y) == (False, True, True)
    assert " style=" not in page.content.decode().partition('<svg class="gantt"')[2].partition("</svg>")[0]
    assert [[row[0].title for row in rows] for _milestone, rows, _key in page.context["groups"]] == [["Dry"]]


def test_queries_do_not_grow(in_harbour, client, ada):
    project = Project.objects.create(name="A second boat", owner=ada)
    urls = [reverse("projects:index"), reverse("projects:inspect", args=[project.pk])]

    def counts():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    def grow(number):
        milestone = Milestone.objects.create(project=project, name=f"Step {number}", due_on=NOW.date())
        make_task(ada, title=f"Task {number}", project=project, milestone=milestone, due_on=NOW.date())

    grow(0)
    # What is looked up once for all is looked up.
    counts()
    few = counts()
    for number in (1, 2):
        Project.objects.create(name=f"Boat {number}", owner=ada)
        grow(number)
    assert counts() == few


def test_deleted_project_leaves_its_tasks(in_harbour, client, ada):
    project = Project.objects.create(name="A second boat")
    milestone = Milestone.objects.create(project=project, name="Launched")
    make_task(ada, title="Paint", project=project, milestone=milestone)
    client.post(reverse("projects:delete", args=[project.pk]))
    task = Task.objects.get()
    assert (task.title, task.project, task.milestone) == ("Paint", None, None)


def test_milestone_of_another_project_is_refused(in_harbour, client, ada):
    one, other = Project.objects.create(name="One"), Project.objects.create(name="Other")
    milestone = Milestone.objects.create(project=other, name="Launched")
    form = {"title": "Paint", "remind": "never", "priority": "2", "project": one.pk, "milestone": milestone.pk}
    answer = client.post(reverse("tasks:add"), form)
    assert answer.context["form"].errors == {"milestone": ["This milestone belongs to another project."]}
    client.post(reverse("tasks:add"), {**form, "project": ""})
    assert Task.objects.get().project == other
