from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import register_admin_url_finder
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from crm import views
from crm.filters import ProjectFilterSet, TaskFilterSet
from crm.forms import ProjectForm, TaskForm
from crm.models import Milestone, Project, Task
from tenancy.panels import page_finder


class TaskViewSet(ModelViewSet):
    model = Task
    url_prefix = "tasks"
    url_namespace = "tasks"
    menu_label = _("All tasks")
    icon = "tasks"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    search_fields = ["title", "notes", "customer__search_text"]
    filterset_class = TaskFilterSet
    index_view_class = views.TaskIndexView
    add_view_class = views.TaskCreateView
    edit_view_class = views.TaskEditView
    inspect_view_class = views.TaskView
    export_filename = "tasks"
    list_export = [
        "title",
        "get_state_display",
        "get_priority_display",
        "assignee",
        "due_on",
        "due_time",
        "customer",
        "project",
        "notes",
        "created_at",
        "completed_at",
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("title"),
                    FieldPanel("assignee"),
                    FieldRowPanel([FieldPanel("due_on"), FieldPanel("due_time")]),
                    FieldRowPanel([FieldPanel("remind"), FieldPanel("priority")]),
                ],
                heading=_("What, who and by when"),
            ),
            MultiFieldPanel(
                [FieldPanel("customer"), FieldPanel("about"), FieldPanel("notes"), FieldPanel("steps")],
                heading=_("What it is about"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("repeat"), FieldPanel("own_rule")]),
                    FieldRowPanel([FieldPanel("project"), FieldPanel("milestone")]),
                    FieldPanel("starts_on"),
                    FieldPanel("watchers"),
                ],
                heading=_("More"),
                classname="collapsed",
            ),
        ],
        base_form_class=TaskForm,
    )

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), "usage_url_name": None}

    def get_urlpatterns(self):
        verbs = {
            "state": views.move_task,
            "tick": views.tick_item,
            "step": views.add_item,
            "watch": views.watch_task,
            "end-series": views.end_series,
            "wait": views.add_dependency,
            "wait-no-more": views.remove_dependency,
        }
        return [
            path("board/", views.TaskBoardView.as_view(), name="board"),
            path("calendar/", views.TaskCalendarView.as_view(), name="calendar"),
            path("bulk/change/", views.ChangeTasks.as_view(), name="bulk_change"),
            *(path(f"<int:pk>/{name}/", view, name=name.replace("-", "_")) for name, view in verbs.items()),
            *(pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"),
        ]


class MilestoneFinder:
    """A milestone stands on the page of its project."""

    def __init__(self, user=None):
        self.user = user

    def get_edit_url(self, instance):
        may_see = self.user is None or self.user.has_perm("crm.view_project")
        return reverse("projects:inspect", args=[instance.project_id]) if may_see else None


class ProjectViewSet(ModelViewSet):
    model = Project
    url_prefix = "projects"
    url_namespace = "projects"
    menu_label = _("Projects")
    icon = "folder-open-inverse"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    search_fields = ["name", "description"]
    filterset_class = ProjectFilterSet
    index_view_class = views.ProjectIndexView
    add_view_class = views.ProjectCreateView
    edit_view_class = views.ProjectEditView
    inspect_view_class = views.ProjectView
    export_filename = "projects"
    list_export = [
        "name",
        "get_state_display",
        "owner",
        "starts_on",
        "ends_on",
        "tasks_done",
        "tasks_total",
        "milestones_done",
        "milestones_total",
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldPanel("description"),
                    FieldRowPanel([FieldPanel("state"), FieldPanel("owner")]),
                ],
                heading=_("Project"),
            ),
            FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")], heading=_("When")),
            FieldPanel("members"),
            FieldPanel("about"),
            InlinePanel(
                "milestones",
                panels=[
                    FieldPanel("name"),
                    FieldRowPanel(
                        [
                            FieldPanel("due_on"),
                            FieldPanel("reached_on", help_text=_("Fill it in once the milestone is reached.")),
                        ]
                    ),
                ],
                heading=_("Milestones"),
                label=_("Milestone"),
                help_text=_("What is to be reached by when. Tasks of a milestone that is removed stay in the project."),
            ),
        ],
        base_form_class=ProjectForm,
    )

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))

    def register_admin_url_finder(self):
        super().register_admin_url_finder()
        register_admin_url_finder(Milestone, MilestoneFinder)

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), "usage_url_name": None}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"]


class TasksMenuItem(MenuItem):
    def is_shown(self, request):
        return policy_registry.get_by_type(Task).user_has_permission(request.user, "view")


class TaskGroup(ViewSetGroup):
    menu_label = _("Tasks")
    menu_name = "tasks"
    menu_icon = "tasks"
    menu_order = 125
    items = (TaskViewSet, ProjectViewSet)

    def get_submenu_items(self):
        every, projects = super().get_submenu_items()
        projects.order = 4
        index = reverse("tasks:index")
        every.url = f"{index}?state=unfinished"
        return [
            TasksMenuItem(
                _("My tasks"), f"{index}?who=me&state=unfinished", name="my-tasks", icon_name="user", order=0
            ),
            every,
            TasksMenuItem(_("Board"), reverse("tasks:board"), name="task-board", icon_name="grip", order=2),
            TasksMenuItem(_("Calendar"), reverse("tasks:calendar"), name="task-calendar", icon_name="date", order=3),
            projects,
        ]
