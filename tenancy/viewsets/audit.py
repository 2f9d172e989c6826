from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page, PageLogEntry

from tenancy import audit
from tenancy.filters import AuditFilterSet
from tenancy.lists import IndexView
from tenancy.models import AuditEntry


def record_of(entry):
    """The record itself, as far as it is still there."""
    model = audit.record_model(entry)
    return model._base_manager.filter(pk=entry.subject_id).first() if model and entry.subject_id is not None else None


def versions_url(entry):
    """Where the version that an entry published stands beside the one that was public before."""
    revision = entry.details.get("revision_id")
    if not revision:
        return None
    before = (
        PageLogEntry.objects.filter(
            page_id=entry.subject_id, action="wagtail.publish", revision_id__lt=revision, timestamp__lt=entry.at
        )
        .order_by("-timestamp")
        .values_list("revision_id", flat=True)
        .first()
    )
    return (
        reverse("wagtailadmin_pages:revisions_compare", args=[entry.subject_id, before, revision]) if before else None
    )


class AuditIndexView(IndexView):
    default_ordering = "-at"
    filterset_class = AuditFilterSet

    def get_base_queryset(self):
        return audit.told_entries()

    def get_page_title(self):
        return _("Who did what")

    def to_row_dict(self, item):
        told = {
            "who": audit.who(item),
            "sentence": audit.say(item),
            "changes": "; ".join(f"{change.label}: {change.before} → {change.after}" for change in audit.told(item)),
            "record": audit.record_name(item),
        }
        return {name: told[name] if name in told else getattr(item, name) for name in self.list_export}


class AuditInspectView(InspectView):
    template_name = "tenancy/audit_entry.html"

    def get_object(self, queryset=None):
        return super().get_object(audit.told_entries())

    page_title = _("Who did what")

    def get_page_subtitle(self):
        return ""

    def get_breadcrumbs_items(self):
        at = localtime(self.object.at, self.request.organization.zone)
        back = {"url": reverse(self.index_url_name), "label": _("Who did what")}
        return [
            *self.breadcrumbs_items,
            back,
            {"url": "", "label": date_format(at, "SHORT_DATETIME_FORMAT")},
        ]

    def get_fields(self):
        return []

    def get_context_data(self, **kwargs):
        entry, user = self.object, self.request.user
        record = record_of(entry)
        try:
            url = AdminURLFinder(user).get_edit_url(record) if record is not None else None
        except NoReverseMatch:
            url = None
        may_see_pages = isinstance(record, Page) and record.permissions_for_user(user).can_edit()
        return {
            **super().get_context_data(**kwargs),
            "entry": entry,
            "sentence": audit.say(entry),
            "who": audit.who(entry),
            "origin": audit.origin_in_words(entry),
            "kind": capfirst(audit.record_kind(entry.subject_type)),
            "name": audit.record_name(entry),
            "record_url": url,
            "others_url": f"{reverse(self.index_url_name)}?subject_type={entry.subject_type}&subject_id={entry.subject_id}",
            "versions_url": versions_url(entry) if may_see_pages else None,
            "note": audit.note_of(entry),
            "changes": audit.told(entry),
            "is_erased": audit.is_erased(entry),
            "zone": self.request.organization.zone,
        }


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
    list_display = [
        TitleColumn(
            "sentence",
            label=_("What"),
            accessor=audit.say,
            get_url=lambda entry: reverse("audit:inspect", args=[entry.pk]),
        ),
        Column(
            "kind",
            label=_("Kind of record"),
            classname="deed-kind",
            accessor=lambda entry: capfirst(audit.record_kind(entry.subject_type)),
        ),
        Column("origin", label=_("From where"), classname="deed-origin", accessor=audit.origin_in_words),
        DateColumn("at", label=_("When"), sort_key="at"),
    ]
    list_export = [
        "at",
        "who",
        "sentence",
        "changes",
        "action",
        "subject_type",
        "subject_id",
        "record",
        "origin",
        "host",
        "network",
        "device",
        "is_support",
    ]
    export_headings = {
        "who": _("Who"),
        "sentence": _("What"),
        "changes": _("Changes"),
        "record": _("Record"),
        "action": _("Technical name"),
    }
    export_filename = "who-did-what"
    form_fields = ["action"]
    kept = ("index", "index_results", "inspect")

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in self.kept]

    def get_common_view_kwargs(self, **kwargs):
        gone = ("add", "edit", "delete", "copy", "history", "usage")
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in gone}}

    def register_admin_url_finder(self):
        # Entries are looked at, not edited.
        pass
