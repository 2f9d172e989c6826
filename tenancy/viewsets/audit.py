from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from tenancy.filters import AuditFilterSet, record_kind
from tenancy.models import AuditEntry


def who(entry):
    if entry.actor_id is None:
        return _("The system or a guest")
    # Accounts are seen only as long as they work here.
    return entry.actor or _("A former member (%(number)s)") % {"number": entry.actor_id}


class AuditIndexView(IndexView):
    default_ordering = "-at"
    filterset_class = AuditFilterSet

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("actor")


class AuditInspectView(InspectView):
    def get_actor_display_value(self):
        return who(self.object)

    def get_subject_type_display_value(self):
        return record_kind(self.object.subject_type)


class AuditViewSet(ModelViewSet):
    """Who did what; only to be read."""

    model = AuditEntry
    url_prefix = "audit"
    # Written in every transaction that matters: not a row more for each.
    add_to_reference_index = False
    url_namespace = "audit"
    menu_label = _("Who did what")
    menu_hook = "register_reports_menu_item"
    menu_order = 20
    icon = "history"
    index_view_class = AuditIndexView
    inspect_view_class = AuditInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = ["at", "actor", "action", "subject_type", "subject_id", "details"]
    list_display = [
        "action",
        Column("who", label=_("Who"), accessor=who),
        Column("subject_type", label=_("Kind of record"), accessor=lambda entry: record_kind(entry.subject_type)),
        Column("subject_id", label=_("Record")),
        DateColumn("at", label=_("When"), sort_key="at"),
    ]
    list_export = ["at", "actor", "action", "subject_type", "subject_id", "details"]
    form_fields = ["action"]
