"""Finds English of ours in what is shown in German. Texts of data (names, wishes) are the test's own to choose."""

import re
from functools import cache
from html.parser import HTMLParser

import polib

from devtools.messages import catalogue_path
from tests.guards.test_words import READ

PLACEHOLDER = re.compile(r"%\(\w+\)[-+0-9.]*[a-zA-Z]|%%|%[sd]|\{\w*\}")
VOID = {"br", "hr", "img", "input", "link", "meta", "source"}


class Texts(HTMLParser):
    """The texts of a page and of its buttons, without what says that it is in another language (names of languages), nor scripts."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.buttons: list[str] = []
        self.inside: list[tuple[str, bool]] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        is_foreign = (dict(attrs).get("lang", "de") == "en" and tag != "html") or (tag, attrs) == ("script", [])
        if not is_foreign:
            # Where Stimulus finds an element is no text.
            data = [name for name, _value in attrs if name.startswith("data-") and not name.endswith("-target")]
            self.found += [value for name, value in attrs if value and (name in READ or name in data)]
        if tag not in VOID:
            self.inside.append((tag, is_foreign))
        if tag == "button":
            self.buttons.append("")

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(is_foreign for _tag, is_foreign in self.inside):
            self.found.append(_bare(data))
        if any(tag == "button" for tag, _is_foreign in self.inside):
            self.buttons[-1] = f"{self.buttons[-1]} {data}".strip()


def pairs(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each text of an entry with its translation."""
    if entry.msgid_plural:
        return list(zip((entry.msgid, entry.msgid_plural), entry.msgstr_plural.values(), strict=True))
    return [(entry.msgid, entry.msgstr)]


def _bare(text: str) -> str:
    return " ".join(text.split()).strip("·:() ")


@cache
def _english_of_ours() -> tuple[frozenset[str], list[list[str]]]:
    """The texts without placeholders, and the pieces between the placeholders of the others."""
    texts = [pair for entry in polib.pofile(catalogue_path("de")) for pair in pairs(entry)]
    german = {translation for _source, translation in texts}
    pieces = []
    for source, _translation in texts:
        # A text of placeholders only would be anything.
        parts = PLACEHOLDER.split(_bare(source))
        if source not in german and re.search(r"[^\W\d_]{2,}", "".join(parts)):
            pieces.append(parts)
    return frozenset(parts[0] for parts in pieces if len(parts) == 1), [parts for parts in pieces if len(parts) > 1]


def _fits(text: str, parts: list[str]) -> bool:
    """Whether a text is made of these pieces with something in each place between them."""
    first, *between, last = parts
    if not text.startswith(first) or not text.endswith(last):
        return False
    position = len(first)
    for part in between:
        found = text.find(part, position + 1)
        if found < 0:
            return False
        position = found + len(part)
    return position < len(text) - len(last)


def english(content: str) -> list[str]:
    """Return the texts of a page that are ours and English; those that are the same in German are not."""
    whole, pieces = _english_of_ours()
    return [text for text in Texts(content).found if text in whole or any(_fits(text, parts) for parts in pieces)]
