"""What guests tell about a page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class StillRightForm(forms.Form):
    """What a guest knows better, if they like to say it."""

    words = forms.CharField(
        label=_("What is different?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You need not write anything. Please leave out names and telephone numbers."),
    )
