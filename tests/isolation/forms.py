"""What a person could send to an address: its own form, with another organization's keys wherever a record is chosen."""

from typing import Any

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import BaseForm, ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpResponse

from tests.isolation.canaries import WORD
from tests.isolation.keys import Keys

Data = dict[str, Any]


def filled_form(response: HttpResponse) -> Data:
    """The values of the longest form on a page, as a browser would send them back unchanged."""
    page = BeautifulSoup(response.content, "html.parser")
    forms = [_values(form) for form in page.find_all("form", method=lambda method: (method or "").lower() == "post")]
    return max(forms, key=len, default={})


def _values(form: Any) -> Data:
    data: Data = {}
    for control in form.find_all(["input", "textarea", "select"]):
        name, kind = control.get("name"), control.get("type")
        if (
            not name
            or kind in ("file", "submit")
            or (kind in ("checkbox", "radio") and not control.has_attr("checked"))
        ):
            continue
        if control.name == "select":
            data[name] = [option.get("value", "") for option in control.find_all("option", selected=True)]
        else:
            data[name] = control.text if control.name == "textarea" else control.get("value", "")
    return data


def foreign_choices(response: HttpResponse, foreign: Keys) -> Data:
    """Keys of the other organization for every field of the page's form by which a record is chosen."""
    context = response.context
    form = context.get("form") if context is not None else None
    return dict(_choices(form, foreign)) if isinstance(form, BaseForm) else {}


def _choices(form: BaseForm, foreign: Keys) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, field in form.fields.items():
        if isinstance(field, ModelChoiceField):
            keys = foreign.of_model(field.queryset.model._meta.label)[:1]
            found.append((form.add_prefix(name), keys if isinstance(field, ModelMultipleChoiceField) else keys[0]))
    for formset in getattr(form, "formsets", {}).values():
        for part in formset.forms:
            found += _choices(part, foreign)
    return found


def extra_data(name: str, foreign: Keys) -> Data:
    """What the calls of scripts send to a route, with the other organization's keys."""
    page = foreign.of_model("wagtailcore.Page")[-1]
    if name == "wagtailadmin_api:pages:action":
        revision = foreign.of_model("wagtailcore.Revision")[0]
        return {
            "destination_page_id": page,
            "revision_id": revision,
            "locale": "de",
            "position": "first-child",
            "slug": WORD,
        }
    if name == "wagtail_bulk_action":
        collection = foreign.of_model("wagtailcore.Collection")[0]
        group = foreign.of_model("auth.Group")[0]
        return {"chooser": page, "collection": collection, "role": group, "tags": WORD, "include_descendants": "on"}
    if name in ("wagtailadmin_pages:edit", "wagtailadmin_pages:revisions_revert") or name.startswith(
        "wagtailsnippets_cms_shared"
    ):
        # Scripts write the blocks of a page into its form.
        return {"body-count": "0"}
    if name == "wagtailadmin_choose_page_external_link":
        return {"external-link-chooser-url": "https://example.com/", "external-link-chooser-link_text": WORD}
    if name == "wagtail_localize:upload_pofile":
        translation = foreign.of_model("wagtail_localize.Translation")[0]
        head = f'msgid ""\nmsgstr ""\n"X-WagtailLocalize-TranslationID: {translation}\\n"\n'
        return {"file": SimpleUploadedFile("texts.po", head.encode())}
    return {}
