"""Every word that somebody reads can be translated: none stands bare in a template, a form, a model or a message.

That all of them are translated is the matter of test_translations.py.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models
from django.template.base import Lexer, TokenType
from django.utils.functional import Promise

from devtools.messages import ROOT, code_paths, template_paths
from tests.guards.test_structure import APPS

# Bare on purpose, each with the reason why.
BARE_ON_PURPOSE: dict[tuple[str, str], str] = {
    ("templates/tenancy/domain.html", "TXT"): "a kind of DNS record, called so everywhere",
    (
        "templates/allauth/layouts/manage.html",
        "allauth/layouts/entrance.html,wagtailadmin/base.html",
    ): "names of templates",
    ("templates/allauth/layouts/manage.html", "loginaccount"): "classes of the page",
    ("templates/allauth/layouts/entrance.html", "login"): "a class of the page",
    ("templates/wagtailadmin/panels/multiple_chooser_panel.html", "-CHOOSER_WIDGET"): "the end of an id",
}
WORD = re.compile(r"[^\W\d_]{2,}")
# Attributes whose value is read, or said by a screen reader.
READ = {"alt", "aria-description", "aria-label", "aria-roledescription", "placeholder", "title"}
# Filters that print their argument.
PRINTS = re.compile(r"""\|(?:default|default_if_none|yesno|pluralize|add):(?:"([^"]*)"|'([^']*)')""")
BLOCKS = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans", "comment": "endcomment"}


class _Reader(HTMLParser):
    """Collects what a browser would show of a page, with its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in {"script", "style"}
        for name, value in attrs:
            if name in READ or (name == "value" and tag == "input" and dict(attrs).get("type") in {"submit", "button"}):
                self._keep(value or "")

    def handle_endtag(self, tag):
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.hidden:
            self._keep(data)

    def _keep(self, text: str) -> None:
        if WORD.search(text):
            self.found.append((self.getpos()[0], " ".join(text.split())))


def bare_words(source: str) -> list[tuple[int, str]]:
    """The words of a template that no tag translates, with their lines."""
    printed, rest, until = [], [], None
    for token in Lexer(source).tokenize():
        command = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = None if command == until else until
            rest.append("\n" * token.contents.count("\n"))
        elif token.token_type == TokenType.TEXT:
            rest.append(token.contents)
        else:
            until = BLOCKS.get(command)
            words = ["".join(match) for match in PRINTS.findall(token.contents)]
            printed += [(token.lineno, word) for word in words if WORD.search(word)]
    reader = _Reader()
    reader.feed("".join(rest))
    reader.close()
    return sorted(reader.found + printed)


def _in_templates() -> Iterator[tuple[str, int, str]]:
    for path in template_paths():
        for line, text in bare_words(path.read_text()):
            yield str(path.relative_to(ROOT)), line, text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{{ name }}: {% translate 'Hello' %}</p>", []),
        ("<p>\n  Hello {{ name }}</p>", [(1, "Hello")]),
        ("{% blocktranslate %}one\ntwo{% endblocktranslate %}<b>three</b>", [(2, "three")]),
        ('<a class="{% if x %}on{% endif %}" aria-label="Close">×</a>', [(1, "Close")]),
        ("{# note #}{% comment %}note{% endcomment %}<style>p {}</style>", []),
        ("{{ x|default:'None' }} {{ x|yesno:'1,' }}", [(1, "None")]),
    ],
)
def test_bare_words_are_found(source, found):
    assert bare_words(source) == found


def test_templates_have_no_bare_words():
    assert [
        f"{path}:{line}: {text}" for path, line, text in _in_templates() if (path, text) not in BARE_ON_PURPOSE
    ] == []


def test_bare_words_on_purpose_are_still_there():
    assert BARE_ON_PURPOSE.keys() - {(path, text) for path, _line, text in _in_templates()} == set()


# Arguments and attributes of Django, Wagtail and our own views that people read.
READ_IN_CODE = {
    "add_item_label",
    "description",
    "done",
    "empty_label",
    "heading",
    "help_text",
    "label",
    "menu_label",
    "page_title",
    "title",
    "verbose_name",
    "verbose_name_plural",
}
READ_WHEN_CALLED = {"ValidationError", "messages.error", "messages.info", "messages.success", "messages.warning"}


def _words(node: ast.AST) -> str:
    """The bare words that the expression may be, or nothing."""
    match node:
        case ast.Constant(value=str(text)) if WORD.search(text):
            return text
        case ast.JoinedStr(values=parts):
            return " ".join(filter(None, map(_words, parts)))
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return _words(one) or _words(other)
    return ""


def bare_words_in_code(source: str) -> list[tuple[int, str]]:
    """The words in code that people read and no function translates, with their lines."""
    found = []
    for node in ast.walk(ast.parse(source)):
        read: list[ast.AST] = []
        if isinstance(node, ast.Call):
            read = [keyword.value for keyword in node.keywords if keyword.arg in READ_IN_CODE]
            if ast.unparse(node.func) in READ_WHEN_CALLED:
                read += node.args
        elif isinstance(node, ast.Assign):
            names = {ast.unparse(target).rpartition(".")[2] for target in node.targets}
            read = [node.value] if names & READ_IN_CODE else []
        found += [(value.lineno, words) for value in read if (words := _words(value))]
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Char(label=_('Name'), max_length=5)", []),
        ("Char(label='Name')", [(1, "Name")]),
        ("class View:\n    page_title = 'Orders'", [(2, "Orders")]),
        ("messages.success(request, f'Saved {name}')", [(1, "Saved ")]),
        ("raise ValidationError('No' if x else _('Yes'))", [(1, "No")]),
        ("logger.warning('for the log')", []),
    ],
)
def test_bare_words_in_code_are_found(source, found):
    assert bare_words_in_code(source) == found


def test_code_has_no_bare_words():
    assert [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in code_paths()
        for line, text in bare_words_in_code(path.read_text())
    ] == []


def _fields() -> Iterator[tuple[str, models.Field]]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                if isinstance(field, models.Field) and field.model is model:
                    yield f"{model._meta.label}.{field.name}", field


def test_choices_and_help_of_models_can_be_translated():
    texts = [(name, text) for name, field in _fields() for text in (field.help_text, *dict(field.flatchoices).values())]
    assert [f"{name}: {text}" for name, text in texts if text and not isinstance(text, Promise)] == []
