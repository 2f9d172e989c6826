"""Pictures of one colour; they work in the organization in scope."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory
from PIL import Image
from wagtail.models import Collection

from tenancy.models import TenantImage


def picture_file(name: str = "pier.png") -> SimpleUploadedFile:
    """A small PNG."""
    buffer = BytesIO()
    Image.new("RGB", (64, 40), "#0b3d5c").save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


class PictureFactory(DjangoModelFactory[TenantImage]):
    title = factory.Sequence(lambda n: f"Pier {n}")
    file = factory.LazyFunction(picture_file)
    collection = factory.LazyFunction(lambda: Collection.objects.get(depth=2))
    credit = "Photo: A. Hansen"

    class Meta:
        model = TenantImage


@contextmanager
def new_sizes() -> Iterator[None]:
    """Where sizes of pictures are made for the first time: Wagtail leaves their temporary files to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()
