"""Filters of the admin's lists of orders, of Stripe's events, and of what moved."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import AdminDateInput

from commerce import queries
from commerce.enums import (
    DifferenceKind,
    DiscountKind,
    DisputeKind,
    DisputeStatus,
    LedgerKind,
    OrderStatus,
    PaymentMethod,
)
from commerce.models import Difference, Dispute, LedgerTransaction, Order, Promotion, ProviderEvent
from tenancy.filters import FirstDayFilter, LastDayFilter
from tenancy.queries import current_organization


class OrderFilterSet(WagtailFilterSet):
    """Orders by state, way of paying, days, and whether somebody should look at them."""

    status = django_filters.MultipleChoiceFilter(
        choices=OrderStatus.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    method = django_filters.MultipleChoiceFilter(
        choices=PaymentMethod.choices, label=_("Payment method"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    attention = django_filters.ChoiceFilter(
        label=_("Needs attention"), choices=[("yes", _("Yes"))], empty_label=_("All"), method="filter_attention"
    )
    placed_from = FirstDayFilter(field_name="placed_at", label=_("Placed from"))
    placed_to = LastDayFilter(field_name="placed_at", label=_("Placed to"))
    departure = django_filters.DateFilter(label=_("Departure on"), widget=AdminDateInput, method="filter_departure")

    class Meta:
        model = Order
        fields: list[str] = []

    def filter_attention(self, orders: QuerySet[Order], _name: str, _value: str) -> QuerySet[Order]:
        """Return the orders that somebody should look at."""
        return orders.exclude(needs_attention="")

    def filter_departure(self, orders: QuerySet[Order], _name: str, value: Any) -> QuerySet[Order]:
        """Return the orders with places on a departure of that day."""
        return orders.filter(pk__in=Order.objects.filter(lines__booking__schedule__date=value).values("pk"))


class ProviderEventFilterSet(WagtailFilterSet):
    """Stripe's events by whether they were worked on."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("failed", _("Failed, will be tried again")), ("done", _("Worked on"))],
        empty_label=_("All"),
        method="filter_state",
    )

    class Meta:
        model = ProviderEvent
        fields: list[str] = []

    def filter_state(self, events: QuerySet[ProviderEvent], _name: str, value: str) -> QuerySet[ProviderEvent]:
        """Return the events that failed and were not worked on since, or those that were."""
        if value == "done":
            return events.filter(processed_at__isnull=False)
        return events.filter(pk__in=queries.failed_provider_events().order_by().values("pk"))


class DisputeFilterSet(WagtailFilterSet):
    """Disputes by kind and state, by the day they were opened, and by whether an answer is due soon."""

    kind = django_filters.MultipleChoiceFilter(
        choices=DisputeKind.choices, label=_("Kind"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    status = django_filters.MultipleChoiceFilter(
        choices=DisputeStatus.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    opened_from = FirstDayFilter(field_name="opened_at", label=_("Opened from"))
    opened_to = LastDayFilter(field_name="opened_at", label=_("Opened to"))

    class Meta:
        model = Dispute
        fields: list[str] = []


class PromotionFilterSet(WagtailFilterSet):
    """Promotions by whether they can be used, and by what they take off."""

    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("running", _("Running")), ("come", _("To come")), ("over", _("Over")), ("ended", _("Ended"))],
        empty_label=_("All"),
        method="filter_state",
    )
    kind = django_filters.ChoiceFilter(label=_("Takes off"), choices=DiscountKind.choices, empty_label=_("All"))

    class Meta:
        model = Promotion
        fields: list[str] = []

    def filter_state(self, promotions: QuerySet[Promotion], _name: str, value: str) -> QuerySet[Promotion]:
        """Return the promotions in a state, by today's date where the organization is."""
        today = timezone.now().astimezone(current_organization().zone).date()
        return queries.promotions_by_state(promotions, value, today=today)


class LedgerFilterSet(WagtailFilterSet):
    """Movements of money by days in the organization's time zone, kind and way of paying."""

    first = FirstDayFilter(field_name="occurred_at", label=_("From"))
    last = LastDayFilter(field_name="occurred_at", label=_("To"))
    kind = django_filters.MultipleChoiceFilter(
        choices=LedgerKind.choices, label=_("What"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    method = django_filters.MultipleChoiceFilter(
        choices=PaymentMethod.choices, label=_("Payment method"), widget=forms.CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = LedgerTransaction
        fields: list[str] = []


class DifferenceFilterSet(WagtailFilterSet):
    """Differences from Stripe by whether they are settled, and by kind."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("Open")), ("settled", _("Settled"))],
        empty_label=_("All"),
        method="filter_state",
    )
    kind = django_filters.ChoiceFilter(label=_("What"), choices=DifferenceKind.choices, empty_label=_("All"))

    class Meta:
        model = Difference
        fields: list[str] = []

    def filter_state(self, differences: QuerySet[Difference], _name: str, value: str) -> QuerySet[Difference]:
        """Return the differences that nobody has settled, or the others."""
        return differences.filter(settled_at__isnull=value == "open")
