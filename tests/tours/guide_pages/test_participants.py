import pytest
from django.urls import reverse

from tenancy.enums import Role
from tests.tours.guide_pages.meeting_point import book, people, shown


def people_form(booking, **changes):
    found = people(booking)
    data = {f"person-{person.pk}-name": person.name for person in found}
    first = {f"person-{found[0].pk}-{name}": value for name, value in changes.items()}
    return {"special_needs": "A dog", **data, **first}


def test_staff_write_down_who_comes(harbour, member_client, own):
    booking = book(own, "", "")
    url = reverse("bookings:people", args=[booking.pk])
    manager = member_client(harbour, Role.MANAGER)
    changes = {
        "name": "Zoë",
        "needs": "Wheelchair",
        "diet": "Vegan",
        "emergency_name": "Ole",
        "emergency_phone": "+49 40 12345678",
    }
    assert manager.post(url, people_form(booking, **changes)).status_code == 302
    assert [(p.name, p.needs, p.diet, p.emergency_name, str(p.emergency_phone)) for p in people(booking)] == [
        ("Zoë", "Wheelchair", "Vegan", "Ole", "+494012345678"),
        ("", "", "", "", ""),
    ]
    page = shown(manager.get(reverse("bookings:inspect", args=[booking.pk])))
    for part in ("Zoë (Adult)", "Wheelchair", "Vegan", "Ole +494012345678", "A dog", url):
        assert part in page


def test_wrong_number_is_said_and_nothing_is_lost(harbour, member_client, own):
    booking = book(own, "")
    url = reverse("bookings:people", args=[booking.pk])
    changes = {"name": "Zoë", "emergency_phone": "12"}
    answer = member_client(harbour, Role.MANAGER).post(url, people_form(booking, **changes))
    assert "Enter a valid phone number" in shown(answer)
    assert 'value="Zoë"' in shown(answer)
    assert [person.name for person in people(booking)] == [""]


def test_people_of_another_booking_are_not_written(harbour, member_client, own):
    booking, other = book(own, "Ida"), book(own, "Ole")
    url = reverse("bookings:people", args=[booking.pk])
    assert member_client(harbour, Role.MANAGER).post(url, people_form(other, name="Mine")).status_code == 302
    assert [person.name for person in [*people(booking), *people(other)]] == ["Ida", "Ole"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_people_are_written_down_by_managers(harbour, member_client, own, role):
    booking = book(own, "Ida")
    other = member_client(harbour, role)
    url = reverse("bookings:people", args=[booking.pk])
    assert [other.get(url).status_code, other.post(url, people_form(booking)).status_code] == [302, 302]
