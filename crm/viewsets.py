from django.contrib import messages
from django.db import transaction
from django.db.models import F, ProtectedError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, IndexView, InspectView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from crm import operations, queries, views
from crm.enums import MessageStatus
from crm.filters import CustomerFilterSet, MessageFilterSet, ProtocolFilterSet
from crm.forms import CustomerForm, ProtocolForm
from crm.models import Customer, Message, Protocol


def customer_column():
    return TitleColumn(
        "customer",
        label=_("Customer"),
        get_url=lambda row: reverse("customers:inspect", args=[row.customer_id]) if row.customer_id else None,
    )


class CustomerIndexView(IndexView):
    default_ordering = "-last_activity_at"
    filterset_class = CustomerFilterSet
    is_searchable = True

    def get_edit_url(self, instance):
        # The list leads to the profile, and the profile to the form.
        return None

    def order_queryset(self, queryset):
        if self.ordering == "-last_activity_at":
            return queryset.order_by(F("last_activity_at").desc(nulls_last=True), "-pk")
        return super().order_queryset(queryset)

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        return queryset.filter(pk__in=queries.search_customers(self.search_query).values("pk"))


class ToProfileMixin:
    def get_success_url(self):
        return reverse("customers:inspect", args=[self.object.pk])


class CustomerCreateView(ToProfileMixin, CreateView):
    pass


class CustomerEditView(ToProfileMixin, EditView):
    pass


class CustomerDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                gettext("%(customer)s has bookings or orders, which must be kept, and cannot be deleted.")
                % {"customer": self.object},
            )
            return redirect("customers:inspect", self.object.pk)


class CustomerViewSet(ModelViewSet):
    model = Customer
    url_prefix = "customers"
    url_namespace = "customers"
    menu_label = _("All customers")
    icon = "group"
    index_view_class = CustomerIndexView
    add_view_class = CustomerCreateView
    edit_view_class = CustomerEditView
    delete_view_class = CustomerDeleteView
    inspect_view_enabled = True
    inspect_view_class = views.CustomerProfileView
    copy_view_enabled = False
    list_display = [
        "__str__",
        Column("email", label=_("E-mail"), sort_key="email"),
        Column("phone.as_international", label=_("Phone")),
        DateColumn("last_activity_at", label=_("Last activity"), sort_key="last_activity_at"),
    ]
    list_export = ["first_name", "last_name", "email", "phone", "language", "source", "last_activity_at", "created_at"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
                    FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
                    FieldPanel("language"),
                ],
                heading=_("Who"),
            ),
            FieldPanel("note", help_text=_("What everybody who talks to this customer should know.")),
            FieldPanel("pays_by_invoice"),
        ],
        base_form_class=CustomerForm,
    )

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/log/", views.log_protocol, name="log_protocol")]


class ProtocolIndexView(IndexView):
    default_ordering = "-happened_at"
    filterset_class = ProtocolFilterSet

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("customer", "author")


class ProtocolEditView(EditView):
    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "records": views.offered_records(self.object.customer),
            "linked": views.linked_records(self.object),
        }

    @transaction.atomic
    def save_instance(self):
        protocol = super().save_instance()
        operations.relink_protocol(protocol, links=self.form.linked_records)
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


class MessageIndexView(IndexView):
    default_ordering = "-created_at"
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


class FollowUpsMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("crm.view_protocol")


class CustomerGroup(ViewSetGroup):
    menu_label = _("Customers")
    menu_icon = "group"
    menu_order = 130
    items = (CustomerViewSet, ProtocolViewSet, MessageViewSet)

    def get_submenu_items(self):
        url = f"{reverse('protocols:index')}?follow_up=due"
        follow_ups = FollowUpsMenuItem(_("Follow-ups due"), url, name="follow-ups", icon_name="calendar-check", order=2)
        return [*super().get_submenu_items(), follow_ups]
