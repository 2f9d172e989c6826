"""What editors build pages from."""

from cms.blocks.content import (
    BodyBlock,
    ContentBlock,
    FaqBlock,
    GalleryBlock,
    KeptNoticeBlock,
    PageBlock,
    QuestionBlock,
)
from cms.blocks.shared import SharedQuestionsBlock
from cms.blocks.tile_grid import TileGridBlock

__all__ = [
    "BodyBlock",
    "ContentBlock",
    "FaqBlock",
    "GalleryBlock",
    "KeptNoticeBlock",
    "PageBlock",
    "QuestionBlock",
    "SharedQuestionsBlock",
    "TileGridBlock",
]
