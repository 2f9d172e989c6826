from functools import wraps

from django.utils.functional import cached_property
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic.history import HistoryView

from tenancy import audit
from tenancy.queries import scope_zone


class DeedColumn(Column):
    """What somebody did, in a sentence, with what it changed."""

    cell_template_name = "tenancy/deed_cell.html"

    def get_value(self, instance):
        return audit.say(instance)

    def get_cell_context_data(self, instance, parent_context):
        return {**super().get_cell_context_data(instance, parent_context), "changes": audit.told(instance)}


class RecordHistoryView(HistoryView):
    """What was done to one record, from the log of the organization."""

    filterset_class = None

    @cached_property
    def columns(self):
        return [
            DeedColumn("deed", label=_("What")),
            Column("origin", label=_("From where"), accessor=audit.origin_in_words, width="25%"),
            DateColumn("at", label=_("When"), width="15%"),
        ]

    @cached_property
    def header_buttons(self):
        return super().header_buttons if self.get_edit_url(self.object) else []

    def get_base_queryset(self):
        return audit.entries_about(self.object)


def logged_export(as_spreadsheet):
    """Return `SpreadsheetExportMixin.as_spreadsheet` with an entry in the log for each file, and words in the reader's language."""

    @wraps(as_spreadsheet)
    def export(view, queryset, spreadsheet_format):
        model = getattr(view, "model", None) or getattr(queryset, "model", None)
        if model is None:
            # Some of Wagtail's reports are about a list of rows.
            model = view.filterset_class._meta.model
        filters = sorted(
            name for name, value in view.request.GET.items() if value and name not in ("export", "p", "ordering")
        )
        audit.record(
            "list.exported",
            model(),
            actor=view.request.user,
            format=spreadsheet_format.upper(),
            rows=len(queryset) if isinstance(queryset, list) else queryset.count(),
            filters=filters,
        )
        response = as_spreadsheet(view, queryset, spreadsheet_format)
        if spreadsheet_format == view.FORMAT_CSV:
            response.streaming_content = _in_language(get_language(), response.streaming_content)
        return response

    return export


def _in_language(language, parts):
    # A file is written line by line once the view is over, and with it the language of whoever reads.
    parts = iter(parts)
    while True:
        with override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


def local_moment(value):
    """Return a moment as spreadsheets have it: on the organization's clock, without a zone."""
    return value.astimezone(scope_zone()).replace(microsecond=0, tzinfo=None)
