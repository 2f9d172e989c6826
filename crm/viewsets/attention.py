from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSet

from crm import queries, views
from crm.forms import AttentionRuleForm
from crm.models import AttentionItem, AttentionRule


class AttentionMenuItem(MenuItem):
    """Says how much is open for the person who sees it."""

    def is_shown(self, request):
        return request.user.has_perm("crm.view_attentionitem")

    def render_component(self, request):
        component = super().render_component(request)
        count = queries.attention_count(request.user)
        if count:
            component.label = f"{component.label} ({count})"
        return component


class AttentionViewSet(ModelViewSet):
    """What the rules have found; people finish or put it off, and nobody writes it."""

    model = AttentionItem
    url_prefix = "attention"
    url_namespace = "attention"
    menu_label = _("Needs attention")
    menu_name = "attention"
    menu_order = 127
    menu_item_class = AttentionMenuItem
    icon = "warning"
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = views.AttentionIndexView
    export_filename = "attention"
    list_export = ["kind", "record", "reason", "who", "since", "severity", "state", "snoozed_until", "settled_by"]
    # Never shown: items are only looked at.
    form_fields = ["since"]

    def get_urlpatterns(self):
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in ("index", "index_results")]
        return [
            *shown,
            path("<int:pk>/settle/", views.settle_item, name="settle"),
            path("bulk/settle/", views.SettleAttention.as_view(), name="bulk_settle"),
        ]


class AttentionRuleViewSet(ModelViewSet):
    """One rule of each kind, which come with the organization and stay, and those that the organization has made itself."""

    model = AttentionRule
    url_prefix = "attention-rules"
    url_namespace = "attention_rules"
    menu_label = _("What needs attention")
    icon = "cogs"
    add_to_admin_menu = False
    add_to_reference_index = False
    copy_view_enabled = False
    search_fields = None
    index_view_class = views.AttentionRuleIndexView
    add_view_class = views.AttentionRuleCreateView
    edit_view_class = views.AttentionRuleEditView
    delete_view_class = views.AttentionRuleDeleteView
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return AttentionRuleForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without),
            path("count/", views.count_attention, name="count_new"),
            path("<int:pk>/count/", views.count_attention, name="count"),
        ]
