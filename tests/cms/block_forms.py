"""What the forms of blocks send."""

from collections.abc import Iterator

from wagtail.blocks import Block, BooleanBlock, ListBlock, StreamBlock, StructBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock


def sent(block: Block, value: object, name: str) -> Iterator[tuple[str, object]]:
    """What the editor's form sends for a block."""
    if isinstance(block, StreamBlock | ListBlock):
        children = list(value if isinstance(block, StreamBlock) else value.bound_blocks)
        yield f"{name}-count", len(children)
        for number, child in enumerate(children):
            kind = getattr(child, "block_type", "item")
            place = {"deleted": "", "order": number, "type": kind, "id": child.id or ""}
            yield from ((f"{name}-{number}-{key}", part) for key, part in place.items())
            yield from sent(child.block, child.value, f"{name}-{number}-value")
    elif isinstance(block, StructBlock):
        for key, child in block.child_blocks.items():
            yield from sent(child, value[key], f"{name}-{key}")
    elif isinstance(block, TypedTableBlock):
        yield f"{name}-caption", value.caption
        yield f"{name}-column-count", len(value.columns)
        yield f"{name}-row-count", len(value.row_data)
        for number, column in enumerate(value.columns):
            parts = {"type": column["block"].name, "heading": column["heading"], "order": number, "deleted": ""}
            yield from ((f"{name}-column-{number}-{key}", part) for key, part in parts.items())
        for number, row in enumerate(value.row_data):
            yield from ((f"{name}-row-{number}-order", number), (f"{name}-row-{number}-deleted", ""))
            yield from ((f"{name}-cell-{number}-{column}", cell) for column, cell in enumerate(row["values"]))
    else:
        state = block.get_form_state(value)
        state = state["id"] if isinstance(state, dict) else state
        if state or not isinstance(block, BooleanBlock):
            yield name, "" if state is None else state
