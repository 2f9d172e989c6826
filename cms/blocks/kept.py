"""What tiles and answers have in common."""

from typing import Final

from wagtail.blocks.struct_block import BlockGroup

from cms.blocks.freshness import FreshnessBlock
from cms.blocks.struct import StructBlock
from cms.blocks.visibility import VisibilityBlock

BEHIND_THE_GEAR: Final = ("visibility", "freshness")


class KeptBlock(StructBlock):
    """Something that is shown at its times, and that somebody keeps right; editors find both behind the gear."""

    visibility = VisibilityBlock()
    freshness = FreshnessBlock()

    def get_form_layout(self) -> BlockGroup:
        """Return the order of the fields, with those that are seldom needed behind the gear."""
        shown = [name for name in self.child_blocks if name not in BEHIND_THE_GEAR]
        return BlockGroup(children=shown, settings=list(BEHIND_THE_GEAR))
