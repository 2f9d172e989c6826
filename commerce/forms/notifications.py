"""Whether and in which words an organization writes by itself."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from commerce.enums import REMINDERS, TO_STAFF, NotificationKind
from commerce.models import Notification
from commerce.rules import PLACEHOLDERS, unknown_placeholders, usual_text
from tenancy.forms import TenantForm
from tenancy.queries import scope_languages


class NotificationForm(TenantForm):
    """One kind of notification, with subject and text in each language that its readers have."""

    class Meta:
        model = Notification
        fields = ["is_active", "hours", "places", "recipient"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = NotificationKind(self.instance.kind)
        if self.kind not in REMINDERS:
            del self.fields["hours"]
        if self.kind != NotificationKind.LOW_AVAILABILITY:
            del self.fields["places"]
        if self.kind not in TO_STAFF:
            del self.fields["recipient"]
        # Staff and guides are written to in the organization's own language.
        languages = scope_languages()
        self.languages = languages if self.kind == NotificationKind.BOOKING_REMINDER else languages[:1]
        for language in self.languages:
            self._add_language(language)

    def _add_language(self, language: str) -> None:
        own = self.instance.texts.get(language, {})
        with override(language):
            subject, text = usual_text(self.kind)
        name = get_language_info(language)["name_translated"] if len(self.languages) > 1 else ""
        ending = f" ({name})" if name else ""
        for part, usual, label, field in (
            ("subject", subject, _("Subject"), forms.CharField(required=False, max_length=150)),
            (
                "text",
                text,
                _("Text"),
                forms.CharField(required=False, max_length=4000, widget=AdminAutoHeightTextInput),
            ),
        ):
            field.label = f"{label}{ending}"
            field.help_text = _("Emptied, it is the usual one again.")
            field.widget.attrs["lang"] = language
            self.fields[f"{part}_{language}"] = field
            self.initial[f"{part}_{language}"] = own.get(part) or usual

    def clean(self) -> dict[str, Any]:
        """Refuse placeholders that are not known; put the words that differ from the usual ones into `texts`."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[self.kind])
        texts: dict[str, dict[str, str]] = {
            code: own for code, own in self.instance.texts.items() if code not in self.languages
        }
        for language in self.languages:
            with override(language):
                usual = dict(zip(("subject", "text"), usual_text(self.kind), strict=True))
            own = {}
            for part, common in usual.items():
                name = f"{part}_{language}"
                text = (values.get(name) or "").replace("\r\n", "\n").strip()
                if unknown := unknown_placeholders(text, self.kind):
                    self.add_error(
                        name,
                        ValidationError(
                            _("%(unknown)s is not known here. You can use %(known)s."),
                            params={"unknown": unknown[0], "known": known},
                        ),
                    )
                if text and text != common:
                    own[part] = text
            if own:
                texts[language] = own
        if not self.errors:
            self.instance.texts = texts
        return values
