"""Parts of the admin's forms for places."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel

from places.forms import PlaceForm


class PointMapPanel(Panel):
    """A map on which the pin can be set; it fills the fields of latitude and longitude, which work without it too."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "places/point_map_panel.html"

        class Media:
            css = {"all": ["leaflet/leaflet.css"]}
            js = ["leaflet/leaflet-src.js", "js/point-map.js"]

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Return what the template shows: the ids of the two fields, and the tiles of the installation."""
            return {
                **super().get_context_data(parent_context),
                "latitude_id": self.form["latitude"].id_for_label,
                "longitude_id": self.form["longitude"].id_for_label,
                "tiles": settings.MAP_TILE_URL,
                "attribution": settings.MAP_TILE_ATTRIBUTION,
            }


PLACE_FORM = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name", help_text=_("What guests call it, such as “Pier 3, under the clock”.")),
                FieldPanel("name_translations"),
                FieldPanel("kind"),
                FieldPanel("tags"),
                FieldPanel("picture", help_text=_("Shown where a page lists places.")),
            ],
            heading=_("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("postal_code"), FieldPanel("city"), FieldPanel("country")]),
            ],
            heading=_("Address"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("latitude", help_text=_("Degrees north, such as 53.545600; south is negative.")),
                        FieldPanel("longitude", help_text=_("Degrees east, such as 9.966600; west is negative.")),
                    ]
                ),
                PointMapPanel(),
            ],
            heading=_("On the map"),
            help_text=_(
                "Guests see the pin on the page of the tour and in their booking. Type the numbers or set the pin."
            ),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "directions", help_text=_("What helps a guest in the last minute: an entrance, a sign, a stop.")
                ),
                FieldPanel("directions_translations"),
                FieldPanel("opening_hours", help_text=_("In a line, such as “Tue–Sun 10:00–18:00”.")),
                FieldPanel("opening_hours_translations"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("website")]),
            ],
            heading=_("Getting there"),
        ),
    ],
    base_form_class=PlaceForm,
)
