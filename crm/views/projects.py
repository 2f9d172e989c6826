from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, InspectView
from wagtail.admin.widgets.button import HeaderButton

from crm import operations, queries
from crm.enums import ProjectState, TaskState
from crm.models import Project
from crm.rules import Span, is_overdue, progress, scale_of
from crm.views.tasks import assignee_in_words, due_in_words, linked, local_now
from tenancy.lists import IndexView
from tenancy.panels import record_panels
from tenancy.rules import person_name

# The height of a row of the timeline, and where in it the bar begins and how high it is, in pixels.
ROW, BAR, BAR_HEIGHT, HEAD = 48, 24, 14, 24


def progress_of(project):
    return progress(project.tasks_done + project.milestones_done, project.tasks_total + project.milestones_total)


def owner_in_words(project):
    if project.owner is not None:
        return person_name(project.owner)
    return _("left the team") if project.owner_id is not None else ""


def dates_in_words(project):
    first, last = (date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (project.starts_on, project.ends_on))
    return f"{first} – {last}".strip(" –") if first and last else first or last


class ProgressColumn(Column):
    cell_template_name = "crm/progress_cell.html"


class ProjectIndexView(IndexView):
    default_ordering = "name"
    export_headings = {
        "get_state_display": gettext_lazy("Status"),
        "tasks_done": gettext_lazy("Tasks done"),
        "tasks_total": gettext_lazy("Tasks"),
        "milestones_done": gettext_lazy("Milestones reached"),
        "milestones_total": gettext_lazy("Milestones"),
    }

    def get_base_queryset(self):
        return queries.with_progress(Project.objects.all())

    def get_edit_url(self, instance):
        # The list leads to the project, and the project to the form.
        return None

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Project"), get_url=self.get_inspect_url, sort_key="name"),
            ProgressColumn("progress", label=_("Progress"), accessor=progress_of),
            Column(
                "owner",
                label=_("Led by"),
                classname="wide-only",
                accessor=owner_in_words,
                sort_key="owner__first_name",
            ),
            Column("dates", label=_("When"), classname="wide-only", accessor=dates_in_words, sort_key="ends_on"),
            StatusTagColumn(
                "state",
                label=_("Status"),
                accessor="get_state_display",
                primary=lambda project: project.state == ProjectState.ACTIVE,
                sort_key="state",
            ),
        ]


class ToProjectMixin:
    success_message = gettext_lazy("Saved.")

    def get_success_url(self):
        return reverse("projects:inspect", args=[self.object.pk])

    def get_success_buttons(self):
        return []

    @transaction.atomic
    def save_instance(self):
        project = super().save_instance()
        operations.set_links(project.links, self.form.cleaned_data["about"], user=self.request.user)
        return project


class ProjectCreateView(ToProjectMixin, CreateView):
    page_title = gettext_lazy("New project")

    def get_initial(self):
        return {**super().get_initial(), "owner": self.request.user.pk}


class ProjectEditView(ToProjectMixin, EditView):
    def get_object(self, queryset=None):
        return get_object_or_404(Project.objects.select_related("owner"), pk=self.object_pk)


@dataclass
class Row:
    """A line of the timeline; heights in pixels, the rest in percent of the width."""

    name: str
    note: str
    url: str
    kind: str
    span: Span
    top: int
    key: int = 0

    @property
    def text_y(self):
        return self.top + 16

    @property
    def bar_y(self):
        return self.top + BAR

    @property
    def middle(self):
        return self.top + BAR + BAR_HEIGHT // 2


@dataclass
class Arrow:
    """From the end of what is waited for down or up to the row of what waits, and along it."""

    x: float
    y: int
    to_x: float
    to_y: int

    @property
    def is_late(self):
        """Whether what waits begins before the end of what it waits for."""
        return self.to_x < self.x


