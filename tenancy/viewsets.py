from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from tenancy import views
from tenancy.models import AuditEntry, OutboxDelivery


class DeliveryIndexView(IndexView):
    default_ordering = "-created_at"

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("event")

    def get_list_buttons(self, instance):
        buttons = super().get_list_buttons(instance)
        if instance.status == "failed" and self.request.user.has_perm("tenancy.retry_outboxdelivery"):
            url = reverse("deliveries:retry", args=[instance.pk])
            buttons.append(Button(_("Try again"), url=url, icon_name="redirect"))
        return buttons


class DeliveryViewSet(ModelViewSet):
    """What happened and has to be acted on; a failed one is shown with the reason and can be started again."""

    model = OutboxDelivery
    url_prefix = "deliveries"
    url_namespace = "deliveries"
    menu_label = _("Problems")
    icon = "warning"
    add_to_reports_menu = True
    index_view_class = DeliveryIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = ["event", "subscriber", "status", "attempts", "next_attempt_at", "last_error", "created_at"]
    list_display = [
        TitleColumn("event", label=_("What happened"), url_name="deliveries:inspect"),
        Column("subscriber", label=_("To be done by")),
        Column("get_status_display", label=_("Status"), sort_key="status"),
        "attempts",
        DateColumn("created_at", label=_("When"), sort_key="created_at"),
    ]
    list_filter = ["status"]
    form_fields = ["subscriber"]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/retry/", views.retry_delivery, name="retry")]


class AuditIndexView(IndexView):
    default_ordering = "-at"

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("actor")


class AuditViewSet(ModelViewSet):
    """Who did what; only to be read."""

    model = AuditEntry
    url_prefix = "audit"
    url_namespace = "audit"
    menu_label = _("Who did what")
    icon = "history"
    add_to_reports_menu = True
    index_view_class = AuditIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = ["at", "actor", "action", "subject_type", "subject_id", "details"]
    list_display = [
        TitleColumn("action", label=_("What"), url_name="audit:inspect"),
        Column("actor", label=_("Who")),
        Column("subject_type", label=_("Kind of record")),
        Column("subject_id", label=_("Record")),
        DateColumn("at", label=_("When"), sort_key="at"),
    ]
    list_filter = {"action": ["exact"], "subject_type": ["exact"], "subject_id": ["exact"], "at": ["date"]}
    list_export = ["at", "actor", "action", "subject_type", "subject_id", "details"]
    form_fields = ["action"]
