from django.db import transaction
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import DeleteView, EditView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from crm import operations, queries, views
from crm.filters import ProtocolFilterSet
from crm.forms import ProtocolForm, ProtocolTemplateForm
from crm.models import ContactKind, Protocol, ProtocolTemplate
from crm.viewsets.columns import customer_column
from tenancy.fields import without_markup
from tenancy.lists import IndexView
from tenancy.rules import person_name


class ReadableMixin:
    """Only protocols that the person may read; others are not there."""

    def get_object(self, *args, **kwargs):
        protocol = super().get_object(*args, **kwargs)
        return views.readable_protocol(self.request.user, protocol.pk)


class ProtocolDeleteView(ReadableMixin, DeleteView):
    pass


class ProtocolUsageView(ReadableMixin, UsageView):
    pass


class ProtocolIndexView(IndexView):
    export_headings = {
        "kind_name": _("Kind"),
        "get_direction_display": _("Direction"),
        "get_outcome_display": _("Outcome"),
        "follow_up_on": _("Follow up on"),
    }
    default_ordering = "-happened_at"
    filterset_class = ProtocolFilterSet

    def get_base_queryset(self):
        protocols = queries.readable_protocols(self.request.user)
        return queries.with_follow_up(protocols).select_related("customer", "author")

    @cached_property
    def about(self):
        return queries.record_of(self.request.GET.get("about", ""), user=self.request.user)

    def get_page_subtitle(self):
        return queries.record_name(self.about) if self.about is not None else super().get_page_subtitle()

    def search_queryset(self, queryset):
        return queries.search_protocols(self.search_query, queryset) if self.is_searching else queryset

    def to_row_dict(self, item):
        return {**super().to_row_dict(item), "body": without_markup(item.body)}

    @property
    def header_more_buttons(self):
        buttons = [
            Button(_("Kinds of contact"), url=reverse("contact_kinds:index"), icon_name="list-ul"),
            Button(_("Templates"), url=reverse("protocol_templates:index"), icon_name="copy"),
        ]
        return [*super().header_more_buttons, *buttons]


class ProtocolEditView(ReadableMixin, EditView):
    template_name = "crm/protocol.html"

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        operations.see_mention(self.object, request.user, now=timezone.now())
        return response

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "files": self.object.files.defer("content")}

    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "user": self.request.user,
            "records": views.offered_records(self.object.customer),
            "linked": queries.seen_links(self.object, user=self.request.user),
        }

    @transaction.atomic
    def save_instance(self):
        protocol = super().save_instance()
        values, user, now = self.form.cleaned_data, self.request.user, timezone.now()
        operations.relink_protocol(protocol, links=values["links"], user=user)
        operations.set_participants(protocol, values["participants"])
        operations.remove_files(protocol, values.get("removed_files", []), actor=user)
        operations.add_files(protocol, values["files"], actor=user)
        operations.set_follow_up(
            protocol,
            due_on=values["follow_up_on"],
            assignee=values["follow_up_by"],
            is_same_day=values["follow_up_on"] == values["planned_on"],
            now=now,
            actor=user,
        )
        operations.tell_mentioned(protocol, now=now, actor=user)
        views.say_whose(self.request, protocol.customer, values["links"])
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
    delete_view_class = ProtocolDeleteView
    usage_view_class = ProtocolUsageView
    copy_view_enabled = False
    list_display = [
        "subject",
        customer_column(),
        Column("kind_name", label=_("Kind"), classname="wide-only"),
        Column(
            "author",
            label=_("Author"),
            classname="wide-only",
            accessor=lambda protocol: person_name(protocol.author) if protocol.author is not None else "",
        ),
        DateColumn("happened_at", label=_("When"), sort_key="happened_at"),
        Column("follow_up_on", label=_("Follow up on"), classname="wide-only", sort_key="follow_up_on"),
    ]
    export_filename = "protocols"
    list_export = [
        "customer",
        "kind_name",
        "author",
        "get_direction_display",
        "subject",
        "body",
        "happened_at",
        "duration_minutes",
        "get_outcome_display",
        "follow_up_on",
    ]
    search_fields = ["subject", "body"]
    search_backend_name = None

    @cached_property
    def history_view_class(self):
        # Not a class of its own in this file: the kernel puts another view in the place of Wagtail's when the project starts.
        return type("ProtocolHistoryView", (ReadableMixin, ModelViewSet.history_view_class), {})

    def get_form_class(self, for_update=False):
        return ProtocolForm

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("log/", views.log_about, name="log_about"),
            path("link/", views.link_protocols, name="link"),
            path("<int:pk>/pdf/", views.protocol_pdf, name="pdf"),
            path("<int:pk>/files/<int:attachment_pk>/", views.protocol_file, name="file"),
        ]


class ContactKindViewSet(ModelViewSet):
    model = ContactKind
    index_view_class = IndexView
    url_prefix = "contact-kinds"
    url_namespace = "contact_kinds"
    icon = "list-ul"
    add_to_admin_menu = False
    copy_view_enabled = False
    form_fields = ["name"]
    list_display = ["name"]


class ProtocolTemplateViewSet(ModelViewSet):
    model = ProtocolTemplate
    index_view_class = IndexView
    url_prefix = "protocol-templates"
    url_namespace = "protocol_templates"
    icon = "copy"
    add_to_admin_menu = False
    copy_view_enabled = False
    form_fields = ["name", "kind", "direction", "subject", "body"]
    list_display = ["name", Column("get_kind_display", label=_("Kind")), Column("subject", label=_("Subject"))]

    def get_form_class(self, for_update=False):
        return ProtocolTemplateForm
