"""Which departures a person may see, and what of them."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from tours.models import Schedule
from tours.queries import schedules_confirmed_by, schedules_led_by

# What a guide does with the departures that are theirs. Who was only asked sees when and where, and nothing about the guests.
OF_A_GUIDE = frozenset({"view", "view_manifest", "check_in"})
ONCE_CONFIRMED = frozenset({"view_manifest", "check_in"})
# What others need who do it on any departure.
CODENAMES = {"view_manifest": "view_manifest", "check_in": "change_booking"}


class SchedulePolicy(ModelPermissionPolicy):
    """All departures for those who have the model's permissions; for guides, to look at, those they lead."""

    def _get_permission_codename(self, action: str) -> str:
        return CODENAMES.get(action) or super()._get_permission_codename(action)

    def _is_open(self, user: Any, actions: Collection[str]) -> bool:
        return any(super(SchedulePolicy, self).user_has_permission(user, action) for action in actions)

    def _leads(self, user: Any, actions: Collection[str]) -> bool:
        return not OF_A_GUIDE.isdisjoint(actions) and user.has_perm("tours.lead_schedule")

    def _led(self, user: Any, actions: Collection[str]) -> QuerySet[Schedule]:
        return schedules_confirmed_by(user) if ONCE_CONFIRMED.issuperset(actions) else schedules_led_by(user)

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return whether a person may do `action` with some departures: all of them, or those the person leads."""
        return self._is_open(user, [action]) or self._leads(user, [action])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Schedule) -> bool:
        """Return whether a person may do `action` with this departure."""
        if self._is_open(user, [action]):
            return True
        return self._leads(user, [action]) and self._led(user, [action]).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Collection[str]) -> QuerySet[Schedule]:
        """Return the departures with which a person may do one of `actions`."""
        if self._is_open(user, actions):
            return Schedule.objects.all()
        return self._led(user, actions) if self._leads(user, actions) else Schedule.objects.none()
