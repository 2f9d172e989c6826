"""Verbs that find the links guests see, and look whether they work."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet

from cms.enums import LinkKind, LinkProblem
from cms.models import FoundLink
from cms.queries.links import Link, link_holders, links_in, links_of
from cms.rules import host_of, next_check, problem_of, spread
from tenancy.gateways.fetch import FetchFailed, FetchNotTried, FetchRefused, probe

# Who asks for an address has so long to say how it went, before somebody else asks.
CLAIM: Final = timedelta(minutes=30)
# What was asked so short a time ago is not asked again because somebody wishes it.
JUST_NOW: Final = timedelta(minutes=10)
# Addresses that one job asks: at most ten seconds each.
AT_ONCE: Final = 20
# Between two questions to one host, in seconds.
PAUSE: Final = 1.0


@transaction.atomic
def note_links(holder: Model, *, now: datetime) -> None:
    """Write down the links that stand in something now; of those that did before what is known is kept."""
    wanted = dict.fromkeys(links_of(holder))
    gone = []
    for row in links_in(holder):
        link = Link(LinkKind(row.kind), row.target, row.url, row.part, row.words)
        if link in wanted:
            del wanted[link]
        else:
            gone.append(row.pk)
    if gone:
        FoundLink.objects.filter(pk__in=gone).delete()
    kind = ContentType.objects.get_for_model(holder)
    FoundLink.objects.bulk_create(
        FoundLink(
            holder_type=kind,
            holder_id=holder.pk,
            kind=link.kind,
            target=link.target,
            url=link.url,
            part=link.part,
            words=link.words,
            next_check_at=now if link.kind == LinkKind.ADDRESS else None,
        )
        for link in wanted
    )


def forget_links(holder: Model) -> None:
    """Forget the links in something that guests do not see any more."""
    links_in(holder).delete()


def find_links(*, now: datetime) -> None:
    """Write down all links that stand in what guests of the organization in scope see."""
    seen: dict[int, set[int]] = {}
    for holder in link_holders():
        note_links(holder, now=now)
        seen.setdefault(ContentType.objects.get_for_model(holder).pk, set()).add(holder.pk)
    for pk, kind, holder_id in FoundLink.objects.values_list("pk", "holder_type", "holder_id"):
        if holder_id not in seen.get(kind, ()):
            FoundLink.objects.filter(pk=pk).delete()


def look_again(*, now: datetime) -> None:
    """Let all addresses of other sites be asked now, but for those that were a moment ago: nobody is asked in vain."""
    watched = FoundLink.objects.filter(kind=LinkKind.ADDRESS, is_ignored=False)
    watched.exclude(checked_at__gt=now - JUST_NOW).update(next_check_at=now)


def ignore_link(link: FoundLink, *, ignored: bool) -> None:
    """Say that a link is right as it is, or not any more."""
    FoundLink.objects.filter(pk=link.pk).update(is_ignored=ignored)


def check_due_links(*, now: datetime, pause: float = PAUSE) -> bool:
    """Ask some addresses of other sites that are due, politely; return whether more are."""
    last_host = ""
    for url in spread(_claim(now)):
        host = host_of(url)
        if host == last_host:
            time.sleep(pause)
        last_host = host
        _note_answer(url, _ask(url), now=now)
    return _due(now).exists()


def _due(now: datetime) -> QuerySet[FoundLink]:
    return FoundLink.objects.filter(kind=LinkKind.ADDRESS, is_ignored=False, next_check_at__lte=now)


@transaction.atomic
def _claim(now: datetime) -> Iterator[str]:
    rows = _due(now).select_for_update(skip_locked=True).order_by("next_check_at", "pk")[: AT_ONCE * 5]
    urls = list(dict.fromkeys(row.url for row in rows))[:AT_ONCE]
    _due(now).filter(url__in=urls).update(next_check_at=now + CLAIM)
    return iter(urls)


def _ask(url: str) -> LinkProblem:
    try:
        return problem_of(probe(url))
    except FetchNotTried:
        return LinkProblem.NONE
    except FetchRefused:
        return LinkProblem.UNREACHABLE
    except FetchFailed:
        return LinkProblem.SILENT


@transaction.atomic
def _note_answer(url: str, problem: LinkProblem, *, now: datetime) -> None:
    rows = list(FoundLink.objects.select_for_update(no_key=True).filter(url=url, kind=LinkKind.ADDRESS).order_by("pk"))
    failures = max((row.failures for row in rows), default=0) + 1 if problem else 0
    for row in rows:
        row.failures, row.problem, row.checked_at = failures, problem.value, now
        row.next_check_at = next_check(failures, now=now)
    FoundLink.objects.bulk_update(rows, ["failures", "problem", "checked_at", "next_check_at"])
