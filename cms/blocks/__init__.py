"""What editors build pages from."""

from cms.blocks.content import (
    BodyBlock,
    ContentBlock,
    ContentWithHeroBlock,
    FaqBlock,
    GalleryBlock,
    KeptNoticeBlock,
    QuestionBlock,
)
from cms.blocks.shared import SharedQuestionsBlock
from cms.blocks.tile_grid import TileGridBlock

__all__ = [
    "BodyBlock",
    "ContentBlock",
    "ContentWithHeroBlock",
    "FaqBlock",
    "GalleryBlock",
    "KeptNoticeBlock",
    "QuestionBlock",
    "SharedQuestionsBlock",
    "TileGridBlock",
]
