"""Somebody else looks at a page before guests see it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState
from wagtail.models.workflows import AbstractGroupApprovalTask


class ReviewTask(AbstractGroupApprovalTask):
    """A look by somebody of certain roles, but never by the one who asked for it, who may not change the page meanwhile either."""

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        """Return whether somebody may not change the page while it waits."""
        return self._asked(obj, user) or bool(super().locked_for_user(obj, user))

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        """Return what somebody may decide about the page."""
        return [] if self._asked(obj, user) else list(super().get_actions(obj, user))

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        """Return what waits for somebody."""
        states: QuerySet[TaskState] = super().get_task_states_user_can_moderate(user, **kwargs)
        return states.exclude(workflow_state__requested_by=user)

    def _asked(self, obj: Any, user: Any) -> bool:
        state = obj.current_workflow_state
        return state is not None and state.requested_by_id == user.pk
