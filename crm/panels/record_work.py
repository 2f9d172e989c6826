"""What was said, is to be done and is kept about a record, on its own page."""

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from crm.enums import UNFINISHED
from crm.models import Document, Milestone, Project, Protocol, ProtocolLink, Task
from crm.queries import (
    BY_DUE_DAY,
    customer_of,
    documents_about,
    protocols_about,
    readable_documents,
    record_key,
    tasks_about,
)

MOST_SHOWN: Final = 5


class RecordWork(Component):
    """The newest contacts, the open tasks and the documents about a record, with what makes one more; nothing without permissions.

    Tasks and projects show their tasks themselves.
    """

    template_name = "crm/record_work.html"

    def __init__(self, user: Any, record: Model, *, zone: Any) -> None:
        self.user, self.record, self.zone = user, record, zone

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "parts": [part for part in (self._contacts(), self._tasks(), self._documents()) if part],
            "zone": self.zone,
        }

    def _address(self, name: str, *keys: int) -> str:
        return f"{reverse(name, args=keys)}?{urlencode({'about': record_key(self.record)})}"

    def _part(
        self, kind: str, heading: Any, rows: list[Any], list_name: str, verbs: list[tuple[Any, str, str]]
    ) -> dict[str, Any]:
        offered = [(label, url) for label, url, permission in verbs if self.user.has_perm(permission)]
        more = self._address(list_name) if len(rows) > MOST_SHOWN else ""
        return {"kind": kind, "heading": heading, "rows": rows[:MOST_SHOWN], "verbs": offered, "more": more}

    def _contacts(self) -> dict[str, Any] | None:
        if not self.user.has_perm("crm.view_protocol"):
            return None
        found = protocols_about(self.record, user=self.user).select_related("customer").defer("body")[: MOST_SHOWN + 1]
        rows = list(found)
        if isinstance(self.record, Project):
            _name_milestones(rows)
        customer = customer_of(self.record)
        log = "protocols:log_about" if customer is None else "customers:log_protocol"
        keys = [] if customer is None else [customer.pk]
        verbs = [
            (_("Log a call"), self._address(log, *keys), "crm.add_protocol"),
            (_("Link one that is there"), self._address("protocols:link"), "crm.change_protocol"),
        ]
        return self._part("contacts", _("Contacts"), rows, "protocols:index", verbs)

    def _tasks(self) -> dict[str, Any] | None:
        policy = policy_registry.get_by_type(Task)
        if isinstance(self.record, Task | Project) or not self.user.has_perm("crm.view_task"):
            return None
        seen = policy.instances_user_has_permission_for(self.user, "view")
        found = seen.filter(tasks_about(self.record), state__in=UNFINISHED).select_related("assignee")
        rows = list(found.order_by(*BY_DUE_DAY)[: MOST_SHOWN + 1])
        verbs = [(_("New task"), self._address("tasks:add"), "crm.add_task")]
        return self._part("tasks", _("Tasks"), rows, "tasks:index", verbs)

    def _documents(self) -> dict[str, Any] | None:
        if isinstance(self.record, Document) or not self.user.has_perm("crm.view_document"):
            return None
        today = timezone.localdate(timezone=self.zone)
        found = readable_documents(self.user).filter(documents_about(self.record)).order_by("-pk")[: MOST_SHOWN + 1]
        rows = [(one, one.expires_on is not None and one.expires_on < today) for one in found]
        verbs = [(_("Add private document"), self._address("private_documents:add"), "crm.add_document")]
        return self._part("documents", _("Private documents"), rows, "private_documents:index", verbs)


def _name_milestones(protocols: list[Protocol]) -> None:
    """Put on each protocol the names of the milestones that it is about."""
    links = ProtocolLink.objects.filter(
        protocol__in=protocols, content_type=ContentType.objects.get_for_model(Milestone)
    ).values_list("protocol", "object_id")
    names = dict(Milestone.objects.filter(pk__in=[pk for _protocol, pk in links]).values_list("pk", "name"))
    for protocol in protocols:
        found = [names[pk] for key, pk in links if key == protocol.pk and pk in names]
        protocol.milestone_names = ", ".join(found)  # type: ignore[attr-defined]  # for the template


def record_panels(request: Any, record: Model) -> list[Component]:
    """Return what of this app stands on the page of any record."""
    return [RecordWork(request.user, record, zone=request.organization.zone)]
