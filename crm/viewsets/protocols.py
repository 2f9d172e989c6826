from django.db import transaction
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from crm import operations, views
from crm.filters import ProtocolFilterSet
from crm.forms import ProtocolForm
from crm.models import Protocol
from crm.viewsets.columns import customer_column


class ProtocolIndexView(IndexView):
    default_ordering = "-happened_at"
    filterset_class = ProtocolFilterSet

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("customer", "author")


class ProtocolEditView(EditView):
    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "user": self.request.user,
            "records": views.offered_records(self.object.customer),
            "linked": views.linked_records(self.object),
        }

    @transaction.atomic
    def save_instance(self):
        protocol = super().save_instance()
        operations.relink_protocol(protocol, links=self.form.cleaned_data["links"])
        return protocol

    def get_success_url(self):
        return reverse("customers:inspect", args=[self.object.customer_id])


class ProtocolViewSet(ModelViewSet):
    model = Protocol
    url_prefix = "protocols"
    url_namespace = "protocols"
    menu_label = _("Protocols")
    icon = "openquote"
    index_view_class = ProtocolIndexView
    edit_view_class = ProtocolEditView
    copy_view_enabled = False
    list_display = [
        "subject",
        customer_column(),
        Column("get_kind_display", label=_("Kind")),
        Column("author", label=_("Author")),
        DateColumn("happened_at", label=_("When"), sort_key="happened_at"),
        Column("follow_up_on", label=_("Follow up on"), sort_key="follow_up_on"),
    ]
    list_export = [
        "customer",
        "kind",
        "direction",
        "subject",
        "body",
        "happened_at",
        "duration_minutes",
        "follow_up_on",
    ]
    search_fields = ["subject", "body"]
    search_backend_name = None

    def get_form_class(self, for_update=False):
        return ProtocolForm

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/done/", views.close_follow_up, name="close_follow_up")]
