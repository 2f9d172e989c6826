from django.contrib import messages
from django.db.models import F, ProtectedError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView

from tenancy.lists import IndexView
from tenancy.queries import current_organization
from tours import operations, queries
from tours.panels import certificate_in_words
from tours.rules import language_name
from tours.views.guide_planning import planning_buttons


class WarningsColumn(Column):
    """What staff should see to before a guide cannot lead any more."""

    cell_template_name = "tours/guide_warnings_cell.html"


class GuideIndexView(IndexView):
    default_ordering = "name"

    def get_base_queryset(self):
        # Accounts are seen only as long as they work here.
        return super().get_base_queryset().annotate(account=F("user__email")).prefetch_related("feeds")

    @cached_property
    def header_more_buttons(self):
        return [*super().header_more_buttons, *planning_buttons(self.request)]

    @cached_property
    def _warnings(self):
        today = timezone.localdate(timezone=current_organization().zone)
        found = {}
        for warning in queries.certificate_warnings(today=today):
            words = certificate_in_words(warning), warning.days
            found.setdefault(warning.certification.guide_id, []).append(words)
        return found

    def _warnings_of(self, guide):
        feeds = [
            (_("Calendar: %(problem)s") % {"problem": feed.get_problem_display()}, 7)
            for feed in guide.feeds.all()
            if feed.problem
        ]
        return [*self._warnings.get(guide.pk, []), *feeds]

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column(
                "languages",
                label=_("Languages"),
                classname="wide-only",
                accessor=lambda guide: ", ".join(map(language_name, guide.languages)),
            ),
            Column("account", label=_("Account"), classname="wide-only"),
            WarningsColumn("warnings", label=_("See to"), accessor=self._warnings_of),
            BooleanColumn("is_active", label=_("Leads tours"), sort_key="is_active"),
        ]


class GuideCreateView(CreateView):
    def save_instance(self):
        guide = super().save_instance()
        operations.read_feeds_soon(guide, now=timezone.now())
        return guide


class GuideEditView(EditView):
    def save_instance(self):
        guide = super().save_instance()
        operations.read_feeds_soon(guide, now=timezone.now())
        return guide


class GuideDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            text = _("“%(guide)s” is down for departures and stays on record. Untick “leads tours” instead.")
            messages.error(self.request, text % {"guide": self.object})
            return redirect("guides:edit", self.object.pk)


class CertificationDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            text = _("“%(certificate)s” is held by guides or required by tours and cannot be deleted.")
            messages.error(self.request, text % {"certificate": self.object})
            return redirect("certifications:index")
