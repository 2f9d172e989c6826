"""Forms of private documents."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from crm import queries
from crm.forms.links import RecordsField
from crm.forms.protocols import FilesField, FilesInput, check_upload
from crm.models import Document, DocumentTag
from tenancy.forms import SuggestInput, TenantForm
from tenancy.validators import DOCUMENT_KINDS

LONGEST_TAG: Final = DocumentTag._meta.get_field("name").max_length or 0
LONGEST_SHARE: Final = 90


class DropInput(FilesInput):
    """An input for several files, onto which they can be dropped; its script says at once which are too big."""

    template_name = "crm/drop_input.html"

    class Media:
        js = ("js/documents.js",)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        limit = queries.document_limits().most_bytes
        return {**super().get_context(name, value, attrs), "limit": limit, "limit_text": filesizeformat(limit)}


class DocumentForm(TenantForm):
    """What is known of a document besides its file."""

    about = RecordsField()
    tag_names = forms.CharField(
        label=_("Tags"),
        required=False,
        widget=SuggestInput([]),
        help_text=_("Words to sort by, with commas between them."),
    )

    class Meta:
        model = Document
        fields = ["title", "about", "expires_on", "tag_names", "note", "is_private"]
        widgets = {"expires_on": AdminDateInput, "note": AdminAutoHeightTextInput(attrs={"rows": 2})}

    def __init__(self, *args: Any, records: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.instance
        linked = [*records]
        if document.pk is not None:
            linked += queries.seen_links(document, user=self.for_user)
            self.initial["tag_names"] = ", ".join(document.tags.values_list("name", flat=True))
        self.initial["about"] = [queries.record_key(record) for record in linked]
        chosen = self.data.getlist("about") if self.is_bound else ()
        self.fields["about"].prepare(user=self.for_user, offered=linked, chosen=chosen)
        self.fields["tag_names"].widget.options = queries.document_tags_in_use()

    def clean_tag_names(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["tag_names"].split(",")]
        if any(len(name) > LONGEST_TAG for name in names):
            raise forms.ValidationError(
                _("A tag has at most %(most)s letters. Put commas between tags."), params={"most": LONGEST_TAG}
            )
        return [name for name in dict.fromkeys(names) if name]


class UploadForm(DocumentForm):
    """Files, each of which becomes a document."""

    files = FilesField(label=_("Files"), widget=DropInput)

    class Meta(DocumentForm.Meta):
        fields = ["files", *DocumentForm.Meta.fields]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Without one, and for several files, the names of the files.")
        self.fields["files"].help_text = _("Several at once if you like, up to %(limit)s together.") % {
            "limit": filesizeformat(settings.DOCUMENT_MAX_BYTES)
        }


class VersionForm(forms.Form):
    """A file in the place of the one before."""

    file = forms.FileField(label=_("New version"), validators=[check_upload])


class ShareForm(forms.Form):
    """For how long a link opens a document."""

    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=LONGEST_SHARE, initial=7)


class DocumentLimitsForm(forms.Form):
    """How big the organization's private files are at most, and of which kinds."""

    max_megabytes = forms.IntegerField(label=_("Largest file, in MB"), required=False, min_value=1)
    endings = forms.MultipleChoiceField(
        label=_("Kinds of files"),
        required=False,
        choices=[(ending, f".{ending}") for ending in DOCUMENT_KINDS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By the ends of their names. None ticked: all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.DOCUMENT_MAX_BYTES // (1024 * 1024)
        field = self.fields["max_megabytes"]
        field.max_value = most
        field.validators.append(MaxValueValidator(most))
        field.help_text = _("Empty: as much as the system allows, %(most)s MB.") % {"most": most}
