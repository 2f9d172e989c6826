from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.permissions import policy_registry

from crm import operations
from crm.forms import ChangeTasksForm
from crm.models import Task
from crm.views.tasks import assignee_in_words, tasks_shown


class ChangeTasks(BulkAction):
    """New values for the tasks chosen in the list."""

    models = [Task]
    display_name = gettext_lazy("Change")
    aria_label = gettext_lazy("Change the selected tasks")
    action_type = "change"
    template_name = "crm/change_tasks.html"
    form_class = ChangeTasksForm

    @classmethod
    def as_view(cls):
        # At an address of its own: Wagtail's for bulk actions is closed to those who keep no pages.
        def view(request):
            return cls(request, Task).dispatch(request)

        return view

    @cached_property
    def permission_policy(self):
        return policy_registry.get_by_type(Task)

    def dispatch(self, request, *args, **kwargs):
        if not self.permission_policy.user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def check_perm(self, obj):
        return self.permission_policy.user_has_permission(self.request.user, "change")

    def get_queryset(self, model, object_ids):
        keys = [int(key) for key in map(str, object_ids) if key.isdecimal() and len(key) < 19]
        found = tasks_shown(self.request.user, "change").filter(pk__in=keys).order_by("title", "pk")
        if not found:
            raise Http404
        return found

    def get_all_objects_in_listing_query(self, parent_id):
        # Only what somebody has looked at is chosen.
        return []

    def object_context(self, task):
        return {"item": task, "who": assignee_in_words(task)}

    def execute_action(self, objects, **kwargs):
        changed = operations.change_tasks(
            objects, values=self.cleaned_form.cleaned_data["chosen"], now=timezone.now(), actor=self.request.user
        )
        return len(changed), 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        text = ngettext("%(count)d task changed.", "%(count)d tasks changed.", num_parent_objects)
        return text % {"count": num_parent_objects}
