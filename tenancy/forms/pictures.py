"""Forms of pictures."""

import struct
from io import BytesIO
from typing import Any, Final

import willow
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import ExifTags, Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from tenancy import queries

TOO_MANY_PIXELS = gettext_lazy(
    "This picture is too large: it has more than %(most)s million pixels, and no screen shows a tenth of them."
    " Please make it smaller, such as 6000 × 4000, and choose it again."
)
# What a picture says of itself that stays with it; where and with what it was taken is nobody's business.
_KEPT_TAGS: Final = (ExifTags.Base.Orientation, ExifTags.Base.Artist, ExifTags.Base.Copyright)
_QUALITY: Final = {"JPEG": 90, "WEBP": 90, "AVIF": 80}


class PictureField(WagtailImageField):
    """Wagtail's field, which looks at format, size and number of pixels; a picture that is cut off or damaged is told, too.

    What is longer than `PICTURE_LONGEST_SIDE` comes out smaller, with a note of its size before; where it was taken is left out.
    """

    def check_image_pixel_size(self, f: Any) -> None:
        """Raise `ValidationError` when there are too many pixels, as the picture says before any of them is read."""
        too_many = ValidationError(self.error_messages["file_too_many_pixels"], code="file_too_many_pixels")
        try:
            with Image.open(f) as picture:
                pixels = picture.width * picture.height * _frames(picture)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise too_many from None
        if self.max_image_pixels is not None and pixels > self.max_image_pixels:
            raise too_many

    def to_python(self, data: Any) -> UploadedFile | None:
        """Return the picture as it is kept. Raises `ValidationError` when it cannot be read to the end."""
        try:
            file: UploadedFile | None = super().to_python(data)
            return None if file is None else _as_kept(file, longest=settings.PICTURE_LONGEST_SIDE)
        except (EOFError, OSError, SyntaxError, ValueError, struct.error) as error:
            raise ValidationError(_("This picture is damaged and cannot be read."), code="damaged") from error


def _frames(picture: Image.Image) -> int:
    # Cameras put small copies of a photograph into its file.
    return 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)


def _as_kept(file: UploadedFile, *, longest: int) -> UploadedFile:
    """Return a picture with sides of at most `longest` pixels and without the place where it was taken; itself if it is so already.

    The way it is turned, who made it, its colours and its format stay. One that moves stays as it is.
    """
    file.seek(0)
    with Image.open(file) as picture:
        tags, size = picture.getexif(), picture.size
        is_long = max(size) > longest
        if _frames(picture) > 1 or not (is_long or ExifTags.Base.GPSInfo in tags):
            picture.load()
            file.seek(0)
            return file
        kept = Image.Exif()
        kept.update({tag: tags[tag] for tag in _KEPT_TAGS if tag in tags})
        kind = "JPEG" if picture.format == "MPO" else str(picture.format)
        how: dict[str, Any] = {"quality": _QUALITY[kind]} if kind in _QUALITY else {}
        made: Image.Image = picture
        if is_long:
            made = _smaller(picture, longest=longest)
        elif picture.format == "JPEG":
            how = {"quality": "keep"}
        content = BytesIO()
        made.save(content, kind, exif=kept, icc_profile=picture.info.get("icc_profile"), **how)
    smaller = SimpleUploadedFile(file.name or "", content.getvalue(), file.content_type or "")
    smaller.image = willow.Image.open(content)  # type: ignore[attr-defined]  # as Wagtail's field does
    smaller.made_from = size if is_long else None  # type: ignore[attr-defined]
    return smaller


def _smaller(picture: Image.Image, *, longest: int) -> Image.Image:
    width, height = (max(1, round(side * longest / max(picture.size))) for side in picture.size)
    # A JPEG is read at a half or a quarter of its size, so that it takes little memory.
    picture.draft(None, (width, height))
    if picture.mode in ("1", "P", "PA"):
        # Colours of a palette cannot be mixed.
        picture = picture.convert("L" if picture.mode == "1" else "RGBA" if picture.has_transparency_data else "RGB")
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def smaller_note(picture: Any) -> str:
    """Return what to tell whoever has just uploaded a picture (an image) that came out smaller; an empty text for another one."""
    size = getattr(picture, "made_from", None)
    if not size:
        return ""
    width, height = (number_format(side, force_grouping=True) for side in size)
    return _("It had %(width)s × %(height)s pixels and was made smaller; no screen shows a difference.") % {
        "width": width,
        "height": height,
    }


def check_words(form: "forms.ModelForm[Any]") -> None:
    """Add an error to the form of a picture that was asked what the picture shows, was not told, and is of no decoration."""
    asked = form.add_prefix("description") in form.data
    values = form.cleaned_data
    if asked and not form.has_error("description") and not (values.get("description") or values.get("is_decorative")):
        form.add_error(
            "description",
            _("Say what the picture shows, for those who cannot see it, or tick “Only decoration”."),
        )


class TenantImageForm(BaseImageForm):
    """The form of a picture, in the library and in choosers.

    Several pictures that are dropped at once are kept first; what they show is asked below each.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            # Wagtail makes the field itself, and only where the form is to have it.
            file = self.fields["file"]
            file.__class__ = PictureField
            file.error_messages["file_too_many_pixels"] = TOO_MANY_PIXELS % {
                "most": settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000
            }
            longest = number_format(settings.PICTURE_LONGEST_SIDE, force_grouping=True)
            large = _("Sides longer than %(longest)s pixels are made smaller, and where a photo was taken is left out.")
            file.help_text = f"{file.help_text} {large % {'longest': longest}}"
        if "title" in self.fields and (note := smaller_note(self.instance)):
            self.fields["title"].help_text = note
        if "description" in self.fields:
            self.fields["description"].help_text = _(
                "What the picture shows, in a short sentence. Screen readers say it, and it stands in when a picture does not load."
            )
        if "description_translations" in self.fields and len(queries.scope_languages()) < 2:
            del self.fields["description_translations"]

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` at the description when the picture has no words and is no decoration."""
        values: dict[str, Any] = super().clean()
        check_words(self)
        self.instance.made_from = getattr(values.get("file"), "made_from", None)
        return values
