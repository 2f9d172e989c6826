"""The form of a protocol."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminDateTimeInput

from crm import queries
from crm.enums import ProtocolKind
from crm.forms.links import RecordsField
from crm.forms.tasks import CustomerField, MemberField, MembersField, suggested_customers
from crm.models import Protocol, ProtocolFile, ProtocolTemplate
from crm.queries import record_key
from crm.rules import RICH_TEXT, clean_rich, mention_names, rich_of
from tenancy.forms import TenantForm
from tenancy.queries import members
from tenancy.validators import check_document

# What the names of the organization's own kinds begin with in the form, so that none is taken for one of ours.
_OWN: Final = "own:"


def check_upload(file: Any) -> None:
    """Raise `ValidationError` for a file that the system refuses (`check_document`), or that the organization does not want."""
    limits = queries.document_limits()
    if file.size > limits.most_bytes:
        raise forms.ValidationError(
            _("This file is too big (%(size)s). The largest allowed is %(limit)s."),
            code="too_big",
            params={"size": filesizeformat(file.size), "limit": filesizeformat(limits.most_bytes)},
        )
    check_document(file)
    ending = PurePath(file.name or "").suffix.lower().removeprefix(".")
    if ending not in limits.endings:
        raise forms.ValidationError(
            _("Files that end in .%(ending)s are not kept here. These are: %(endings)s."),
            code="not_wanted",
            params={"ending": ending, "endings": ", ".join(limits.endings)},
        )


class FilesInput(forms.ClearableFileInput):
    """An input for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked by its content; the value is a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files; raises `ValidationError` for one that is too big or not what its name says."""
        files = [super(FilesField, self).clean(file, initial) for file in data or []]
        for file in files:
            check_upload(file)
        return files


class RichText(DraftailRichTextArea):
    """An editor of rich text that takes a plain one as well, as of a browser in which its script does not run."""

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Without it nothing says to a screen reader what is written here.
        self.options["ariaLabel"] = label

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the rich text."""
        try:
            return super().value_from_datadict(data, files, name)
        except (ValueError, KeyError, TypeError, AttributeError):
            return rich_of(str(data.get(name, "")))


class ProtocolForm(forms.ModelForm):
    """What was said with a customer, when, who took part, and which records it was about."""

    kind = forms.ChoiceField(label=_("Kind"), choices=())
    links = RecordsField(
        help_text=_("Orders, bookings, departures, tasks, projects, documents … and other customers who took part.")
    )
    participants = MembersField(
        label=_("Colleagues who took part"),
    )
    files = FilesField(
        label=_("Files"), required=False, help_text=_("PDF, pictures, office documents …; only staff see them.")
    )
    removed_files = forms.ModelMultipleChoiceField(
        label=_("Remove files"),
        queryset=ProtocolFile.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    follow_up_on = forms.DateField(
        label=_("Follow up on"),
        required=False,
        widget=AdminDateInput,
        help_text=_("The day on which somebody should come back to it. It becomes a task."),
    )
    # The day that the form was opened with: somebody may have finished or moved the task since.
    planned_on = forms.DateField(required=False, widget=forms.HiddenInput)
    follow_up_by = MemberField(label=_("Who follows up"), empty_label=_("Nobody yet"))
    field_order = [
        "subject",
        "body",
        "kind",
        "direction",
        "outcome",
        "follow_up_on",
        "follow_up_by",
        "links",
        "happened_at",
    ]

    class Meta:
        model = Protocol
        fields = [
            "subject",
            "body",
            "direction",
            "outcome",
            "happened_at",
            "duration_minutes",
            "is_private",
        ]
        widgets = {
            "happened_at": AdminDateTimeInput,
            "subject": forms.TextInput(attrs={"autofocus": True}),
            "body": RichText(features=list(RICH_TEXT), label=_("What was said")),
        }
        help_texts = {
            "subject": _("One line that says what it was about."),
        }

    def __init__(
        self, *args: Any, user: Any, records: Sequence[Model] = (), linked: Sequence[Model] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # What the protocol is about already stays on offer.
        chosen = self.data.getlist(self.add_prefix("links")) if self.is_bound else ()
        self.fields["links"].prepare(user=user, offered=[*linked, *records], chosen=chosen)
        self.initial["links"] = [record_key(record) for record in linked]
        self.fields["participants"].queryset = members().exclude(pk=user.pk)
        protocol = self.instance
        own = dict.fromkeys([*queries.own_kinds(), *filter(None, [protocol.own_kind])])
        self.fields["kind"].choices = [
            *(choice for choice in ProtocolKind.choices if choice[0] != ProtocolKind.OWN),
            *((f"{_OWN}{name}", name) for name in own),
        ]
        # Who can be told by @ is offered while somebody types.
        names = mention_names(queries.protocol_readers().exclude(pk=user.pk))
        if protocol.pk is None:
            # To be filled in at the telephone, with the keyboard alone.
            self.fields["body"].widget = AdminAutoHeightTextInput(attrs={"rows": 4})
        self.fields["body"].widget.attrs |= {"data-mentions": json.dumps(names), "data-mentions-label": _("Colleagues")}
        if protocol.pk is None:
            self.initial.setdefault("kind", ProtocolKind.CALL)
            self.initial["happened_at"] = timezone.now()
            self.initial["follow_up_by"] = user.pk
            del self.fields["removed_files"], self.fields["planned_on"]
            return
        self.initial["kind"] = f"{_OWN}{protocol.own_kind}" if protocol.kind == ProtocolKind.OWN else protocol.kind
        self.initial["participants"] = protocol.participants.values_list("user", flat=True)
        task = getattr(protocol, "follow_up", None)
        is_planned = task is not None and task.is_unfinished
        self.initial["follow_up_on"] = self.initial["planned_on"] = task.due_on if is_planned else None
        self.initial["follow_up_by"] = task.assignee_id if is_planned else user.pk
        files = protocol.files.defer("content")
        self.fields["removed_files"].queryset = files
        if not files:
            del self.fields["removed_files"]

    def clean_body(self) -> str:
        text = self.cleaned_data["body"] or ""
        return rich_of(text) if self.instance.pk is None else clean_rich(text)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        chosen = values.get("kind", "")
        own = chosen.removeprefix(_OWN) if chosen.startswith(_OWN) else ""
        values["kind"], values["own_kind"] = (ProtocolKind.OWN, own) if own else (chosen, "")
        self.instance.kind, self.instance.own_kind = values["kind"], own
        return values


class WhoForm(forms.Form):
    """With whom somebody spoke."""

    customer = CustomerField(
        label=_("With whom?"), max_length=300, help_text=_("A name, an e-mail address or a phone number.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].widget = suggested_customers()
        self.fields["customer"].widget.attrs["autofocus"] = True


class ProtocolTemplateForm(TenantForm):
    """What a protocol begins with; of the kinds, ours only."""

    class Meta:
        model = ProtocolTemplate
        fields = ["name", "kind", "direction", "subject", "body"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        kind.choices = [choice for choice in kind.choices if choice[0] != ProtocolKind.OWN]
