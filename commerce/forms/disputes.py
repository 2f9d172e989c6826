"""What staff tell a bank."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commerce.enums import EvidenceSlot
from commerce.models import Dispute


class EvidenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The statement, and one file at a time with what it is."""

    slot = forms.ChoiceField(
        label=_("What the file is"),
        choices=[choice for choice in EvidenceSlot.choices if choice[0] != EvidenceSlot.PACK],
        help_text=_("One file of each kind; another one takes its place."),
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("PDF, PNG or JPEG; all together up to 4 MB."))

    class Meta:
        model = Dispute
        fields = ["statement"]
        widgets = {"statement": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("file") and not values.get("slot"):
            self.add_error("slot", _("Please say what the file is."))
        return values
