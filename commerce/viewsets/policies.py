from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import queries
from commerce.forms import CancellationPolicyForm
from commerce.models import CancellationPolicy
from commerce.rules import policy_in_words
from tenancy.lists import IndexView


def tours_in_words(row):
    names = [str(own.tour) for own in row.tour_policies.all()]
    return ", ".join([*names, _("all other tours")] if row.is_default else names)


class CancellationPolicyIndexView(IndexView):
    introduction = gettext_lazy(
        "What comes back to guests who cancel. They read it before they book, and what they read stays agreed."
    )
    default_ordering = "name"

    def get_base_queryset(self):
        return queries.staff_policies()

    @cached_property
    def columns(self):
        currency = self.request.organization.currency
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column(
                "words",
                label=_("What guests read"),
                accessor=lambda row: policy_in_words(queries.rules_of(row), currency),
            ),
            Column("tours", label=_("Tours"), accessor=tours_in_words),
        ]


class CancellationPolicyViewSet(ModelViewSet):
    model = CancellationPolicy
    url_prefix = "cancellation-policies"
    url_namespace = "cancellation_policies"
    menu_label = gettext_lazy("Cancellation policies")
    icon = "resubmit"
    menu_order = 54
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_fields = None
    index_view_class = CancellationPolicyIndexView

    def get_form_class(self, for_update=False):
        return CancellationPolicyForm
