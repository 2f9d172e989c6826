"""Which tasks a person may see, and what they may do with them."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from crm.models import AttentionRule, Task
from crm.queries import tasks_given_to
from tenancy.permissions import ReadOnlyPolicy

# What people do with tasks that were given to them; others need `change_task` for it.
OF_ONES_OWN = frozenset({"view", "work"})


class TaskPolicy(ModelPermissionPolicy):
    """All tasks for those who have the model's permissions; for the rest of the team, to see and work on, those they do or watch."""

    def _get_permission_codename(self, action: str) -> str:
        return "change_task" if action == "work" else super()._get_permission_codename(action)

    def _is_open(self, user: Any, actions: Collection[str]) -> bool:
        return any(super(TaskPolicy, self).user_has_permission(user, action) for action in actions)

    def _own(self, user: Any, actions: Collection[str]) -> bool:
        return not OF_ONES_OWN.isdisjoint(actions) and user.has_perm("crm.do_task")

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action` with some tasks: all of them, or those given to them."""
        return self._is_open(user, [action]) or self._own(user, [action])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Task) -> bool:
        """Return whether a person may do `action` with this task."""
        if self._is_open(user, [action]):
            return True
        return self._own(user, [action]) and tasks_given_to(user).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Collection[str]) -> QuerySet[Task]:
        """Return the tasks with which a person may do one of `actions`."""
        if self._is_open(user, actions):
            return Task.objects.all()
        return tasks_given_to(user) if self._own(user, actions) else Task.objects.none()


class MergePolicy(ReadOnlyPolicy):
    """Pairs of customers for those who may merge them; operations make and settle them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`; only looking is possible, for those who may merge."""
        return action == "view" and user.has_perm("crm.merge_customer")

    def user_has_any_permission(self, user: Any, actions: Collection[str]) -> bool:
        """Return whether a person may do one of `actions`."""
        return any(self.user_has_permission(user, action) for action in actions)


class AttentionRulePolicy(ModelPermissionPolicy):
    """Who may change rules also adds and deletes the organization's own; of each other kind there is one, which stays."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`."""
        return super().user_has_permission(user, "change")

    def user_has_any_permission(self, user: Any, actions: Collection[str]) -> bool:
        """Return whether a person may do one of `actions`."""
        return bool(actions) and super().user_has_permission(user, "change")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: AttentionRule) -> bool:
        """Return whether a person may do `action` with this rule."""
        return self.user_has_permission(user, action) and (action != "delete" or instance.is_own)


class ImportPolicy(ModelPermissionPolicy):
    """Imports are begun and looked at; what becomes of them is for operations."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action`; only adding and looking are possible."""
        return action in ("add", "view") and super().user_has_permission(user, action)
