"""The form of an e-mail that somebody writes to a customer."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput


class MessageForm(forms.Form):
    """Subject and text; `token` makes a second press of the button send nothing."""

    subject = forms.CharField(label=_("Subject"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
    text = forms.CharField(label=_("Text"), widget=AdminAutoHeightTextInput(attrs={"rows": 8}))
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
