"""Forms of pictures."""

import struct
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from tenancy import queries

TOO_MANY_PIXELS = _(
    "This picture is too large: it has more than %(most)s million pixels, and no screen shows a tenth of them."
    " Please make it smaller, such as 6000 × 4000, and choose it again."
)


class PictureField(WagtailImageField):
    """Wagtail's field, which looks at format, size and number of pixels; a picture that is cut off or damaged is told, too."""

    def check_image_pixel_size(self, f: Any) -> None:
        """Raise `ValidationError` when there are too many pixels, or when they cannot be read to the end."""
        try:
            super().check_image_pixel_size(f)
        except (EOFError, OSError, SyntaxError, ValueError, struct.error) as error:
            raise ValidationError(_("This picture is damaged and cannot be read."), code="damaged") from error


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
            self.fields["file"].__class__ = PictureField
            self.fields["file"].error_messages["file_too_many_pixels"] = TOO_MANY_PIXELS % {
                "most": settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000
            }
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
        return values
