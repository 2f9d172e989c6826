"""Filters of the lists of customers, protocols and messages."""

from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from crm import queries
from crm.models import Customer, CustomerTag, Message, Protocol


class CustomerFilterSet(WagtailFilterSet):
    """Customers by source, language and the time of their last activity."""

    language = django_filters.ChoiceFilter(label=_("Language"), choices=settings.LANGUAGES)
    last_activity_at = django_filters.DateFromToRangeFilter(label=_("Last activity"), widget=DateRangePickerWidget)

    tag = django_filters.ChoiceFilter(label=_("Tag"), choices=(), method="filter_tag")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tag"].extra["choices"] = [(name, name) for name in queries.tags_in_use()]

    def filter_tag(self, customers: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        """Return those who have a tag."""
        return customers.filter(pk__in=CustomerTag.objects.filter(name=value).values("customer"))

    class Meta:
        model = Customer
        fields = ["source"]


class ProtocolFilterSet(WagtailFilterSet):
    """Protocols by kind, time and whether somebody has to come back to them."""

    follow_up = django_filters.ChoiceFilter(
        label=_("Follow-up"),
        choices=[("due", _("Due or overdue")), ("open", _("On any day"))],
        empty_label=_("All"),
        method="filter_follow_up",
    )
    happened_at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = Protocol
        fields = ["kind", "direction", "outcome"]

    def filter_follow_up(self, protocols: QuerySet[Protocol], _name: str, value: str) -> QuerySet[Protocol]:
        """Return those whose follow-up is due today, or those with any; the one due first at the top."""
        if value == "due":
            today = timezone.localdate(timezone=self.request.organization.zone)
            protocols = protocols.filter(
                pk__in=queries.follow_ups(until=today, user=self.request.user).order_by().values("pk")
            )
        return protocols.filter(follow_up_on__isnull=False).order_by("follow_up_on", "pk")


class MessageFilterSet(WagtailFilterSet):
    """Messages by how far they have come, kind and time."""

    created_at = django_filters.DateFromToRangeFilter(label=_("Written"), widget=DateRangePickerWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {kind: name for offer in hooks.get_hooks("message_kinds") for kind, name in offer().items()}
        kinds = Message.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.filters["kind"].extra["choices"] = [
            (kind, names.get(kind) or kind.replace("_", " ").capitalize()) for kind in kinds
        ]

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=())

    class Meta:
        model = Message
        fields = ["status"]
