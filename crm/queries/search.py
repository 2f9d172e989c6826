"""Finding a customer while somebody types: by the start of words, by numbers, and in spite of typing errors."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.functions import Coalesce
from wagtail import hooks

from crm.models import Customer, CustomerKey
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
_LATEST: Final = (F("last_activity_at").desc(nulls_last=True), "-pk")
# Candidates that are read before the best are chosen.
_CANDIDATES: Final = 50


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
    # Those who are alike share many names.
    fit = cache(_fit)
    likeness = {row: _likeness(row, words, fit) for row in _read(similar_names(words))}
    found = [row for row, alike in likeness.items() if alike]
    return sorted(found, key=lambda row: likeness[row], reverse=True)


def words_in(text: str) -> list[str]:
    """Return the first six words of a text as they are compared: small letters without accents."""
    return [word for word in _BETWEEN.split(plain_text(text)) if word][:6]


def _begins(prefix: str) -> Q:
    # Not `startswith`, which is LIKE.
    return Q(key__gte=prefix, key__lt=f"{prefix}\U0010ffff")


def _with_all(parts: list[Q]) -> QuerySet[Any]:
    """The customers who have a key for each part. Each part is read once: PostgreSQL takes a range of keys for much shorter than it is."""
    first, *others = [CustomerKey.objects.filter(part).order_by().values_list("customer_id") for part in parts]
    return first.intersection(*others) if others else first


def _candidates(text: str, words: list[str]) -> list[QuerySet[Any]]:
    if "@" in text:
        return [CustomerKey.objects.filter(_begins(f"e{plain_text(text)}"))]
    by_words = [_begins(f"w{word}") for word in words]
    found: list[QuerySet[Any]] = [_with_all(by_words)]
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    if is_number(text) and len(digits) >= _SHORTEST:
        found.append(CustomerKey.objects.filter(_phone(text, digits)))
    found += [lookup(text) for lookup in hooks.get_hooks("customer_numbers")]
    return found


def _phone(text: str, digits: str) -> Q:
    number = phone_number(text)
    return _begins(f"p{digits}") if number is None else Q(key=f"p{number.lstrip('+')}") | _begins(f"p{digits}")


def similar_names(words: list[str]) -> list[QuerySet[Any]]:
    """Return the keys of those customers who have a word like each of some words."""
    return [
        _with_all([Q(key__in=_variants(word)) if len(word) >= _SHORTEST else _begins(f"w{word}") for word in words])
    ]


def _variants(word: str) -> list[str]:
    """The keys of all words that one letter left out, added, wrong or swapped with the next makes of this one."""
    # One letter more than is compared, for the one that may be too many.
    found = slips(word[: _LETTERS + 1])
    whole = {f"w{text}" for text in found if len(text) <= _LETTERS}
    return sorted(whole | {f"~{text[:_LETTERS]}" for text in found if len(text) >= _LETTERS})


class _IsAnyOf(Func):
    """`= ANY(ARRAY(…))`. With `IN (…)` PostgreSQL reads all customers to see which of them stand for the few."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()


def _read(sources: list[QuerySet[Any]]) -> list[_Row]:
    keys = ArraySubquery(standing(Customer.every.filter(pk__in=customer_keys(sources))))
    found = Customer.objects.filter(_IsAnyOf(F("pk"), keys))
    return list(found.order_by(*_LATEST).values_list(*_SHOWN))


def customer_keys(sources: list[QuerySet[Any]]) -> QuerySet[Any]:
    """Return the keys of the customers of some rows, of each source the first `_CANDIDATES`."""
    first, *others = [source.order_by().values_list("customer_id")[:_CANDIDATES] for source in sources]
    return first.union(*others) if others else first


def standing(customers: QuerySet[Customer]) -> QuerySet[Any]:
    """Return the keys of those who stand for some customers: of merged ones that of the one who is kept."""
    return customers.order_by().annotate(standing=Coalesce("merged_into_id", "pk")).values("standing")


def _words_of(row: _Row) -> list[str]:
    _id, first_name, last_name, email, *_others = row
    return words_in(f"{first_name} {last_name} {email.partition('@')[0]}")


def _alike(word: str, other: str) -> float:
    return max(_ratio(word, other[: len(word)]), _ratio(word, other))


def _ratio(word: str, other: str) -> float:
    matcher = SequenceMatcher(None, word, other)
    # What it is at most is known much sooner.
    return matcher.ratio() if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= _ALIKE else 0


def _likeness(row: _Row, words: list[str], fit: Callable[[str, str], float]) -> float:
    """How well the words fit a name, from 0 to the number of words; 0 where one of them does not."""
    names = _words_of(row)
    best = [max((fit(word, name) for name in names), default=0) for word in words]
    return sum(best) if min(best) >= _ALIKE else 0


def _fit(word: str, name: str) -> float:
    if name.startswith(word):
        return 1
    return _alike(word, name) if len(word) >= _SHORTEST else 0
