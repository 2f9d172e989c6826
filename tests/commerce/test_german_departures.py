"""A departure that is cancelled or moved: a German guest reads about it, and chooses, without a word of English of ours."""

from urllib.parse import urlsplit

import pytest
import time_machine

from commerce import queries
from commerce.operations import Contact, end_choice, take_alternative
from crm.models import Message
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, tier_of
from tests.commerce.test_departures import AFTER, LATER, TWO, cancelled, moved, paid_order
from tests.factories import VariantFactory, make_schedule
from tests.fixtures import client_for
from tests.german import english


@pytest.fixture
def guest(harbour):
    with time_machine.travel(NOW, tick=False):
        yield client_for(harbour)


@pytest.fixture
def departures(guest, harbour):
    """A departure of a German tour, one the day after, and the orders of two guests who have paid for the first."""
    with organization_scope(harbour.pk):
        variant = VariantFactory(name="Kleine Gruppe", tour__name="Hafenrundgang")
        first, other = make_schedule(variant), make_schedule(variant, date=TWO)
        tier_of(first, name="Erwachsene")
        contacts = [Contact("Ole", "Petersen", f"ole{number}@example.com", language="de") for number in (1, 2)]
        return first, other, [paid_order(first, contact=contact) for contact in contacts]


def pages_of(guest, harbour, choices) -> dict[str, str]:
    """The page of each order and that on which its guest chooses."""
    with organization_scope(harbour.pk):
        addresses = [queries.choice_url(choice, choice.order, harbour) for choice in choices]
    paths = [urlsplit(address).path for address in addresses]
    paths += [path.partition("choices/")[0] for path in paths]
    return {path: guest.get(path).content.decode() for path in paths}


def english_in(pages: dict[str, str], harbour) -> list[tuple[str, str]]:
    """What is English on the pages and in all that was written to guests."""
    with organization_scope(harbour.pk):
        written = {f"{message.kind}: {message.subject}": message for message in Message.objects.all()}
    texts = {name: "<br>".join([message.subject, *message.text.splitlines()]) for name, message in written.items()}
    return [
        (name, text)
        for shown in (pages, texts, {name: message.html for name, message in written.items()})
        for name, page in shown.items()
        for text in english(page)
    ]


def test_cancelled_departure_in_german(guest, departures, harbour):
    first, other, orders = departures
    with organization_scope(harbour.pk):
        taken, silent = cancelled(first, orders, other)
    pages = {f"{name}, waiting": page for name, page in pages_of(guest, harbour, [taken]).items()}
    with organization_scope(harbour.pk):
        take_alternative(taken, schedule=other, now=LATER)
        end_choice(silent.pk, now=AFTER)
    pages |= pages_of(guest, harbour, [taken, silent])
    assert english_in(pages, harbour) == []
    with organization_scope(harbour.pk):
        kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"departure_cancelled", "departure_rebooked", "departure_given_back"} <= kinds


def test_moved_departure_in_german(guest, departures, harbour):
    first, other, orders = departures
    with organization_scope(harbour.pk):
        waiting, kept = moved(first, orders, other)
        end_choice(kept.pk, now=AFTER)
    pages = pages_of(guest, harbour, [waiting, kept])
    assert english_in(pages, harbour) == []
    assert "Ihr Termin hat eine neue Zeit" in next(iter(pages.values()))


def test_variants_are_called_as_the_guest_calls_them(guest, harbour):
    with organization_scope(harbour.pk):
        first = make_schedule(VariantFactory(name="Small group"))
        evening = VariantFactory(tour=first.tour, name="Evening", name_translations={"de": "Abend"})
        order = paid_order(first, contact=Contact("Ole", "Petersen", "ole@example.com", language="de"))
        (choice,) = cancelled(first, [order], make_schedule(evening, date=TWO))
        address = urlsplit(queries.choice_url(choice, order, harbour)).path
    page = guest.get(address).content.decode()
    assert ('<span class="muted">Abend</span>' in page, "Evening" in page) == (True, False)
