"""Tours whose money is only reserved at first, and departures for which it is taken."""

from django.forms import Form
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from commerce import queries
from commerce.forms import AuthorisationRuleForm
from commerce.models import AuthorisationRule
from commerce.viewsets.departures import DepartureView
from tenancy.money import format_money
from tenancy.queries import scope_currency
from tours.operations import ScheduleRefused, guarantee_departure


class AuthorisationRuleViewSet(ModelViewSet):
    model = AuthorisationRule
    url_prefix = "card-reservations"
    url_namespace = "card_reservations"
    menu_label = gettext_lazy("Card reservations")
    icon = "lock"
    menu_order = 53
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_backend_name = None
    list_display = [
        "__str__",
        Column("when_ending", label=gettext_lazy("When the bank will not wait"), accessor="get_when_ending_display"),
    ]
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return AuthorisationRuleForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]


class GuaranteeView(DepartureView, FormView):
    """What it means that a departure takes place however few come: money that is reserved for it is taken."""

    form_class = Form
    template_name = "commerce/admin/verb.html"
    page_title = gettext_lazy("Takes place")

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "what": self.explain(),
            "label": _("It takes place"),
            "back_url": self.back_url,
        }

    def explain(self):
        said = _("Guests see that this departure is certain to take place, however few come.")
        reserved = queries.reserved_sum(self.schedule)
        if not reserved.orders:
            return said
        text = ngettext(
            "%(amount)s that are reserved on the card of %(count)d order are taken now.",
            "%(amount)s that are reserved on the cards of %(count)d orders are taken now.",
            reserved.orders,
        )
        amount = format_money(reserved.amount_minor, scope_currency()) if self.may_see_money else _("The amounts")
        return f"{said} {text % {'amount': amount, 'count': reserved.orders}}"

    def form_valid(self, form):
        try:
            guarantee_departure(self.schedule, now=timezone.now(), actor=self.request.user)
        except ScheduleRefused as refused:
            messages.error(self.request, str(refused))
        else:
            messages.success(self.request, _("The departure takes place. Reserved money is being taken."))
        return redirect(self.back_url)


def reservation_urls():
    """The address below a departure's that is about the money reserved for it."""
    return [path("<int:pk>/takes-place/", GuaranteeView.as_view(), name="takes_place")]


def reservation_button(request, schedule):
    """The way to say that a departure takes place, while money is reserved for it."""
    if not request.user.has_perm("tours.change_schedule") or not queries.reserved_on(schedule.pk):
        return []
    url = reverse("schedules:takes_place", args=[schedule.pk])
    return [Button(_("Takes place"), url=url, icon_name="check", priority=15)]
