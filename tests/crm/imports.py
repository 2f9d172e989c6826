"""An import from its file to its end, step by step."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from crm.enums import ImportKind, ImportMode
from crm.models import (
    Customer,
    Import,
    ImportProblem,
)
from crm.operations import (
    check_import,
    start_import,
    undo_import,
    upload_import,
    work_on_import,
)

HEAD = "Record ID,First Name,Last Name,Email,Phone Number,Tags\n"


def upload(text: str, *, kind: str = ImportKind.CUSTOMERS, name: str = "people.csv") -> Import:
    return upload_import(SimpleUploadedFile(name, text.encode()), kind=kind, actor=None)


def checked(text: str, **choices) -> Import:
    parent = upload(text)
    parent = check_import(
        parent, **{"mapping": parent.mapping, "mode": ImportMode.FILL, "now": timezone.now(), **choices}
    )
    return work(parent)


def work(parent: Import) -> Import:
    work_on_import(parent.pk, now=timezone.now())
    parent.refresh_from_db()
    return parent


def run(text: str, **choices) -> Import:
    return work(start_import(checked(text, **choices), now=timezone.now(), actor=None))


def undone(parent: Import) -> Import:
    return work(undo_import(parent, now=timezone.now(), actor=None))


def counts(parent: Import) -> tuple[str, int, int, int, int]:
    return (parent.state, parent.made, parent.changed, parent.unchanged, parent.left_out)


def people() -> list[tuple[str, ...]]:
    return [
        (one.first_name, one.last_name, one.email, str(one.phone), one.note) for one in Customer.objects.order_by("pk")
    ]


def problems(parent: Import) -> list[tuple[int, str]]:
    return [(one.row, str(one)) for one in ImportProblem.objects.filter(parent=parent).order_by("row", "pk")]


def address(name: str, *keys: int) -> str:
    return reverse(f"imports:{name}", args=keys)
