from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from commerce import operations, queries
from commerce.filters import ProviderEventFilterSet
from commerce.models import ProviderEvent
from tenancy.lists import IndexView


class ProviderEventIndexView(IndexView):
    default_ordering = "-created_at"


class ProviderEventInspectView(InspectView):
    template_name = "commerce/admin/provider_event.html"
    page_title = gettext_lazy("Stripe event")

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "event": self.object}


@require_POST
def retry(request, pk):
    if not request.user.has_perm("commerce.view_providerevent"):
        raise PermissionDenied
    event = get_object_or_404(ProviderEvent, pk=pk, processed_at=None)
    operations.retry_provider_event(event, now=timezone.now(), actor=request.user)
    messages.success(request, _("It is being tried again."))
    return redirect(reverse("provider_events:inspect", args=[event.pk]))


def failed_events_button(request):
    count = queries.failed_provider_events().count() if request.user.has_perm("commerce.view_providerevent") else 0
    if not count:
        return []
    label = ngettext("%(count)s failed Stripe event", "%(count)s failed Stripe events", count) % {"count": count}
    return [HeaderButton(label, url=f"{reverse('provider_events:index')}?state=failed", icon_name="rotate")]


class ProviderEventViewSet(ModelViewSet):
    """What Stripe told us; only to be read, and tried again when it failed."""

    model = ProviderEvent
    url_prefix = "stripe-events"
    url_namespace = "provider_events"
    menu_label = gettext_lazy("Stripe events")
    icon = "rotate"
    menu_hook = "register_reports_menu_item"
    menu_order = 30
    add_to_reference_index = False
    index_view_class = ProviderEventIndexView
    inspect_view_class = ProviderEventInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    search_fields = ["event_id", "object_id", "event_type"]
    search_backend_name = None
    filterset_class = ProviderEventFilterSet
    form_fields = ["event_type"]
    inspect_view_fields = [
        "event_type",
        "object_id",
        "event_id",
        "livemode",
        "created_at",
        "processed_at",
        "attempts",
        "next_attempt_at",
        "last_error",
    ]
    list_display = [
        TitleColumn("event_type", label=gettext_lazy("What happened"), url_name="provider_events:inspect"),
        Column("object_id", label=gettext_lazy("Object")),
        BooleanColumn(
            "is_done", label=gettext_lazy("Worked on"), accessor=lambda event: event.processed_at is not None
        ),
        Column("last_error", label=gettext_lazy("Note")),
        DateColumn("created_at", label=gettext_lazy("When"), sort_key="created_at"),
    ]
    shown = ("index", "index_results", "inspect")

    def get_urlpatterns(self):
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in self.shown]
        return [*shown, path("<int:pk>/retry/", retry, name="retry")]

    def get_common_view_kwargs(self, **kwargs):
        without = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        )
        return {**super().get_common_view_kwargs(**kwargs), **without}

    def register_admin_url_finder(self):
        # Events are looked at, not edited.
        pass
