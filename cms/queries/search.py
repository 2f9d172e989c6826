"""What guests find by words: published pages, tours, places and questions in a language, in spite of accents, endings and slips."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import reduce
from typing import Any, Final

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Value, When
from django.http import HttpRequest
from wagtail.models import Page, PageViewRestriction

from cms.enums import SearchKind
from cms.models import SearchEntry, SearchWord
from cms.rules import SHORTEST_FORGIVEN, Piece, Term, Visibility, marked, nearest, snippet, term_of, words_of_query
from tenancy.queries import scope_zone
from tenancy.rules import slips
from tours.enums import TourStatus

# Of what fits, so much is looked at, the best first; and so much of each kind is shown at once.
_MOST: Final = 300
SHOWN: Final = 5
# What PostgreSQL knows the endings and filling words of, by language.
_DICTIONARIES: Final = {
    "ar": "arabic_stem", "da": "danish_stem", "de": "german_stem", "el": "greek_stem", "en": "english_stem",
    "es": "spanish_stem", "fi": "finnish_stem", "fr": "french_stem", "hu": "hungarian_stem", "it": "italian_stem",
    "nb": "norwegian_stem", "nl": "dutch_stem", "no": "norwegian_stem", "pt": "portuguese_stem", "ro": "romanian_stem",
    "ru": "russian_stem", "sv": "swedish_stem", "tr": "turkish_stem",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: where it leads, and its words in pieces, so that nothing of them is ever markup."""

    kind: SearchKind
    page: Page
    part: str
    title: list[Piece]
    snippet: list[Piece]

    @property
    def name(self) -> str:
        """What it is called."""
        return "".join(piece.text for piece in self.title)

    def url(self, request: HttpRequest) -> str:
        """Return its address, down to the part of the page."""
        return f"{self.page.get_url(request)}{f'#{self.part}' if self.part else ''}"


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind: the best, and how much there is."""

    kind: SearchKind
    hits: list[Hit]
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found: for other words than typed when `instead` says so, or for some of the words only."""

    groups: list[Group] = field(default_factory=list)
    instead: str = ""
    only_some_words: bool = False

    @property
    def count(self) -> int:
        """How much was found."""
        return sum(group.count for group in self.groups)


def closed_paths(request: HttpRequest) -> list[str]:
    """Return the places in the tree below which the guest of a request may see nothing; one query."""
    restrictions = PageViewRestriction.objects.select_related("page")
    return [one.page.path for one in restrictions if not one.accept_request(request)]


def search(
    text: str,
    *,
    language: str,
    now: datetime,
    closed: Sequence[str] = (),
    kind: SearchKind | None = None,
    shown: int = SHOWN,
) -> SearchResults:
    """Return what fits all words that somebody typed.

    A word that nothing begins with is taken for the most alike one; where nothing fits all words, what fits some is found.

    What is shown at times only is found while it is shown `now` (aware); `closed` are places in the tree to leave out. With a
    `kind` only that is found. Three queries, up to two more where a word was mistyped, and two where not all of them fit.
    """
    terms = _terms(words_of_query(text), language)
    if not terms:
        return SearchResults()
    clock = now.astimezone(scope_zone()).replace(tzinfo=None)
    looked: dict[str, Any] = {"language": language, "clock": clock, "closed": closed, "kind": kind, "shown": shown}
    groups = _groups(terms, **looked)
    if groups:
        return SearchResults(groups)
    meant = _meant(terms, language)
    if meant != terms:
        groups = _groups(meant, **looked)
        if groups:
            return SearchResults(groups, instead=" ".join(term.word for term in meant))
    if len(meant) > 1:
        groups = _groups(meant, **looked, all_words=False)
        if groups:
            return SearchResults(groups, only_some_words=True)
    return SearchResults()


def _terms(words: list[str], language: str) -> list[Term]:
    dictionary = _DICTIONARIES.get(language.partition("-")[0])
    if not words or dictionary is None:
        return [Term(word, word) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ts_lexize(%s::regdictionary, word) FROM unnest(%s::text[]) AS word", [dictionary, words]
        )
        stems = dict(cursor.fetchall())
    terms = [term for word in words if (term := term_of(word, stems[word])) is not None]
    # “To be or not to be”.
    return terms or [Term(word, word) for word in words]


