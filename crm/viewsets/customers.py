from typing import ClassVar

from django.conf.locale import LANG_INFO
from django.contrib import messages
from django.db import transaction
from django.db.models import F, ProtectedError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from crm import operations, queries, views
from crm.filters import CustomerFilterSet
from crm.forms import CustomerForm
from crm.models import Customer
from tenancy import audit
from tenancy.jobs import enqueue
from tenancy.lists import IndexView
from tenancy.panels import page_finder


def language_in_words(code):
    return str(get_language_info(code)["name_translated"]) if code in LANG_INFO else code


class CustomerIndexView(IndexView):
    template_name = "crm/customer_index.html"
    default_ordering = "-last_activity_at"
    export_headings = {
        "tag_names": _("Tags"),
        "get_source_display": _("Source"),
        "news_since": _("Allows news since"),
    }
    custom_field_preprocess: ClassVar = {"language": dict.fromkeys(("csv", "xlsx"), language_in_words)}
    filterset_class = CustomerFilterSet
    is_searchable = True

    def get_base_queryset(self):
        return queries.with_news_since(queries.customers_with_tags())

    @cached_property
    def columns(self):
        may_merge = self.request.user.has_perm("crm.merge_customer")
        chosen = [BulkActionsCheckboxColumn("bulk_actions", obj_type="customer")]
        return [*(chosen if may_merge else []), *super().columns]

    @cached_property
    def header_more_buttons(self):
        may_import = self.request.user.has_perm("crm.add_import")
        button = Button(_("Import"), url=reverse("imports:index"), icon_name="upload")
        return [*super().header_more_buttons, *([button] if may_import else [])]

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


class TagsMixin:
    @transaction.atomic
    def save_instance(self):
        customer = super().save_instance()
        operations.set_tags(customer, self.form.cleaned_data["tag_names"], actor=self.request.user)
        enqueue("crm.find_duplicates")
        return customer


class CustomerCreateView(TagsMixin, ToProfileMixin, CreateView):
    pass


class CustomerEditView(TagsMixin, ToProfileMixin, EditView):
    @transaction.atomic
    def save_instance(self):
        # It may be one that a customer who was merged into this one had.
        operations.release_address(self.object, self.form.cleaned_data.get("email", ""))
        return super().save_instance()


class CustomerDeleteView(DeleteView):
    def form_valid(self, form):
        merged, pk = queries.merged_into(self.object), self.object.pk
        try:
            response = super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                gettext("%(customer)s has bookings or orders, which must be kept, and cannot be deleted.")
                % {"customer": self.object},
            )
            return redirect("customers:inspect", self.object.pk)
        # They went with the customer, and what the log holds of them goes too.
        operations.forget_imported(pk)
        for customer in merged:
            audit.erase_personal_data(customer)
        return response


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
        Column("tags", label=_("Tags"), accessor=lambda customer: ", ".join(customer.tag_names)),
        DateColumn("last_activity_at", label=_("Last activity"), sort_key="last_activity_at"),
    ]
    export_filename = "customers"
    list_export = [
        "first_name",
        "last_name",
        "email",
        "phone",
        "language",
        "tag_names",
        "note",
        "get_source_display",
        "last_activity_at",
        "created_at",
        "news_since",
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
                    FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("tag_names")]),
                ],
                heading=_("Who"),
            ),
            FieldPanel("note", help_text=_("What everybody who talks to this customer should know.")),
            FieldPanel("pays_by_invoice"),
        ],
        base_form_class=CustomerForm,
    )

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("find/", views.find_customers, name="find"),
            path("merge/", views.merge_selected, name="merge_selected"),
            path("<int:pk>/merge/", views.choose_other, name="merge_with"),
            path("<int:pk>/merge/<int:gone_pk>/", views.merge, name="merge"),
            path("<int:pk>/timeline/", views.timeline, name="timeline"),
            path("<int:pk>/pin/", views.pin, name="pin"),
            path("<int:pk>/withdraw/", views.withdraw_consent, name="withdraw"),
            path("<int:pk>/protocols.pdf", views.history_pdf, name="history_pdf"),
            path("<int:pk>/write/", views.write_message, name="write"),
            path("<int:pk>/log/", views.log_protocol, name="log_protocol"),
        ]
