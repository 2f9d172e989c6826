from django.utils.translation import gettext_lazy as _

from tours import views
from tours.models import Resource
from tours.panels import RESOURCE_FORM
from tours.viewsets.base import TourViews


class ResourceViewSet(TourViews):
    model = Resource
    url_prefix = "resources"
    url_namespace = "resources"
    icon = "bars"
    menu_label = _("Resources")
    menu_order = 147
    add_to_admin_menu = True
    inspect_view_enabled = False
    index_view_class = views.ResourceIndexView
    add_view_class = views.ResourceCreateView
    edit_view_class = views.ResourceEditView
    edit_handler = RESOURCE_FORM
    search_fields = ["name"]
    list_filter = ["is_active"]
    list_export = ["name", "stock", "turnaround_minutes", "is_active"]
    export_filename = "resources"
