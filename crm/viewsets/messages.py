from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from crm import queries, views
from crm.enums import MessageStatus
from crm.filters import MessageFilterSet
from crm.models import Message
from crm.viewsets.columns import customer_column
from tenancy.lists import IndexView


class MessageIndexView(IndexView):
    default_ordering = "-created_at"
    export_headings = {"get_status_display": _("Status")}
    filterset_class = MessageFilterSet

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("customer").defer("text", "html")

    def get_list_buttons(self, instance):
        buttons = super().get_list_buttons(instance)
        if instance.status == MessageStatus.FAILED and self.request.user.has_perm("crm.resend_message"):
            url = reverse("messages_sent:resend", args=[instance.pk])
            buttons.append(Button(_("Send again"), url=url, icon_name="redirect"))
        return buttons


class MessageInspectView(InspectView):
    @property
    def header_buttons(self):
        if self.object.status != MessageStatus.FAILED or not self.request.user.has_perm("crm.resend_message"):
            return []
        url = reverse("messages_sent:resend", args=[self.object.pk])
        return [HeaderButton(_("Send again"), url=url, icon_name="redirect", priority=1)]


class MessageViewSet(ModelViewSet):
    model = Message
    url_prefix = "messages"
    url_namespace = "messages_sent"
    menu_label = _("Messages")
    icon = "mail"
    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = [
        "status",
        "last_error",
        "customer",
        "recipient",
        "subject",
        "text",
        "language",
        "created_at",
        "sent_at",
        "attempts",
        "next_attempt_at",
    ]
    list_display = [
        "subject",
        Column("recipient", label=_("To")),
        customer_column(),
        Column("get_status_display", label=_("Status"), sort_key="status"),
        Column("reason", label=_("Reason"), accessor=lambda message: Truncator(message.last_error).chars(80)),
        DateColumn("created_at", label=_("Written"), sort_key="created_at"),
    ]
    export_filename = "messages"
    list_export = ["subject", "recipient", "customer", "get_status_display", "last_error", "created_at", "sent_at"]
    search_fields = ["subject", "recipient"]
    search_backend_name = None
    # Never shown: messages are only looked at.
    form_fields = ["subject"]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/resend/", views.resend_message, name="resend")]


def failed_messages_button(request):
    count = queries.failed_messages().count() if request.user.has_perm("crm.view_message") else 0
    if not count:
        return []
    label = ngettext("%(count)s failed message", "%(count)s failed messages", count) % {"count": count}
    url = f"{reverse('messages_sent:index')}?status={MessageStatus.FAILED}"
    return [HeaderButton(label, url=url, icon_name="mail")]
