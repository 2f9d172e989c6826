from django.utils.translation import gettext_lazy as _

from tours import views
from tours.forms import GuideForm
from tours.models import Guide
from tours.viewsets.base import TourViews


class GuideViewSet(TourViews):
    model = Guide
    url_prefix = "guides"
    url_namespace = "guides"
    icon = "user"
    menu_label = _("Guides")
    menu_order = 145
    add_to_admin_menu = True
    inspect_view_enabled = False
    index_view_class = views.GuideIndexView
    delete_view_class = views.GuideDeleteView
    search_fields = ["name", "user__email"]
    list_filter = ["is_active"]
    list_export = ["name", "account", "is_active"]
    export_headings = {"account": _("Account")}
    export_filename = "guides"

    def get_form_class(self, for_update=False):
        return GuideForm
