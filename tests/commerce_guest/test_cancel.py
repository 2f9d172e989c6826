import pytest
from django.test import Client

from commerce.models import Cancellation, CancellationPolicy, Order
from crm.models import Message
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.commerce_guest.conftest import orders
from tests.commerce_guest.test_orders import pay, place
from tests.factories import make_schedule
from tours.models import Participant, Schedule

pytestmark = pytest.mark.django_db
WORDS = "Until 100 days before the start: everything back. Until 1 hour before the start: 50% back. After that: nothing back."


@pytest.fixture
def bought(guest, offer, harbour) -> Order:
    """Two adults and a child, paid, who agreed to a policy."""
    with organization_scope(harbour.pk):
        steps = [{"hours": 2400, "percent": 100}, {"hours": 1, "percent": 50}]
        CancellationPolicy.objects.create(name="Flexible", is_default=True, steps=steps)
    place(guest, offer)
    (order,) = orders(harbour)
    pay(order, harbour)
    return order


def people(order: Order) -> list[int]:
    with organization_scope(order.organization_id):
        found = Participant.objects.filter(booking__order_lines__order=order).distinct().order_by("pk")
        return list(found.values_list("pk", flat=True))


def confirm(guest: Client, order: Order, chosen: list[int], **extra: object):
    """Look at what comes back, and send what the page that says so would send."""
    url = f"/order/{order.secret}/cancel/"
    page = guest.get(url, {"people": chosen})
    preview = page.context["preview"]
    return guest.post(url, {"people": page.context["chosen"], "expected": preview.shown, **extra})


def test_policy_is_read_before_and_after_buying(guest, bought):
    page = guest.get(f"/order/{bought.secret}/")
    (visit,) = page.context["visits"]
    assert visit.policy == WORDS
    assert visit.cancel_url.startswith(f"/order/{bought.secret}/cancel/?booking=")
    offered = guest.get(visit.cancel_url).context["offered"]
    assert [[(name, chosen) for _pk, name, chosen in found] for _booking, found in offered] == [
        [("Adult 1", True), ("Adult 2", True), ("Child", True)]
    ]


def test_deadlines_are_on_the_clock_at_the_departure(guest, bought):
    page = guest.get(f"/order/{bought.secret}/cancel/").content.decode()
    # An hour before ten o'clock in Berlin, which is seven o'clock UTC in summer.
    assert "until 2 Jun 2031, 09:00: 50% back" in page


def test_one_person_gives_up_and_reads_what_comes_back(guest, offer, bought, harbour):
    adult, other, child = people(bought)
    answer = confirm(guest, bought, [adult])
    assert (answer.status_code, answer.url) == (302, f"/order/{bought.secret}/?cancelled=1")
    with organization_scope(harbour.pk):
        row = Cancellation.objects.get()
        assert (row.value_minor, row.fee_minor, row.back_minor) == (2500, 1250, 1250)
        assert Schedule.objects.get(pk=offer.morning.pk).booked_count == 2
    assert people(bought) == [other, child]
    assert "We have sent you an e-mail" in guest.get(answer.url).content.decode()


def test_all_people_cancel_the_order(guest, bought, harbour):
    confirm(guest, bought, people(bought))
    with organization_scope(harbour.pk):
        bought.refresh_from_db()
        assert (bought.status, Cancellation.objects.get().is_whole) == ("cancelled", True)
    page = guest.get(f"/order/{bought.secret}/cancel/")
    assert "There is nothing to cancel any more." in page.content.decode()


def test_guest_is_told_by_one_email(guest, bought, harbour, run_jobs, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        confirm(guest, bought, people(bought)[:1])
    run_jobs()
    with organization_scope(harbour.pk):
        (mail,) = Message.objects.all()
    lead = (
        "These places are cancelled: 1 × Adult (Harbour walk · Small group). As agreed when you booked, €12.50 of their "
        "price are kept. We are paying €12.50 back to you, the way you paid. Your bank may take some days."
    )
    assert (mail.kind, lead in mail.text, WORDS in mail.text) == ("places_cancelled", True, True)


@pytest.mark.parametrize("sent", [{"people": []}, {"people": ["x"]}, {"people": [999999999]}])
def test_bad_choice_is_refused(guest, bought, sent):
    answer = guest.post(f"/order/{bought.secret}/cancel/", {**sent, "expected": "0:0:0"})
    assert (answer.status_code, answer.context["preview"]) == (409, None)
    assert answer.context["notice"] in (
        "Choose who does not come.",
        "This booking has just been changed. Please look at it again.",
    )


@pytest.mark.parametrize("expected", ["", "abc", "1250", "2500:0:0", "1250:0:0"])
def test_tampered_amount_is_refused_and_the_right_one_shown(guest, bought, harbour, expected):
    answer = guest.post(f"/order/{bought.secret}/cancel/", {"people": people(bought)[:1], "expected": expected})
    assert (answer.status_code, answer.context["preview"].back_minor) == (409, 1250)
    with organization_scope(harbour.pk):
        assert not Cancellation.objects.exists()


def test_deadline_that_passes_between_look_and_click_is_told(guest, bought, clock, offer):
    chosen = people(bought)[:1]
    clock.move_to(offer.morning.starts_at)
    answer = guest.post(f"/order/{bought.secret}/cancel/", {"people": chosen, "expected": "1250:1250:0"})
    assert answer.status_code == 409
    assert "This departure has left." in answer.content.decode()


def test_people_of_another_order_cannot_be_given_up(guest, bought, harbour):
    with organization_scope(harbour.pk):
        other = order_of(make_schedule())
    answer = guest.post(f"/order/{bought.secret}/cancel/", {"people": people(other), "expected": "0:0:0"})
    assert answer.status_code == 409
    assert len(people(other)) == 2


def test_order_without_a_policy_asks_to_get_in_touch(guest, offer, harbour):
    place(guest, offer)
    (order,) = orders(harbour)
    pay(order, harbour)
    assert guest.get(f"/order/{order.secret}/").context["visits"][0].cancel_url == ""
    page = guest.get(f"/order/{order.secret}/cancel/")
    assert "Please ask us if you would like to cancel." in page.content.decode()
