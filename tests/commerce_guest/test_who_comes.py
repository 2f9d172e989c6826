"""What a tour asks of each person is asked at the checkout."""

import pytest

from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import add_to_cart, checkout_data, orders
from tours.enums import Asked
from tours.models import Participant, Tour

pytestmark = pytest.mark.django_db


def ask(harbour, **details):
    with organization_scope(harbour.pk):
        Tour.objects.update(**{f"ask_{name}": how for name, how in details.items()})


def told(offer, **answers):
    return {f"who-{offer.morning.public_id.hex}-{name}": value for name, value in answers.items()}


def people(harbour):
    with organization_scope(harbour.pk):
        rows = Participant.objects.order_by("pk")
        return [
            (one.tier_name, one.name, one.age, one.diet, one.emergency_name, str(one.emergency_phone or ""))
            for one in rows
        ]


def test_only_what_the_tour_wants_is_asked(guest, offer, harbour):
    ask(harbour, name=Asked.REQUIRED, diet=Asked.OPTIONAL)
    add_to_cart(guest, offer, adults=1, children=1)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    context = guest.get("/checkout/").context
    assert [[(list(form.fields), form.person.tier_name) for form in forms] for _line, forms in context["parties"]] == [
        [(["name", "diet"], "Adult"), (["name", "diet"], "Child")],
        [(["name", "diet"], "Adult")],
    ]
    assert context["must_tell"] is True


def test_nothing_is_asked_where_the_tour_does_not_want_it(guest, offer):
    add_to_cart(guest, offer)
    assert guest.get("/checkout/").context["parties"] == []


def test_answers_are_kept_with_the_people(guest, offer, harbour):
    ask(harbour, name=Asked.REQUIRED, age=Asked.OPTIONAL, diet=Asked.OPTIONAL, emergency=Asked.REQUIRED)
    add_to_cart(guest, offer, adults=1, children=1)
    answers = told(
        offer,
        **{
            "0-name": "Grete",
            "0-emergency_name": "Ole",
            "0-emergency_phone": "040 1234567",
            "1-name": "Zoë",
            "1-age": "8",
            "1-diet": "No nuts",
        },
    )
    assert guest.post("/checkout/", {**checkout_data(guest), **answers}).status_code == 302
    assert people(harbour) == [
        ("Adult", "Grete", None, "", "Ole", "+49401234567"),
        ("Child", "Zoë", 8, "No nuts", "", ""),
    ]


def test_missing_answers_are_told_one_by_one_and_nothing_is_lost(guest, offer, harbour):
    ask(harbour, name=Asked.REQUIRED, age=Asked.REQUIRED, emergency=Asked.REQUIRED)
    add_to_cart(guest, offer, adults=1, children=1)
    response = guest.post("/checkout/", {**checkout_data(guest), **told(offer, **{"0-name": "Grete", "0-age": "x"})})
    (_line, (first, second)) = response.context["parties"][0]
    assert (response.status_code, orders(harbour), first["name"].value()) == (422, [], "Grete")
    assert [[field.name for field, _error in form.visible_errors] for form in (first, second)] == [
        ["age", "emergency_name", "emergency_phone"],
        ["name", "age"],
    ]
    page = response.content.decode()
    assert page.count('role="alert" id="errors"') == 1
    assert f'href="#{second["age"].id_for_label}">Age on the day (Child)</a>' in page
