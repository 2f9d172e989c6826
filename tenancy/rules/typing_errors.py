"""What becomes of a word when somebody slips while typing."""

import string
from typing import Final

# What may stand where somebody slipped: the rest of the alphabets, and the digits, of which the word has some.
_ALPHABETS: Final = (
    string.ascii_lowercase,
    string.digits,
    "αβγδεζηθικλμνξοπρστυφχψως",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ",
)


def slips(word: str) -> set[str]:
    """Return a word (small letters without accents) and all that one letter left out, added, wrong or swapped with the next makes of it."""
    letters = {*word, *(letter for alphabet in _ALPHABETS if {*alphabet} & {*word} for letter in alphabet)}
    found = {word}
    for at in range(len(word) + 1):
        before, rest = word[:at], word[at:]
        found |= {before + rest[1:], before + rest[1:2] + rest[:1] + rest[2:]}
        found |= {before + letter + after for letter in letters for after in (rest, rest[1:])}
    return found
