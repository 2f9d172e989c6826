import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from cms import page_cache
from commerce.models import CancellationPolicy
from tenancy.scope import organization_scope
from tests.commerce.factories import tax_of
from tests.factories import TierFactory, TourFactory
from tests.tours.price_rules import make_early_bird, make_group, make_season
from tours.models import PricingTier

PATH = "harbour.localhost/about/"


def fetch(organization, *, path: str = PATH, accepts_gzip: bool = False, etag: str = "") -> page_cache.Lookup:
    return page_cache.fetch(organization.pk, path, accepts_gzip=accepts_gzip, etag=etag)


def store(organization, text: str, *, generation: bytes | None) -> HttpResponse:
    response = HttpResponse(text, headers={"Content-Language": "en"})
    page_cache.store(organization.pk, PATH, response, generation=generation)
    return response


def test_page_is_found_as_it_was_stored(harbour):
    made = store(harbour, "Ahoi", generation=None)
    found = fetch(harbour).response
    assert (found.content, found["Content-Language"], found["ETag"]) == (b"Ahoi", "en", made["ETag"])
    assert (found["Cache-Control"], found["Vary"], found["X-Cache"]) == ("no-cache", "Accept-Encoding", "hit")
    assert fetch(harbour, accepts_gzip=True).response["Content-Encoding"] == "gzip"
    assert fetch(harbour, etag=made["ETag"]).response.status_code == 304
    assert fetch(harbour, path="harbour.localhost/other/").response is None


def test_page_of_an_earlier_generation_is_not_stored(harbour):
    _nothing, before = fetch(harbour)
    page_cache._forget(harbour.pk)
    store(harbour, "before", generation=before)
    found, generation = fetch(harbour)
    assert (found, len(generation)) == (None, 16)
    store(harbour, "after", generation=generation)
    assert fetch(harbour).response.content == b"after"


def test_each_change_begins_a_generation(harbour):
    generations = set()
    for _time in range(3):
        page_cache._forget(harbour.pk)
        generations.add(fetch(harbour).generation)
    assert len(generations) == 3


def test_stored_page_ends_by_itself(harbour):
    store(harbour, "Ahoi", generation=None)
    with time_machine.travel(timezone.now() + timedelta(seconds=page_cache.LIFETIME_SECONDS + 1)):
        assert fetch(harbour).response is None


def test_one_organization_forgets_its_own_pages_only(harbour, kyoto):
    for organization in (harbour, kyoto):
        store(organization, organization.name, generation=None)
    page_cache._forget(harbour.pk)
    assert fetch(harbour).response is None
    assert fetch(kyoto).response.content == b"Kyoto Trails"


@pytest.mark.django_db(transaction=True)
def test_pages_are_forgotten_once_the_change_is_there(harbour):
    store(harbour, "before", generation=fetch(harbour).generation)
    with organization_scope(harbour.pk):
        with transaction.atomic():
            page_cache.forget_pages()
            assert fetch(harbour).response.content == b"before"
        assert fetch(harbour).response is None


def test_site_works_without_redis(harbour, settings):
    page_cache._client.cache_clear()
    page_cache._own.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        store(harbour, "Ahoi", generation=None)
        page_cache._forget(harbour.pk)
        assert fetch(harbour) == (None, None)
    finally:
        page_cache._client.cache_clear()
        page_cache._own.cache_clear()


def test_page_is_found_after_the_server_closed_the_connection(harbour):
    store(harbour, "Ahoi", generation=None)
    before = page_cache._ask("CLIENT", "ID")
    page_cache._client().client_kill_filter(_id=before)
    assert fetch(harbour).response.content == b"Ahoi"
    assert page_cache._ask("CLIENT", "ID") != before


def test_pages_asked_for_at_once_are_not_mixed_up(harbour):
    texts = [f"Page {number}" for number in range(8)]
    for text in texts:
        page_cache.store(harbour.pk, text, HttpResponse(text), generation=None)
    together = threading.Barrier(len(texts))

    def ask(text: str) -> set[bytes]:
        together.wait(30)
        return {fetch(harbour, path=text).response.content for _time in range(50)}

    with ThreadPoolExecutor(len(texts)) as pool:
        assert list(pool.map(ask, texts)) == [{text.encode()} for text in texts]


def make_policy() -> CancellationPolicy:
    return CancellationPolicy.objects.create(name="Flexible", steps=[{"hours": 24, "percent": 100}])


def make_tier() -> PricingTier:
    return TierFactory(tour=TourFactory())


@pytest.mark.parametrize("make", [make_season, make_early_bird, make_group, tax_of, make_policy, make_tier])
def test_pages_with_prices_are_forgotten_when_a_rule_comes_changes_or_goes(
    harbour, django_capture_on_commit_callbacks, make
):
    def is_forgotten(change: Callable[[], Any]) -> bool:
        store(harbour, "before", generation=fetch(harbour).generation)
        with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
            change()
        return fetch(harbour).response is None

    made = []
    assert is_forgotten(lambda: made.append(make()))
    assert [is_forgotten(made[0].save), is_forgotten(made[0].delete)] == [True, True]