def timeline_of(project, tasks, milestones, now):
    """What the timeline of a project shows, or None where nothing has a day."""
    dated = [task for task in tasks if task.due_on or task.starts_on]
    days = [day for task in dated for day in (task.starts_on, task.due_on) if day]
    days += [day for one in milestones for day in (one.due_on, one.reached_on) if day]
    days += [day for day in (project.starts_on, project.ends_on) if day]
    if not days:
        return None
    today = now.date()
    scale = scale_of(days, today=today)
    rows = []
    for task in dated:
        first, last = task.starts_on or task.due_on, task.due_on or task.starts_on
        late = task.is_unfinished and is_overdue(task.due_on, task.due_time, now=now)
        kind = "late" if late else "done" if task.state == TaskState.DONE else "open"
        note = ", ".join(filter(None, [assignee_in_words(task), str(task.get_state_display())]))
        url = reverse("tasks:inspect", args=[task.pk])
        rows.append(((last, first), Row(task.title, note, url, kind, scale.span(first, last), 0, task.pk)))
    for one in milestones:
        if one.due_on:
            late = one.reached_on is None and one.due_on < today
            kind = "milestone-done" if one.reached_on else "milestone-late" if late else "milestone"
            row = Row(
                one.name, date_format(one.due_on, "SHORT_DATE_FORMAT"), "", kind, scale.span(one.due_on, one.due_on), 0
            )
            rows.append(((one.due_on, date.max), row))
    rows = [row for _order, row in sorted(rows, key=lambda pair: pair[0])]
    for place, row in enumerate(rows):
        row.top = HEAD + place * ROW
    by_key = {row.key: row for row in rows if row.key}
    arrows = [
        Arrow(
            by_key[one.needs_id].span.end,
            by_key[one.needs_id].middle,
            by_key[task.pk].span.start,
            by_key[task.pk].middle,
        )
        for task in dated
        for one in task.dependencies.all()
        if one.needs_id in by_key
    ]
    return {
        "rows": rows,
        "arrows": arrows,
        "ticks": [(scale.at(day), day) for day in scale.ticks],
        "today": scale.at(today),
        "height": HEAD + len(rows) * ROW + 8,
        "bar_height": BAR_HEIGHT,
    }


class ProjectView(InspectView):
    template_name = "crm/project.html"
    page_title = gettext_lazy("Project")

    def get_object(self, queryset=None):
        return get_object_or_404(queries.with_progress(Project.objects.all()), pk=self.pk)

    def get_fields(self):
        return []

    @cached_property
    def header_buttons(self):
        buttons = list(super().header_buttons)
        if self.request.user.has_perm("crm.add_task"):
            url = f"{reverse('tasks:add')}?about={queries.record_key(self.object)}"
            buttons.append(HeaderButton(_("New task"), url=url, icon_name="plus"))
        if self.get_edit_url():
            buttons.append(HeaderButton(_("Edit"), url=self.get_edit_url(), icon_name="edit"))
        return buttons

    def get_context_data(self, **kwargs):
        project, now = self.object, local_now(self.request)
        tasks = queries.tasks_of_project(project)
        milestones = list(project.milestones.all())
        shown = [(task, assignee_in_words(task), due_in_words(task, now)) for task in tasks]
        groups = [
            (one, [row for row in shown if row[0].milestone_id == one.pk], queries.record_key(one))
            for one in milestones
        ]
        others = [row for row in shown if row[0].milestone_id is None]
        return {
            **super().get_context_data(**kwargs),
            "project": project,
            "owner": owner_in_words(project),
            "dates": dates_in_words(project),
            "progress": progress_of(project),
            "people": list(project.members.order_by("first_name", "last_name", "email")),
            "groups": groups,
            "others": others,
            "today": now.date(),
            "timeline": timeline_of(project, tasks, milestones, now),
            "links": linked(project.links.all(), self.request.user),
            "record_panels": record_panels(self.request, project),
            "may_log": self.request.user.has_perm("crm.add_protocol"),
            "list_url": f"{reverse('tasks:index')}?project={project.pk}",
            "board_url": f"{reverse('tasks:board')}?project={project.pk}",
            "may_change": self.request.user.has_perm("crm.change_project"),
            "may_see_tasks": self.request.user.has_perm("crm.view_task"),
        }
