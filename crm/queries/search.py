"""Finding a customer while somebody types: by the start of words, by numbers, and in spite of typing errors."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from rapidfuzz.distance import Indel
from wagtail import hooks

from crm.models import Customer
from crm.queries.phones import is_number, phone_number
from tenancy.fields import plain_text
from tenancy.rules import slips

# What stands between words; the same as in the database's `crm_customer_keys`.
_BETWEEN: Final = re.compile("[\x01-/:-@\\[-`{-~\u00a0\u3000]+")
# Words shorter than this are too much like others to forgive an error; of longer ones as many letters are compared.
_SHORTEST, _LETTERS = 4, 7
# How alike two words must be, as a share of their letters: one error in four letters, two in eight.
_ALIKE: Final = 0.75
_SHOWN: Final = ("id", "first_name", "last_name", "email", "phone", "last_activity_at")
# The values of `_SHOWN`.
_Row = tuple[Any, ...]
# Candidates that are read before the best are chosen.
_CANDIDATES: Final = 50
# Written out: Django takes longer to put this statement together than PostgreSQL to answer it. `= ANY(ARRAY(…))` because
# with `IN (…)` PostgreSQL reads all customers to see which of them stand for the few.
_FOUND: Final = f"""
    SELECT {", ".join(_SHOWN)} FROM crm_customer WHERE merged_into_id IS NULL AND id = ANY(ARRAY(
        SELECT coalesce(merged_into_id, id) FROM crm_customer WHERE id IN (%s)
    )) ORDER BY last_activity_at DESC NULLS LAST, id DESC
"""  # noqa: S608 - only names of columns


class Source(NamedTuple):
    """Where customers are found: a statement that returns their keys, and its values."""

    sql: str
    values: tuple[Any, ...]


def find_customers(text: str, *, limit: int = 8) -> list[Customer]:
    """Return the customers whom somebody most likely means with what was typed so far, the best first; nobody for nothing.

    Words are the beginnings of names, in any order and without accents, or of an e-mail address; a phone number may be in any format
    and of four digits or more; an order's number finds who ordered. Where nobody fits, words with a typing error are forgiven.
    Other apps find by numbers of their own through the hook `customer_numbers`: a function of the text that returns rows with a
    `customer`. At most two queries, and each reads indexes.
    """
    text = text.strip()
    words = words_in(text)
    if not words:
        return []
    found = _read(_candidates(text, words))
    if found:
        # The same order as before among those with as many whole words.
        found.sort(key=lambda row: len(set(words) & set(_words_of(row))), reverse=True)
    else:
        found = _alike_rows(words)
    # Customers of the few that are shown only: reading a telephone number takes longer than finding one.
    return [Customer.from_db(Customer.objects.db, _SHOWN, row) for row in found[:limit]]


def _alike_rows(words: list[str]) -> list[_Row]:
    likeness = {row: _likeness(row, words) for row in _read([similar_names(words)])}
    found = [row for row, alike in likeness.items() if alike]
    return sorted(found, key=lambda row: likeness[row], reverse=True)


def words_in(text: str) -> list[str]:
    """Return the first six words of a text as they are compared: small letters without accents."""
    return [word for word in _BETWEEN.split(plain_text(text)) if word][:6]


def with_key(*keys: str) -> Source:
    """Return the customers who have one of these keys, none of which has a space in it."""
    # By a sub-select, because PostgreSQL would look at each key while it plans; that takes longer than finding them.
    sql = "SELECT customer_id FROM crm_customerkey WHERE key = ANY((SELECT string_to_array(%s, ' '))::text[])"
    return Source(sql, (" ".join(keys),))


def with_key_from(first: str, before: str) -> Source:
    """Return the customers who have a key from the first one on that comes before the other."""
    # Not `startswith`, which is LIKE.
    return Source("SELECT customer_id FROM crm_customerkey WHERE key >= %s AND key < %s", (first, before))


def _begins(prefix: str) -> Source:
    return with_key_from(prefix, f"{prefix}\U0010ffff")


def _with_all(parts: Iterable[Source]) -> Source:
    """The customers of all parts. Each part is read once: PostgreSQL takes a range of keys for much shorter than it is."""
    statements, values = zip(*parts, strict=True)
    return Source(" INTERSECT ".join(statements), sum(values, ()))


def _candidates(text: str, words: list[str]) -> list[Source]:
    if "@" in text:
        return [_begins(f"e{plain_text(text)}")]
    found = [_with_all(_begins(f"w{word}") for word in words)]
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    if is_number(text) and len(digits) >= _SHORTEST:
        found.append(_begins(f"p{digits}"))
        number = phone_number(text)
        found += [] if number is None else [with_key(f"p{number.lstrip('+')}")]
    return found + _by_numbers_of_others(text)


def _by_numbers_of_others(text: str) -> list[Source]:
    found: list[Source] = []
    for lookup in hooks.get_hooks("customer_numbers"):
        try:
            found.append(Source(*lookup(text).order_by().values_list("customer_id").query.sql_with_params()))
        except EmptyResultSet:
            continue
    return found


def similar_names(words: list[str]) -> Source:
    """Return the customers who have a word like each of some words."""
    return _with_all(with_key(*_variants(word)) if len(word) >= _SHORTEST else _begins(f"w{word}") for word in words)


def _variants(word: str) -> set[str]:
    """The keys of all words that one letter left out, added, wrong or swapped with the next makes of this one."""
    # One letter more than is compared, for the one that may be too many.
    found = slips(word[: _LETTERS + 1])
    keys = {f"w{text}" for text in found if len(text) <= _LETTERS}
    if len(word) >= _LETTERS:
        keys |= {f"~{text[:_LETTERS]}" for text in found if len(text) >= _LETTERS}
    return keys


def _read(sources: list[Source]) -> list[_Row]:
    keys = customer_keys(sources)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND % keys.sql, keys.params)
        return cursor.fetchall()


def customer_keys(sources: list[Source]) -> RawSQL:
    """Return the keys of the customers of some sources, of each the first `_CANDIDATES`."""
    statements = [f"({source.sql} LIMIT {_CANDIDATES})" for source in sources]
    values = [value for source in sources for value in source.values]
    return RawSQL(" UNION ".join(statements), values)  # noqa: S611 - the statements are ours, what was typed is a value


def standing(customers: QuerySet[Customer]) -> QuerySet[Any]:
    """Return the keys of those who stand for some customers: of merged ones that of the one who is kept."""
    return customers.order_by().annotate(standing=Coalesce("merged_into_id", "pk")).values("standing")


def _words_of(row: _Row) -> list[str]:
    _id, first_name, last_name, email, *_others = row
    return words_in(f"{first_name} {last_name} {email.partition('@')[0]}")


def _likeness(row: _Row, words: list[str]) -> float:
    """How well the words fit a name, from 0 to the number of words; 0 where one of them does not."""
    names = _words_of(row)
    best = [max((_fit(word, name) for name in names), default=0) for word in words]
    return sum(best) if min(best) >= _ALIKE else 0


def _fit(word: str, name: str) -> float:
    if name.startswith(word):
        return 1
    if len(word) < _SHORTEST:
        return 0
    return max(Indel.normalized_similarity(word, part, score_cutoff=_ALIKE) for part in (name, name[: len(word)]))
