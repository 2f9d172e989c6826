from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, InspectView
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permissions import policy_registry

from crm import operations, queries
from crm.enums import TaskState
from crm.forms import CommentForm, StepForm
from crm.models import Customer, Project, Task
from crm.rules import is_overdue, repeat_in_words
from tenancy.lists import IndexView
from tenancy.panels import record_panels
from tenancy.queries import members
from tenancy.rules import person_name


def tasks_shown(user, action="view"):
    """The tasks with which a person may do `action`: all of them, or those given to them."""
    found = policy_registry.get_by_type(Task).instances_user_has_permission_for(user, action)
    return found.select_related("assignee", "customer", "project")


def local_now(request):
    return timezone.localtime(timezone=request.organization.zone)


def assignee_in_words(task):
    if task.assignee is not None:
        return person_name(task.assignee)
    return _("left the team") if task.assignee_id is not None else ""


def due_in_words(task, now):
    if task.due_on is None:
        return ""
    day = date_format(task.due_on, "SHORT_DATE_FORMAT")
    text = f"{day}, {task.due_time:%H:%M}" if task.due_time is not None else day
    late = task.is_unfinished and is_overdue(task.due_on, task.due_time, now=now)
    return _("%(day)s (overdue)") % {"day": text} if late else text


def linked(links, user):
    """The records of some links as text and address."""
    finder = AdminURLFinder(user)
    return [
        (name, finder.get_edit_url(record)) if record is not None else (_("A record that was deleted"), None)
        for record, name in queries.linked_records(links, user=user)
    ]


class TaskColumn(TitleColumn):
    cell_template_name = "crm/task_cell.html"


class TaskIndexView(IndexView):
    template_name = "crm/task_index.html"
    default_ordering = "due_on"
    export_headings = {"get_state_display": gettext_lazy("Status"), "get_priority_display": gettext_lazy("Priority")}
    is_searchable = True

    def get_base_queryset(self):
        return queries.with_steps(tasks_shown(self.request.user))

    def order_queryset(self, queryset):
        if self.ordering == "due_on":
            return queryset.order_by(*queries.BY_DUE_DAY)
        return super().order_queryset(queryset)

    def get_edit_url(self, instance):
        # The list leads to the task, and the task to the form.
        return None

    @cached_property
    def about(self):
        return queries.record_of(self.request.GET.get("about", ""), user=self.request.user)

    def get_page_subtitle(self):
        return str(self.about) if self.about is not None else super().get_page_subtitle()

    def get_add_url(self):
        url = super().get_add_url()
        return f"{url}?about={queries.record_key(self.about)}" if url and self.about is not None else url

    @cached_property
    def header_more_buttons(self):
        return [
            *super().header_more_buttons,
            Button(_("Board"), url=reverse("tasks:board"), icon_name="grip", priority=20),
            Button(_("Calendar"), url=reverse("tasks:calendar"), icon_name="calendar-alt", priority=30),
        ]

    @cached_property
    def columns(self):
        now, title = local_now(self.request), self._get_title_column_class(TaskColumn)
        chosen = [BulkActionsCheckboxColumn("bulk_actions", obj_type="task")]
        return [
            *(chosen if self.user_has_permission("change") else []),
            title("title", label=_("Task"), get_url=self.get_inspect_url, sort_key="title"),
            Column("due", label=_("Due"), accessor=lambda task: due_in_words(task, now), sort_key="due_on"),
            Column("who", label=_("Who does it"), accessor=assignee_in_words, sort_key="assignee__first_name"),
            Column("customer", label=_("Customer"), classname="wide-only", sort_key="customer__last_name"),
            Column("project", label=_("Project"), classname="wide-only", sort_key="project__name"),
            Column("get_priority_display", label=_("Priority"), classname="wide-only", sort_key="priority"),
            StatusTagColumn(
                "state",
                label=_("Status"),
                accessor="get_state_display",
                primary=lambda task: task.state == TaskState.DONE,
                sort_key="state",
            ),
        ]


