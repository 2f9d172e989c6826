from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from tenancy import views
from tenancy.enums import DeliveryStatus
from tenancy.lists import IndexView
from tenancy.models import OutboxDelivery


def retry_url(delivery, user):
    if delivery.status != DeliveryStatus.FAILED or not user.has_perm("tenancy.retry_outboxdelivery"):
        return None
    return reverse("deliveries:retry", args=[delivery.pk])


class DeliveryIndexView(IndexView):
    default_ordering = "-created_at"
    page_title = _("Problems")

    def get_page_title(self):
        return self.page_title

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("event")

    @cached_property
    def header_buttons(self):
        return [button for offer in hooks.get_hooks("problem_lists") for button in offer(self.request)]

    def get_list_buttons(self, instance):
        buttons = super().get_list_buttons(instance)
        if url := retry_url(instance, self.request.user):
            buttons.append(Button(_("Try again"), url=url, icon_name="redirect"))
        return buttons


class DeliveryInspectView(InspectView):
    @property
    def header_buttons(self):
        url = retry_url(self.object, self.request.user)
        return [HeaderButton(_("Try again"), url=url, icon_name="redirect")] if url else []


class DeliveryViewSet(ModelViewSet):
    """What happened and has to be acted on; a failed one is shown with the reason and can be started again."""

    model = OutboxDelivery
    url_prefix = "deliveries"
    # Written in every transaction that matters: not a row more for each.
    add_to_reference_index = False
    url_namespace = "deliveries"
    menu_label = _("Problems")
    menu_hook = "register_reports_menu_item"
    menu_order = 10
    icon = "warning"
    index_view_class = DeliveryIndexView
    inspect_view_class = DeliveryInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = ["event", "subscriber", "status", "attempts", "next_attempt_at", "last_error", "created_at"]
    list_display = [
        "event",
        Column("subscriber", label=_("To be done by")),
        Column("get_status_display", label=_("Status"), sort_key="status"),
        Column("reason", label=_("Reason"), accessor=lambda delivery: Truncator(delivery.last_error).chars(80)),
        DateColumn("created_at", label=_("When"), sort_key="created_at"),
    ]
    list_filter = ["status"]
    # Never shown: deliveries are only looked at.
    form_fields = ["subscriber"]

    @cached_property
    def menu_url(self):
        return f"{reverse('deliveries:index')}?status={DeliveryStatus.FAILED}"

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/retry/", views.retry_delivery, name="retry")]
