from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from crm import queries, views
from crm.models import DuplicatePair
from tenancy.lists import IndexView


def _contact(customer):
    return " · ".join(filter(None, [customer.email, customer.phone and customer.phone.as_international]))


def _who(customer):
    url, contact = reverse("customers:inspect", args=[customer.pk]), _contact(customer)
    return format_html('<a href="{}">{}</a><br><span class="merge-contact">{}</span>', url, customer, contact)


def _likely(pair):
    return _("very likely") if pair.score >= 80 else _("likely") if pair.score >= 60 else _("possible")


def _merge_url(pair):
    return reverse("customers:merge", args=[pair.first_id, pair.second_id])


class DuplicateIndexView(IndexView):
    template_name = "crm/duplicates.html"
    page_title = gettext_lazy("Duplicates")
    is_searchable = False
    default_ordering = None

    def get_base_queryset(self):
        return queries.suggested_pairs()

    def get_edit_url(self, instance):
        return _merge_url(instance)

    @property
    def columns(self):
        return [
            Column("first", label=_("Customer"), accessor=lambda pair: _who(pair.first)),
            Column("second", label=_("may be the same as"), accessor=lambda pair: _who(pair.second)),
            Column("reason", label=_("Why"), accessor=lambda pair: pair.get_reason_display(), classname="wide-only"),
            Column("score", label=_("How likely"), accessor=_likely, classname="wide-only"),
            Column("compare", label=_("Compare"), accessor=self._compare),
        ]

    def _compare(self, pair):
        name = _("Compare %(one)s and %(other)s") % {"one": pair.first, "other": pair.second}
        return format_html(
            '<a class="button button-small" href="{}" aria-label="{}">{}</a>', _merge_url(pair), name, _("Compare")
        )

    def get_context_data(self, *args, **kwargs):
        return {**super().get_context_data(*args, **kwargs), "merges": queries.merges()[:20]}


class DuplicateViewSet(ModelViewSet):
    model = DuplicatePair
    url_prefix = "duplicates"
    url_namespace = "duplicates"
    menu_label = gettext_lazy("Duplicates")
    icon = "copy"
    index_view_class = DuplicateIndexView
    copy_view_enabled = False
    add_to_reference_index = False
    # Never shown: pairs are only looked at.
    form_fields = ["score"]

    def get_urlpatterns(self):
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in ("index", "index_results")]
        return [
            *shown,
            path("<int:pk>/different/", views.not_the_same, name="different"),
            path("merged/<int:pk>/", views.merged, name="merged"),
        ]
