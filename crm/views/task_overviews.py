from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from crm import queries
from crm.enums import TaskState
from crm.filters import TaskFilterSet
from crm.models import Task
from crm.rules import calendar_month
from crm.views.tasks import assignee_in_words, due_in_words, local_now, tasks_shown

CARDS = 30
ON_A_DAY = 4


class TaskOverview(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Another look at the tasks, with the filters of the list in the address."""

    model = Task
    permission_required = "view"
    header_icon = "list-ul"
    # Filters of the list that say nothing here.
    without = ()

    def get_breadcrumbs_items(self):
        tasks = {"url": reverse("tasks:index"), "label": _("Tasks")}
        return [*self.breadcrumbs_items, tasks, {"url": "", "label": self.page_title}]

    def filter(self):
        shown = tasks_shown(self.request.user)
        self.filters = TaskFilterSet(self.request.GET, queryset=shown, request=self.request)
        for name in self.without:
            self.filters.filters.pop(name, None)
        return self.filters.qs if self.filters.form.is_valid() else shown

    def get_context_data(self, **kwargs):
        used = {name: self.request.GET[name] for name in self.filters.form.fields if self.request.GET.get(name)}
        return {
            **super().get_context_data(**kwargs),
            "form": self.filters.form,
            "filters": len(used),
            "query": urlencode(used),
            "here": self.request.get_full_path(),
            "may_add": self.request.user.has_perm("crm.add_task"),
            "now": local_now(self.request),
        }


def card(task, now):
    """What is shown of a task beside others."""
    return {"task": task, "who": assignee_in_words(task), "due": due_in_words(task, now)}


class TaskBoardView(TaskOverview):
    template_name = "crm/task_board.html"
    page_title = gettext_lazy("Board")
    without = ("state", "due", "due_on")

    def get_context_data(self, **kwargs):
        columns = queries.board(self.filter(), limit=CARDS)
        context = super().get_context_data(**kwargs)
        states = list(TaskState)
        return {
            **context,
            "columns": [
                {
                    "state": column.state,
                    "cards": [card(task, context["now"]) for task in column.tasks],
                    "total": column.total,
                    "more": column.more,
                    "to": [state for state in states if state != column.state],
                    "url": f"{reverse('tasks:index')}?{context['query']}&state={column.state}",
                }
                for column in columns
            ],
        }


class TaskCalendarView(TaskOverview):
    template_name = "crm/task_calendar.html"
    page_title = gettext_lazy("Calendar of tasks")
    without = ("due", "due_on")

    def address(self, day):
        given = self.request.GET.copy()
        given["day"] = day.isoformat()
        return f"{reverse('tasks:calendar')}?{given.urlencode()}"

    def get_context_data(self, **kwargs):
        found = self.filter()
        context = super().get_context_data(**kwargs)
        today = context["now"].date()
        month = calendar_month(self.day(today), first_weekday=(get_format("FIRST_DAY_OF_WEEK") - 1) % 7)
        days = queries.tasks_by_day(found, first=month.weeks[0][0], last=month.weeks[-1][-1], limit=ON_A_DAY)
        weeks = [
            [
                {
                    "date": day,
                    "cards": [card(task, context["now"]) for task in days.get(day, ([], 0))[0]],
                    "more": days.get(day, ([], 0))[1] - len(days.get(day, ([], 0))[0]),
                    "in_period": month.first <= day <= month.last,
                    "is_today": day == today,
                    "url": f"{reverse('tasks:index')}?{context['query']}&due_on={day.isoformat()}",
                }
                for day in week
            ]
            for week in month.weeks
        ]
        return {
            **context,
            "weeks": weeks,
            "title": date_format(month.first, "YEAR_MONTH_FORMAT"),
            "previous_url": self.address(month.previous),
            "next_url": self.address(month.next),
            "today_url": self.address(today),
            "day": month.first,
            "is_empty": not days,
        }

    def day(self, today):
        text = self.request.GET.get("day", "")
        try:
            return type(today).fromisoformat(text)
        except ValueError:
            return today
