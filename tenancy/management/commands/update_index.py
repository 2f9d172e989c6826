from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from modelsearch.management.commands.rebuild_modelsearch_index import DEFAULT_CHUNK_SIZE
from modelsearch.management.commands.rebuild_modelsearch_index import Command as RebuildCommand
from wagtail.models import Page


class Command(RebuildCommand):  # type: ignore[misc]  # modelsearch has no types
    """Rebuilds the search index, but for the page above all organizations: the first of them would own its entry."""

    def queryset_chunks(self, qs: QuerySet[Any], chunk_size: int = DEFAULT_CHUNK_SIZE) -> Iterator[list[Any]]:
        objects = qs.filter(depth__gt=1) if qs.model is Page else qs
        yield from super().queryset_chunks(objects, chunk_size)
