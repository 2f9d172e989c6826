"""Places worth going to, listed on any page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms import queries
from cms.blocks.choosers import PlaceBlock
from cms.blocks.fields import StoredChoiceBlock
from cms.blocks.struct import StructBlock
from places.enums import PlaceKind
from places.queries import tag_choices


class ChosenPlaceBlock(StructBlock):
    place = PlaceBlock(label=_("Place"))
    text = blocks.TextBlock(
        label=_("Your words about it"), required=False, max_length=300, help_text=_("Why one should go there.")
    )

    class Meta:
        icon = "thumbtack"
        label = _("Place")


class PlaceListBlock(StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    places = blocks.ListBlock(
        ChosenPlaceBlock(), label=_("Places, one by one"), default=[], help_text=_("Shown in this order.")
    )
    kind = blocks.ChoiceBlock(
        label=_("Or all of one kind"),
        choices=PlaceKind.choices,
        required=False,
        help_text=_("Places that are added later come by themselves."),
    )
    tag = StoredChoiceBlock(
        label=_("Or all with a tag"),
        choices=tag_choices,
        required=False,
        help_text=_("With a kind as well: those of the kind that have the tag."),
    )
    near = PlaceBlock(
        label=_("Tell how far they are from"),
        required=False,
        help_text=_("Such as your house. Places of one kind are then listed with the nearest first."),
    )
    count = blocks.IntegerBlock(label=_("How many at most"), default=12, min_value=1, max_value=48)

    def check_fields(self, value: Any) -> None:
        if bool(value["places"]) == bool(value["kind"] or value["tag"]):
            raise StructBlockValidationError(
                {"kind": ValidationError(_("Choose either single places, or a kind or a tag of places."))}
            )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        near = value.get("near")
        kind, tag = value["kind"] or "", value.get("tag") or ""
        if kind or tag:
            context["cards"] = queries.cards_of_all(kind=kind, tag=tag, near=near, limit=value["count"])
        else:
            # A place that is gone is left out.
            chosen = [(one["place"], one["text"]) for one in value["places"] if one["place"]]
            context["cards"] = queries.place_cards(chosen[: value["count"]], near=near)
        return context

    class Meta:
        icon = "thumbtack"
        label = _("Places")
        description = _("Places worth going to, with picture, opening hours and the way there.")
        template = "cms/blocks/place_list.html"
