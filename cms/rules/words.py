"""Words that guests search for: how texts are taken apart, which words are meant, and what is shown of a text they were found in."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from tenancy.fields import plain_text

# Letters of languages that are written without blanks are words by themselves.
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+")
# What is typed: so many words of it are searched for, and so much of a word.
MOST_WORDS: Final = 8
LONGEST_WORD: Final = 40
# Shorter words are too much like others to forgive an error.
SHORTEST_FORGIVEN: Final = 4
# How alike two words must be, as a share of their letters: one error in four letters, two in eight.
_ALIKE: Final = 0.75
# What the stem of a word leaves must be enough to tell words apart.
_SHORTEST_STEM: Final = 3
SNIPPET_LETTERS: Final = 180
# What looks like somebody's name, number or address is not written down.
_PERSONAL: Final = re.compile(r"@|\d[\d\s/.()-]{4,}\d")


class Term(NamedTuple):
    """A word that is searched for, and the beginning that words with the same meaning share."""

    word: str
    start: str


class Piece(NamedTuple):
    """A part of a text; `is_hit` where it is a word that was searched for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """Words by how much they say about what they stand in: 8 in its name, 1 in its text."""

    title: str
    text: str

    def words(self) -> dict[str, int]:
        """Return each word with its weight."""
        found = dict.fromkeys(words_in(self.text), 1)
        return found | dict.fromkeys(words_in(self.title), 8)


def words_in(text: str) -> list[str]:
    """Return the words of a text in their order, in small letters without accents."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain_text(text))]


def words_of_query(text: str) -> list[str]:
    """Return the words that somebody typed, each once; the first `MOST_WORDS`, single letters only where there is nothing else."""
    words = list(dict.fromkeys(words_in(text[:200])))
    longer = [word for word in words if len(word) > 1 or not word.isascii() or word.isdigit()]
    return (longer or words)[:MOST_WORDS]


def term_of(word: str, stems: Sequence[str] | None) -> Term | None:
    """Return what is searched for a word, None for mere filling.

    `stems` are what the language's dictionary says: None for a word that it does not know, an empty list for filling.
    """
    if stems is None:
        return Term(word, word)
    if not stems:
        return None
    same = takewhile(lambda letters: letters[0] == letters[1], zip(word, plain_text(stems[0]), strict=False))
    start = "".join(letter for letter, _stem in same)
    return Term(word, start if len(start) >= _SHORTEST_STEM else word)


def nearest(word: str, known: dict[str, int]) -> str:
    """Return the word of some known ones (by how often they are) that is most likely meant, an empty text when none is alike."""
    best = max(((_likeness(word, other), often, other) for other, often in known.items()), default=(0.0, 0, ""))
    return best[2] if best[0] >= _ALIKE else ""


def _likeness(word: str, other: str) -> float:
    return max(Indel.normalized_similarity(word, part) for part in {other, other[: len(word)]})


def marked(text: str, terms: Collection[Term]) -> list[Piece]:
    """Return a text in pieces, those that begin like one of the terms as hits."""
    pieces: list[Piece] = []
    at = 0
    for start, end in _hits(text, terms):
        if start > at:
            pieces.append(Piece(text[at:start], is_hit=False))
        pieces.append(Piece(text[start:end], is_hit=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], is_hit=False))
    return pieces


def _hits(text: str, terms: Collection[Term]) -> Iterator[tuple[int, int]]:
    # Words are found in the text as it is written: without accents it may be longer or shorter.
    starts = tuple(term.start for term in terms)
    for match in _WORD.finditer(text):
        if starts and plain_text(match.group()).startswith(starts):
            yield match.span()


def snippet(text: str, terms: Collection[Term], *, letters: int = SNIPPET_LETTERS) -> list[Piece]:
    """Return the part of a text around the first of the terms, its beginning when none of them is in it, in pieces."""
    first = next(_hits(text, terms), (0, 0))[0]
    begin = 0
    if first > letters // 2:
        begin = text.find(" ", first - letters // 3) + 1
        if not 0 < begin <= first:
            begin = first
    part = text[begin : begin + letters]
    if begin + letters < len(text):
        part = part.rsplit(" ", 1)[0] + " …"
    return marked(f"… {part}" if begin else part, terms)


def may_be_noted(text: str) -> bool:
    """Return whether a search may be written down: not what looks like an address, a number of somebody, or a whole letter."""
    return 0 < len(text) <= 60 and not _PERSONAL.search(text)