class SaveTaskMixin:
    def get_success_url(self):
        return reverse("tasks:inspect", args=[self.object.pk])

    def get_success_buttons(self):
        return []

    @transaction.atomic
    def save_instance(self):
        is_new = self.form.instance.pk is None
        task = super().save_instance()
        return operations.settle_task(
            task,
            changed=self.form.changed_fields,
            checklist=self.form.cleaned_data["steps"],
            about=self.form.cleaned_data["about"],
            is_new=is_new,
            now=timezone.now(),
            actor=self.request.user,
        )

    def get_success_message(self, instance=None):
        task = instance or self.object
        today = local_now(self.request).date()
        if task.due_on is not None and task.due_on < today and task.is_unfinished:
            return _("Saved. The day on which it is due is over already.")
        return _("Saved.")


class TaskCreateView(SaveTaskMixin, CreateView):
    page_title = gettext_lazy("New task")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.about = queries.record_of(request.GET.get("about", ""), user=request.user)

    @cached_property
    def add_url(self):
        url = self.get_add_url()
        return f"{url}?about={queries.record_key(self.about)}" if self.about is not None else url

    def get_page_subtitle(self):
        return _("Task: %(record)s") % {"record": self.about} if self.about is not None else super().get_page_subtitle()

    def get_initial(self):
        initial = {**super().get_initial(), "assignee": self.request.user.pk}
        if self.about is None:
            return initial
        customer = queries.customer_of(self.about)
        if customer is not None:
            initial["customer"] = customer.pk
        if isinstance(self.about, Project):
            initial["project"] = self.about.pk
        return initial

    def get_form_kwargs(self):
        # A customer and a project stand in fields of their own.
        has_field = self.about is None or isinstance(self.about, Customer | Project)
        return {**super().get_form_kwargs(), "records": [] if has_field else [self.about]}


class TaskEditView(SaveTaskMixin, EditView):
    def get_object(self, queryset=None):
        return get_object_or_404(tasks_shown(self.request.user, "change"), pk=self.object_pk)


class TaskView(InspectView):
    template_name = "crm/task.html"
    page_title = gettext_lazy("Task")

    def get_object(self, queryset=None):
        shown = tasks_shown(self.request.user).select_related("milestone", "created_by", "completed_by")
        return get_object_or_404(shown, pk=self.pk)

    def get_fields(self):
        return []

    @property
    def protocol(self):
        """What was said, for those who may read and change it."""
        if self.object.follow_up_of_id is None or not self.request.user.has_perm("crm.change_protocol"):
            return None
        return queries.readable_protocols(self.request.user).filter(pk=self.object.follow_up_of_id).first()

    def post(self, request, *args, **kwargs):
        """A comment."""
        self.comment_form = CommentForm(request.POST)
        if not self.comment_form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        operations.comment_on_task(
            self.object, self.comment_form.cleaned_data["text"], now=timezone.now(), author=request.user
        )
        return redirect("tasks:inspect", self.object.pk)

    @cached_property
    def header_buttons(self):
        edit = [HeaderButton(_("Edit"), url=self.get_edit_url(), icon_name="edit")] if self.get_edit_url() else []
        return [*super().header_buttons, *edit]

    def get_context_data(self, **kwargs):
        task, user, now = self.object, self.request.user, local_now(self.request)
        may_change = self.user_has_permission("change")
        watchers = queries.watchers_of(task)
        return {
            **super().get_context_data(**kwargs),
            "task": task,
            "who": assignee_in_words(task),
            "due": due_in_words(task, now),
            "repeats": repeat_in_words(task.repeat_rule) if task.repeat_rule else "",
            "states": [state for state in TaskState if state != task.state],
            "items": list(task.checklist.all()),
            "step_form": StepForm(),
            "comments": list(task.comments.select_related("author")),
            "comment_form": getattr(self, "comment_form", None) or CommentForm(),
            "names": [f"@{person.first_name or person.email}" for person in members()],
            "watchers": watchers,
            "is_watched": user in watchers,
            "links": linked(task.links.all(), user),
            "record_panels": record_panels(self.request, task),
            "needs": list(task.needs.order_by("title", "pk")),
            "needed_by": list(task.needed_by.order_by("title", "pk")),
            "could_need": list(queries.tasks_to_wait_for(task)[:200]) if may_change else [],
            "next_one": getattr(task, "next_one", None),
            "protocol": self.protocol,
            "may_change": may_change,
            "may_see_customer": user.has_perm("crm.view_customer"),
            "may_see_project": user.has_perm("crm.view_project"),
        }
