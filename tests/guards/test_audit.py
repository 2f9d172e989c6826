"""Whatever is written into the log can be told in words, and what is personal is known to be."""

import ast
import re

import pytest
from django.apps import apps
from django.db import models
from django.utils.translation import override
from phonenumber_field.modelfields import PhoneNumberField

from commerce.enums import RefundStatus
from crm.enums import AttentionState, TaskState
from tenancy import audit
from tenancy.audit.sentences import PAGES
from tests.guards.test_structure import APPS, _python_files
from tours.enums import ScheduleStatus

NAME = re.compile(r"[a-z_]+\.[a-z_.]+")
# Names that are put together, and what they can become.
PUT_TOGETHER = {
    "refund.": [f"refund.{status}" for status in RefundStatus],
    "attention.": [f"attention.{state}" for state in AttentionState if state != AttentionState.GONE],
    "task.": [f"task.{state}" for state in TaskState],
    "schedule.": [f"schedule.{status}" for status in ScheduleStatus],
}
# Wagtail's own names, which Wagtail writes.
FROM_WAGTAIL = {"wagtail.create", "wagtail.edit", "wagtail.delete", "wagtail.lock", "wagtail.unlock"} | {
    "wagtail.apitoken.create",
    "wagtail.apitoken.revoke",
}
# E-mail addresses and phone numbers that are no person's.
NOT_PERSONAL = {
    "cms.Branding.email": "the organization's",
    "cms.Branding.phone": "the organization's",
    "commerce.Notification.recipient": "the organization's",
    "places.Place.phone": "a place's",
    "tenancy.Organization.business_email": "the organization's",
    "tenancy.Organization.business_phone": "the organization's",
    "tenancy.Organization.reply_to": "the organization's",
}
# Never edited by a form, and their entries tell of the account, not of the row.
NEVER_LOGGED = {"tenancy.EmailChange"}


def _names(call: ast.Call, function: ast.AST) -> set[str]:
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return {first.value}
    if isinstance(first, ast.JoinedStr):
        return set(PUT_TOGETHER[first.values[0].value])
    texts = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and NAME.fullmatch(text)}


def recorded_actions() -> set[str]:
    """The names of all actions that the code writes."""
    found = set()
    for app in APPS:
        for path in _python_files(app):
            if path.parent.name == "audit":
                continue
            for function in ast.walk(ast.parse(path.read_text())):
                if not isinstance(function, ast.FunctionDef):
                    continue
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                        found |= _names(node, function)
    return found


def test_every_action_has_a_sentence():
    written = recorded_actions() | FROM_WAGTAIL | set(PAGES)
    assert written - audit.known_actions() == set()
    assert audit.known_actions() - written == set()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_sentence_can_be_said_without_knowing_anything(language):
    with override(language):
        labels = {name: audit.action_label(name) for name in audit.known_actions()}
    assert {name: label for name, label in labels.items() if "%" in label or not label.strip("… ")} == {}


def test_addresses_and_numbers_of_people_are_personal():
    open_ones = set()
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in APPS or label in NEVER_LOGGED:
            continue
        personal = getattr(model, "personal_fields", ())
        for field in model._meta.concrete_fields:
            if isinstance(field, models.EmailField | PhoneNumberField) and field.name not in personal:
                open_ones.add(f"{label}.{field.name}")
    assert open_ones == set(NOT_PERSONAL)


def test_fields_called_personal_exist():
    wrong = set()
    for model in apps.get_models():
        for name in getattr(model, "personal_fields", ()):
            if name != "__str__" and name not in {field.name for field in model._meta.get_fields()}:
                wrong.add(f"{model._meta.label}.{name}")
    assert wrong == set()
