from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import Button

from commerce import queries
from commerce.forms import PriceCheckForm, QuantitiesForm
from tenancy.fields import translated
from tours.models import Schedule

PERMISSION = "tours.view_seasonalprice"
# Room for any party: what is asked is what it costs, not whether there is room.
ROOM = 500


class PriceCheckView(WagtailAdminTemplateMixin, TemplateView):
    """What guests would pay on a day, step by step; nothing is kept."""

    template_name = "commerce/admin/price_check.html"
    page_title = gettext_lazy("What does it cost?")
    header_icon = "tag"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    @cached_property
    def today(self):
        return timezone.now().astimezone(self.request.organization.zone).date()

    def get_context_data(self, **kwargs):
        given = self.request.GET if "variant" in self.request.GET else None
        form = PriceCheckForm(given, initial={"day": self.today, "booked_on": self.today})
        context = {**super().get_context_data(**kwargs), "form": form, "currency": self.request.organization.currency}
        if not (form.is_bound and form.is_valid()):
            return context
        departure, now = self.departure(form.cleaned_data)
        prices = queries.price_list([departure], organization=self.request.organization, now=now)
        tiers = prices.tiers[departure.variant_id, departure.date]
        typed = given if QuantitiesForm.is_in(given) else None
        people = QuantitiesForm(typed, schedule=departure, tiers=tiers)
        chosen = people.quantities if people.is_bound and people.is_valid() else {}
        if not people.is_bound:
            chosen = {tier.pk: field.initial for tier, field in people.rows if field.initial}
        return {
            **context,
            "people": people,
            "rows": [(tier, translated(tier, "name"), field) for tier, field in people.rows],
            "quote": prices.quote([queries.QuoteRequest(departure, chosen)]) if chosen else None,
        }

    def departure(self, values):
        """The departure that is asked about, which need not exist, and a moment of the day on which it is booked."""
        organization, variant = self.request.organization, values["variant"]
        departure = Schedule(
            pk=0,
            variant=variant,
            tour=variant.tour,
            date=values["day"],
            time_zone=organization.time_zone,
            capacity=ROOM,
        )
        return departure, datetime.combine(values["booked_on"], time(12), tzinfo=organization.zone)


class PriceCheckMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(PERMISSION)


class PriceCheckViewSet(ViewSet):
    url_prefix = "price-check"
    url_namespace = "price_check"
    icon = "tag"
    menu_label = gettext_lazy("What does it cost?")
    menu_name = "price-check"
    menu_hook = "register_price_menu_item"
    menu_order = 90
    menu_item_class = PriceCheckMenuItem

    def get_urlpatterns(self):
        return [path("", PriceCheckView.as_view(), name="index")]


def price_links(request):
    """The way from the pages of price rules to what they make of a price."""
    return [Button(_("What does it cost?"), url=reverse("price_check:index"), icon_name="tag", priority=5)]
