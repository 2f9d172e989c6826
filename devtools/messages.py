"""`python -m devtools.messages` (`make messages`): what the product says, brought into the translators' files and compiled.

It needs no GNU gettext: Django turns templates into code, and Babel reads code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
APPS = ("config", "tenancy", "crm", "places", "tours", "commerce", "cms")
LANGUAGES = ("de",)
# Which arguments are the text; “c” marks the one that is its context.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT = re.compile(r"{#.*?#}|{% comment\b.*?%}.*?{% endcomment %}", re.DOTALL)


@dataclass(frozen=True)
class Text:
    """One translatable text, as the code has it, and where it stands."""

    msgid: str
    plural: str = ""
    context: str | None = None
    places: list[tuple[str, int]] = field(default_factory=list, compare=False)

    @property
    def where(self) -> str:
        """The first place, as an editor opens it: `templates/base.html:20`."""
        path, line = self.places[0]
        return f"{path}:{line}"


def catalogue_path(language: str) -> Path:
    """The file with the translations into `language`."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def allauth_path(language: str) -> Path:
    """The file with the texts of django-allauth that we translate into `language` in other words than it does."""
    return ROOT / "locale" / "allauth" / language / "LC_MESSAGES" / "django.po"


def compile_catalogue(catalogue: polib.POFile) -> None:
    """Write what Django reads beside the file that translators write."""
    catalogue.save_as_mofile(str(Path(catalogue.fpath).with_suffix(".mo")))


def template_paths() -> list[Path]:
    """Every template of the product."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def code_paths() -> list[Path]:
    """Every module of the product; migrations keep the words of their day and are nobody's to translate."""
    modules = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return sorted(path for path in modules if "migrations" not in path.parts)


def texts() -> list[Text]:
    """Every translatable text of code and templates, once, in the order of the files."""
    found: dict[tuple[str, str | None], Text] = {}
    for path in [*code_paths(), *template_paths()]:
        name = str(path.relative_to(ROOT))
        for line, message, context in _messages(path):
            msgid, plural = message if isinstance(message, tuple) else (message, "")
            text = found.setdefault((msgid, context), Text(msgid, plural, context))
            if plural and not text.plural:
                # Said alone in one place and counted in another: one entry serves both.
                text = found[msgid, context] = Text(msgid, plural, context, text.places)
            text.places.append((name, line))
    return list(found.values())


def _messages(path: Path) -> Iterator[tuple[int, str | tuple[str, str], str | None]]:
    source = path.read_text()
    if path.suffix != ".py":
        # Without comments: one would hide what follows it in its line. In brackets, so that lines may begin anywhere.
        source = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
        source = f"({templatize(source, origin=str(path))}\n)"
    for line, message, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
        yield line, message, context


def update(language: str) -> list[Text]:
    """Bring the file of `language` in line with the code, keep what is translated, drop what nobody says any more,
    compile it, and return what is left to translate."""
    path = catalogue_path(language)
    old = polib.pofile(path, wrapwidth=0)
    known = {(entry.msgid, entry.msgctxt): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = old.metadata
    missing = []
    for text in texts():
        entry = _entry(text, known.get((text.msgid, text.context)))
        new.append(entry)
        if not entry.translated():
            missing.append(text)
    new.save(str(path))
    compile_catalogue(new)
    return missing


def _entry(text: Text, old: polib.POEntry | None) -> polib.POEntry:
    # Files without lines: a translator sees where a text belongs, and moving it by a line changes nothing here.
    files = [(path, "") for path in dict.fromkeys(path for path, _line in text.places)]
    entry = polib.POEntry(msgid=text.msgid, msgid_plural=text.plural, msgctxt=text.context, occurrences=files)
    if "%(" in text.msgid + text.plural:
        entry.flags = ["python-format"]
    if text.plural:
        entry.msgstr_plural = old.msgstr_plural if old and old.msgid_plural == text.plural else {0: "", 1: ""}
    elif old and not old.msgid_plural:
        entry.msgstr = old.msgstr
    if old and old.fuzzy:
        entry.flags.append("fuzzy")
    return entry


def main() -> None:
    """Update every language and say what is left to do."""
    for language in LANGUAGES:
        missing = update(language)
        print(f"{catalogue_path(language).relative_to(ROOT)}: {len(missing)} texts to translate")
        for text in missing:
            print(f"  {text.where}: {text.msgid}")
        if allauth_path(language).exists():
            compile_catalogue(polib.pofile(allauth_path(language)))


if __name__ == "__main__":
    main()
