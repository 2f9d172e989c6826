"""Tours that can be booked, listed on any page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms import queries
from cms.blocks.fields import StoredChoiceBlock
from cms.blocks.struct import StructBlock
from tours.enums import TourCategory
from tours.queries import tag_choices


class TourListBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    count = blocks.IntegerBlock(label=_("How many"), default=3, min_value=1, max_value=24)
    category = blocks.ChoiceBlock(label=_("Only of this category"), required=False, choices=TourCategory.choices)
    tag = StoredChoiceBlock(label=_("Only with this tag"), required=False, choices=tag_choices)
    soonest_first = blocks.BooleanBlock(
        label=_("The next departure first"), required=False, help_text=_("Otherwise as the pages are ordered.")
    )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        page = (parent_context or {}).get("page")
        tag = value.get("tag") or ""
        context["cards"] = (
            queries.tour_cards(
                page,
                limit=value["count"],
                category=value.get("category") or "",
                # What was chosen of a list that has become another one is shown as if nothing had been chosen.
                tag=int(tag) if tag.isdecimal() else None,
                soonest_first=bool(value.get("soonest_first")),
            )
            if page is not None
            else []
        )
        return context

    class Meta:
        icon = "list-ul"
        label = _("Tours")
        description = _("Tours that can be booked, with picture and price; they change by themselves.")
        template = "cms/blocks/tour_list.html"
