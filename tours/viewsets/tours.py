from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList

from tenancy.forms import TenantForm
from tours import views
from tours.models import Tour, TourTag
from tours.panels import TOUR_FORM
from tours.viewsets.base import TourViews


class TourTagViewSet(TourViews):
    """The tags of tours; the list of tours leads to them."""

    model = TourTag
    url_prefix = "tour-tags"
    url_namespace = "tour_tags"
    icon = "tag"
    menu_label = _("Tags of tours")
    inspect_view_enabled = False
    search_fields = ["name"]
    list_display = ["name"]
    edit_handler = ObjectList(
        [
            FieldPanel("name", help_text=_("Such as For families, At night, Rainy days.")),
            FieldPanel("name_translations"),
        ],
        base_form_class=TenantForm,
    )


class TourViewSet(TourViews):
    model = Tour
    url_prefix = "tours"
    url_namespace = "tours"
    icon = "glasses"
    menu_label = _("Tours")
    menu_order = 140
    add_to_admin_menu = True
    index_view_class = views.TourIndexView
    edit_view_class = views.TourEditView
    delete_view_class = views.TourDeleteView
    inspect_view_class = views.TourInspectView
    inspect_view_fields = [
        "name",
        "status",
        "category",
        "duration_minutes",
        "capacity",
        "difficulty",
        "tags",
        "accessibility",
        "accessibility_note",
        "meeting_point",
        "end_point",
    ]
    edit_handler = TOUR_FORM
    list_filter = ["status", "category"]
    search_fields = ["name", "slug"]
    list_export = ["name", "slug", "category", "status", "duration_minutes", "capacity", "languages", "next_start"]
    export_headings = {"next_start": _("Next departure")}
    export_filename = "tours"

    def get_urlpatterns(self):
        upload = views.StopUploadView.as_view()
        mapping = views.StopMappingView.as_view()
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/import/", upload, name="import_stops"),
            path("<int:pk>/import/<str:token>/", mapping, name="map_stops"),
        ]
