"""The German file says everything that the product says, completely, and is compiled. `make messages` brings it in line."""

import re
from pathlib import Path

import allauth
import polib
import pytest
from django.utils.translation import gettext, ngettext, override

from devtools.messages import LANGUAGES, ROOT, allauth_path, catalogue_path, texts
from tests.german import PLACEHOLDER, pairs


@pytest.fixture(params=LANGUAGES)
def catalogue(request) -> polib.POFile:
    return polib.pofile(catalogue_path(request.param), wrapwidth=0)


@pytest.fixture(
    params=[path(language) for language in LANGUAGES for path in (catalogue_path, allauth_path)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def either(request) -> polib.POFile:
    """Our texts, and those of django-allauth that we say in our own words."""
    return polib.pofile(request.param, wrapwidth=0)


def _key(entry) -> tuple[str, str | None]:
    return entry.msgid, entry.msgctxt


def _at(entry: polib.POEntry) -> str:
    return f"locale/…/django.po:{entry.linenum}: {entry.msgid}"


def test_every_text_is_translated(catalogue):
    entries = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    wrong = []
    for text in texts():
        entry = entries.get((text.msgid, text.context))
        if entry is None or entry.msgid_plural != text.plural:
            wrong.append(f"{text.where}: not in the file: {text.msgid}")
        elif entry.fuzzy:
            wrong.append(f"{text.where}: marked as fuzzy: {text.msgid}")
        elif not all(translation for _source, translation in pairs(entry)):
            wrong.append(f"{text.where}: not translated: {text.msgid}")
    assert wrong == []


def test_nothing_is_translated_that_nobody_says(catalogue):
    said = {(text.msgid, text.context) for text in texts()}
    assert [_at(entry) for entry in catalogue if entry.obsolete or _key(entry) not in said] == []


def test_placeholders_are_those_of_the_text(either):
    assert [
        f"{_at(entry)} → {translation}"
        for entry in either
        for source, translation in pairs(entry)
        if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(translation))
    ] == []


def test_translations_begin_and_end_as_the_text_does(either):
    # A lost blank glues two words together, a lost colon or full stop looks careless.
    def edges(text: str) -> tuple[str, str, str]:
        end = text.rstrip()[-1:]
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], end if end in ".:?,…" else ""

    assert [
        f"{_at(entry)} → {translation}"
        for entry in either
        for source, translation in pairs(entry)
        if edges(source) != edges(translation)
    ] == []


def test_compiled_file_is_that_of_the_texts(either):
    def content(entries) -> dict:
        return {(*_key(entry), entry.msgid_plural): pairs(entry) for entry in entries}

    path = Path(either.fpath).with_suffix(".mo")
    compiled = content(polib.mofile(path))
    expected = content(either.translated_entries())
    assert sorted(key[0] for key in compiled.keys() ^ expected.keys()) == []
    assert [(compiled[key], expected[key]) for key in expected if compiled[key] != expected[key]] == []


def test_nobody_is_addressed_as_du(either):
    familiar = re.compile(r"\b(du|dich|dir|dein(e[mnrs]?)?)\b", re.IGNORECASE)
    assert [_at(entry) for entry in either for _source, said in pairs(entry) if familiar.search(said)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_allauth_in_our_words_are_still_its_texts(language):
    # What it no longer says, or says as we do, need not stand in our file.
    path = Path(allauth.__path__[0]) / "locale" / language / "LC_MESSAGES" / "django.po"
    theirs = {(*_key(entry), entry.msgid_plural): pairs(entry) for entry in polib.pofile(path) if not entry.obsolete}
    ours = polib.pofile(allauth_path(language))
    assert [_at(entry) for entry in ours if (*_key(entry), entry.msgid_plural) not in theirs] == []
    assert [_at(entry) for entry in ours if theirs[*_key(entry), entry.msgid_plural] == pairs(entry)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_allauth_are_shown_in_our_words(language):
    def shown(entry: polib.POEntry) -> list[str]:
        if entry.msgid_plural:
            return [ngettext(entry.msgid, entry.msgid_plural, number) for number in (1, 2)]
        return [gettext(entry.msgid)]

    with override(language):
        assert [
            _at(entry)
            for entry in polib.pofile(allauth_path(language))
            if shown(entry) != [said for _source, said in pairs(entry)]
        ] == []


def test_every_literal_of_a_template_is_found():
    # The extraction reads what Django makes of a template; this reads the template itself, so that nothing is lost on the way.
    literal = re.compile(r"""{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')|_\("([^"]*)"\)""")
    found = {text.msgid for text in texts()}
    assert [
        f"{path.relative_to(ROOT)}: {text}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for match in literal.findall(path.read_text())
        if (text := "".join(match)) not in found
    ] == []
