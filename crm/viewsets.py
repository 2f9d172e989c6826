from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from crm import queries, views
from crm.forms import CustomerForm
from crm.models import Customer, Message, Protocol


class CustomerIndexView(IndexView):
    default_ordering = "-last_activity_at"

    @property
    def is_searchable(self):
        return True

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        return queryset.filter(pk__in=queries.search_customers(self.search_query).values("pk"))

    def get_edit_url(self, instance):
        return self.get_inspect_url(instance)


class CustomerEditView(EditView):
    def get_success_url(self):
        return reverse("customers:inspect", args=[self.object.pk])


class CustomerCreateView(CreateView):
    def get_success_url(self):
        return reverse("customers:inspect", args=[self.object.pk])


class CustomerViewSet(ModelViewSet):
    model = Customer
    url_prefix = "customers"
    url_namespace = "customers"
    menu_label = _("Customers")
    icon = "group"
    index_view_class = CustomerIndexView
    add_view_class = CustomerCreateView
    edit_view_class = CustomerEditView
    inspect_view_enabled = True
    inspect_view_class = views.CustomerProfileView
    copy_view_enabled = False
    list_display = [
        TitleColumn("__str__", label=_("Customer"), url_name="customers:inspect"),
        "email",
        Column("phone", label=_("Phone")),
        DateColumn("last_activity_at", label=_("Last activity"), sort_key="last_activity_at"),
    ]
    list_filter = ["source", "language"]
    list_export = ["first_name", "last_name", "email", "phone", "language", "source", "last_activity_at"]
    search_fields = None
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
                    FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
                    FieldPanel("language", help_text=_("Code of the language to write in, such as en or de.")),
                ],
                heading=_("Who"),
            ),
            FieldPanel("note"),
        ],
        base_form_class=CustomerForm,
    )

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/log/", views.log_protocol, name="log_protocol"),
        ]


class ProtocolIndexView(IndexView):
    default_ordering = "-happened_at"

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("customer", "author")


class ProtocolViewSet(ModelViewSet):
    model = Protocol
    url_prefix = "protocols"
    url_namespace = "protocols"
    menu_label = _("Protocols")
    icon = "openquote"
    index_view_class = ProtocolIndexView
    copy_view_enabled = False
    list_display = [
        TitleColumn("subject", label=_("Subject"), url_name="protocols:edit"),
        TitleColumn(
            "customer",
            label=_("Customer"),
            get_url=lambda protocol: reverse("customers:inspect", args=[protocol.customer_id]),
        ),
        Column("get_kind_display", label=_("Kind")),
        DateColumn("happened_at", label=_("When"), sort_key="happened_at"),
        Column("follow_up_on", label=_("Follow up on"), sort_key="follow_up_on"),
    ]
    list_filter = {"kind": ["exact"], "direction": ["exact"], "follow_up_on": ["lte"]}
    list_export = ["subject", "customer", "kind", "direction", "happened_at", "follow_up_on", "body"]
    search_fields = ["subject", "body"]
    search_backend_name = None
    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("direction")]),
        FieldPanel("subject"),
        FieldPanel("body"),
        FieldRowPanel([FieldPanel("happened_at"), FieldPanel("duration_minutes"), FieldPanel("follow_up_on")]),
    ]



class MessageIndexView(IndexView):
    default_ordering = "-created_at"

    def get_list_buttons(self, instance):
        buttons = super().get_list_buttons(instance)
        if instance.status == "failed" and self.request.user.has_perm("crm.resend_message"):
            buttons.append(
                Button(_("Send again"), url=reverse("messages_sent:resend", args=[instance.pk]), icon_name="redirect")
            )
        return buttons


class MessageViewSet(ModelViewSet):
    model = Message
    url_prefix = "messages"
    url_namespace = "messages_sent"
    menu_label = _("Messages")
    icon = "mail"
    index_view_class = MessageIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_fields = [
        "recipient", "subject", "text", "status", "sent_at", "attempts", "last_error", "language", "created_at",
    ]  # fmt: skip
    list_display = [
        TitleColumn("subject", label=_("Subject"), url_name="messages_sent:inspect"),
        "recipient",
        Column("get_status_display", label=_("Status"), sort_key="status"),
        DateColumn("created_at", label=_("Written"), sort_key="created_at"),
    ]
    list_filter = ["status", "kind"]
    search_fields = ["subject", "recipient"]
    search_backend_name = None
    form_fields = ["subject"]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("<int:pk>/resend/", views.resend_message, name="resend")]


class CustomerGroup(ViewSetGroup):
    menu_label = _("Customers")
    menu_icon = "group"
    menu_order = 130
    items = (CustomerViewSet, ProtocolViewSet, MessageViewSet)
