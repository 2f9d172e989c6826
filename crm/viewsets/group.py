from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from crm.viewsets.customers import CustomerViewSet
from crm.viewsets.documents import DocumentViewSet
from crm.viewsets.duplicates import DuplicateViewSet
from crm.viewsets.imports import ImportViewSet
from crm.viewsets.messages import MessageViewSet
from crm.viewsets.protocols import ProtocolViewSet


class FindCustomerMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("crm.view_customer")


class CustomerGroup(ViewSetGroup):
    menu_label = _("Customers")
    menu_icon = "group"
    menu_order = 130
    items = (CustomerViewSet, ProtocolViewSet, MessageViewSet, DuplicateViewSet, DocumentViewSet, ImportViewSet)

    def get_submenu_items(self):
        # Without its script it leads to the list, which has a search too.
        find = FindCustomerMenuItem(
            _("Find a customer"),
            reverse("customers:index"),
            name="find-customer",
            icon_name="search",
            order=-1,
            attrs={"data-find-customer": ""},
        )
        return [find, *super().get_submenu_items()]