def _begins(start: str) -> Q:
    # Not `startswith`, which is LIKE: row-level security keeps it from the index.
    return Q(word__gte=start, word__lt=f"{start}\U0010ffff")


def _any(conditions: Sequence[Q]) -> Q:
    return reduce(operator.or_, conditions)


def _ranked(terms: Sequence[Term], language: str, *, all_words: bool) -> QuerySet[Any]:
    """The keys of entries with words that begin like the terms, the best first."""
    fits = [_begins(term.start) for term in terms]
    ranks = {
        f"rank_{number}": Max(
            Case(
                When(Q(word=term.word), then=F("weight") * 2),
                When(fit, then=F("weight")),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        for number, (term, fit) in enumerate(zip(terms, fits, strict=True))
    }
    found = SearchWord.objects.filter(_any(fits), language=language).order_by().values("entry_id").annotate(**ranks)
    if all_words:
        found = found.filter(**{f"{rank}__gt": 0 for rank in ranks})
    # One word more of those that were typed counts for more than any name.
    worth = [Case(When(Q(**{f"{rank}__gt": 0}), then=F(rank) + 100), default=0) for rank in ranks]
    total: Any = reduce(operator.add, worth)
    return found.annotate(total=total).order_by("-total", "entry_id").values_list("entry_id", flat=True)[:_MOST]


def _groups(
    terms: Sequence[Term],
    *,
    language: str,
    clock: datetime,
    closed: Sequence[str],
    kind: SearchKind | None,
    shown: int,
    all_words: bool = True,
) -> list[Group]:
    keys = list(_ranked(terms, language, all_words=all_words))
    if not keys:
        return []
    on_sale = Q(page__tourpage__isnull=True) | Q(page__tourpage__tour__status=TourStatus.ACTIVE)
    entries = SearchEntry.objects.filter(on_sale, pk__in=keys, page__live=True).select_related("page")
    if kind is not None:
        entries = entries.filter(kind=kind)
    by_kind: dict[str, list[SearchEntry]] = {}
    order = {pk: rank for rank, pk in enumerate(keys)}
    for entry in sorted(entries, key=lambda one: order[one.pk]):
        if not entry.page.path.startswith(tuple(closed)) and _is_shown(entry.shown, clock, language):
            by_kind.setdefault(entry.kind, []).append(entry)
    return [
        Group(one, [_hit(entry, terms) for entry in by_kind[one][:shown]], len(by_kind[one]))
        for one in SearchKind
        if one in by_kind
    ]


def _hit(entry: SearchEntry, terms: Sequence[Term]) -> Hit:
    return Hit(SearchKind(entry.kind), entry.page, entry.part, marked(entry.title, terms), snippet(entry.text, terms))


def _is_shown(raw: dict[str, Any], clock: datetime, language: str) -> bool:
    if not raw:
        return True
    first_day, last_day = (
        date.fromisoformat(day) if day else None for day in (raw.get("first_day"), raw.get("last_day"))
    )
    begins, ends = (time.fromisoformat(turn) if turn else None for turn in (raw.get("begins"), raw.get("ends")))
    rules = Visibility(
        first_day,
        last_day,
        begins,
        ends,
        frozenset(map(int, raw.get("weekdays", ()))),
        frozenset(raw.get("languages", ())),
    )
    return rules.shows(clock, language=language)


def _meant(terms: Sequence[Term], language: str) -> list[Term]:
    """The terms, those that no word begins with as the most alike word; one query, none where all are too short."""
    doubtful = [term for term in terms if len(term.word) >= SHORTEST_FORGIVEN]
    if not doubtful:
        return list(terms)
    near = [Q(word__in=sorted(slips(term.word))) | _begins(term.word[:2]) for term in doubtful]
    counted = SearchWord.objects.filter(_any(near), language=language).order_by().values("word")
    known: dict[str, int] = dict(counted.annotate(often=Count("pk")).values_list("word", "often"))
    meant = []
    for term in terms:
        is_known = term not in doubtful or any(word.startswith(term.start) for word in known)
        other = "" if is_known else nearest(term.word, known)
        meant.append(Term(other, other) if other else term)
    return meant
