from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from places import views
from places.filters import PlaceFilterSet
from places.forms import NewPlaceForm, PlaceSearchForm
from places.models import Place
from places.panels import PLACE_FORM


class PlaceViewSet(ModelViewSet):
    model = Place
    url_prefix = "places"
    url_namespace = "places"
    icon = "thumbtack"
    menu_label = _("Places")
    menu_order = 150
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = ["name", "kind", "address", "latitude", "longitude", "phone", "website", "directions"]
    index_view_class = views.PlaceIndexView
    delete_view_class = views.PlaceDeleteView
    edit_handler = PLACE_FORM
    list_display = [
        "name",
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        Column("address", label=_("Address")),
        "city",
    ]
    filterset_class = PlaceFilterSet
    search_fields = ["name", "street", "postal_code", "city", "external_id"]
    search_backend_name = None
    list_export = [
        "name",
        "kind",
        "street",
        "postal_code",
        "city",
        "country",
        "latitude",
        "longitude",
        "phone",
        "website",
        "directions",
        "tags",
        "external_id",
    ]
    export_filename = "places"

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), "usage_url_name": None}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"]


class PlaceChooserViewSet(ChooserViewSet):
    model = Place
    name = "place_chooser"
    icon = "thumbtack"
    choose_one_text = _("Choose a place")
    choose_another_text = _("Choose another place")
    edit_item_text = _("Edit this place")
    choose_view_class = views.PlaceChooseView
    choose_results_view_class = views.PlaceChooseResultsView
    chosen_view_class = views.PlaceChosenView
    chosen_multiple_view_class = views.PlaceChosenMultipleView
    creation_form_class = NewPlaceForm
    creation_tab_label = _("New place")
    search_tab_label = _("Search")

    def get_common_view_kwargs(self, **kwargs):
        return {
            **super().get_common_view_kwargs(**kwargs),
            "filter_form_class": PlaceSearchForm,
            "ordering": ["name", "pk"],
        }
