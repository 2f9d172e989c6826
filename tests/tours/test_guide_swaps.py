import datetime as dt

import pytest
from django.urls import reverse

from crm.models import Message
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel
from tours import operations, queries
from tours.models import GuideAssignment, GuideSettings, GuideSwap, GuideTimeOff
from tours.operations import AssignmentRefused

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def account(harbour):
    return make_member(harbour, Role.GUIDE, "piet@harbour.example")


@pytest.fixture
def piet(harbour, account):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Piet", user=account)


@pytest.fixture
def maike(harbour):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Maike", email="maike@example.com")


@pytest.fixture
def led(harbour, piet):
    """What Piet leads."""
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Old town")))
        operations.assign_guides(schedule, guides=[piet])
        return GuideAssignment.objects.get()


def offer(led, **options):
    return operations.offer_swap(led, now=NOW, actor=None, **options)


def take(swap, guide):
    return operations.take_swap(swap, guide=guide, now=NOW, actor=None)


def leaders(led):
    return [guide.name for guide in queries.guides_of(led.schedule)]


def sent():
    return list(Message.objects.order_by("pk").values_list("kind", "recipient"))


def refusal(act):
    with pytest.raises(AssignmentRefused) as refused:
        act()
    return str(refused.value)


def test_swap_from_offer_to_consent(in_harbour, led, maike):
    swap = offer(led, reason="A wedding")
    assert leaders(led) == ["Piet"]
    for _turn in range(2):
        assert take(swap, maike).status == "taken"
    assert leaders(led) == ["Piet"]
    swap.refresh_from_db()
    done = operations.consent_to_swap(swap, now=NOW, actor=None)
    assert (done.status, done.decided_at) == ("done", NOW)
    assert leaders(led) == ["Maike"]
    assert sent() == [
        ("guide_assigned", "piet@harbour.example"),
        ("swap_offered", "maike@example.com"),
        ("swap_taken", "hello@harbour.example"),
        ("guide_released", "piet@harbour.example"),
        ("guide_assigned", "maike@example.com"),
    ]
    assert refusal(lambda: operations.refuse_swap(swap, now=NOW, actor=None)) == "This swap has been decided already."


def test_swap_needs_no_consent_where_the_organization_says_so_and_nothing_warns(in_harbour, led, maike):
    GuideSettings.objects.create(swap_needs_consent=False)
    assert take(offer(led, wanted=maike), maike).status == "done"
    assert leaders(led) == ["Maike"]


def test_what_warns_is_always_for_the_team(in_harbour, led, maike):
    GuideSettings.objects.create(swap_needs_consent=False)
    maike.max_hours_per_day = 1
    maike.save()
    assert take(offer(led), maike).status == "taken"
    assert leaders(led) == ["Piet"]


def test_refused_and_withdrawn_swaps_change_nothing(in_harbour, led, maike):
    swap = offer(led)
    take(swap, maike)
    assert operations.refuse_swap(swap, now=NOW, actor=None).status == "refused"
    assert sent()[-1] == ("guide_refused", "piet@harbour.example")
    again = offer(led)
    assert operations.withdraw_swap(again, now=NOW, actor=None).status == "withdrawn"
    assert refusal(lambda: take(again, maike)) == "This departure is not offered any more."
    assert leaders(led) == ["Piet"]


def test_offers_that_cannot_be(in_harbour, led, maike, time_machine):
    GuideTimeOff.objects.create(guide=maike, first_day=dt.date(2031, 6, 1), last_day=dt.date(2031, 6, 3))
    assert refusal(lambda: offer(led, wanted=maike)) == "Maike cannot lead this departure."
    assert refusal(lambda: offer(led)) == "No other guide can lead this departure. Please call the team."
    GuideTimeOff.objects.all().delete()
    swap = offer(led)
    assert refusal(lambda: offer(led)) == "This departure is offered already."
    assert refusal(lambda: take(swap, led.guide)) == "This departure is not offered to you."
    other = make_schedule(start_time=dt.time(11))
    operations.assign_guides(other, guides=[maike])
    assert refusal(lambda: take(swap, maike)) == (
        f"Maike leads another departure at that time: {other.tour}, Mon 2 Jun 2031, 11:00."
    )
    begun = led.schedule.starts_at
    assert refusal(lambda: operations.take_swap(swap, guide=maike, now=begun, actor=None)) == (
        "This departure has begun or is cancelled."
    )


def test_taker_who_cannot_any_more_is_told_to_the_team(in_harbour, led, maike):
    swap = take(offer(led), maike)
    operations.assign_guides(make_schedule(start_time=dt.time(11)), guides=[maike])
    assert "Maike leads another departure" in refusal(lambda: operations.consent_to_swap(swap, now=NOW, actor=None))
    assert leaders(led) == ["Piet"]


@pytest.mark.django_db(transaction=True)
def test_many_takers_at_once_and_one_gets_it(harbour, led):
    with organization_scope(harbour.pk):
        others = [GuideFactory(name=f"Guide {number}") for number in range(4)]
        GuideSettings.objects.create(swap_needs_consent=False)
        swap = offer(led)
    results = in_parallel(harbour, 4, lambda number: take(swap, others[number]))
    assert [isinstance(result, GuideSwap) for result in results].count(True) == 1
    assert [isinstance(result, AssignmentRefused) for result in results].count(True) == 3
    with organization_scope(harbour.pk):
        assert GuideAssignment.objects.count() == 1
        assert GuideSwap.objects.get().taker == GuideAssignment.objects.get().guide


# Pages


def test_guide_hands_over_on_the_own_page_and_another_takes_by_the_link(harbour, member_client, account, led, maike):
    client = client_for(harbour, account)
    url = reverse("swaps:offer", args=[led.schedule_id])
    assert url in client.get(reverse("schedules:inspect", args=[led.schedule_id])).content.decode()
    page = client.get(url)
    with organization_scope(harbour.pk):
        assert [str(label) for _key, label in page.context["form"].fields["wanted"].choices] == ["Whoever can", "Maike"]
    answer = client.post(url, {"wanted": maike.pk, "reason": "A wedding"}, follow=True)
    assert "You lead it until somebody takes it over." in answer.content.decode()
    with organization_scope(harbour.pk):
        swap = GuideSwap.objects.get()
        link = reverse("guide_swap", args=[queries.swap_token(swap, maike)])
        assert link in Message.objects.get(kind="swap_offered").text
    guest = client_for(harbour)
    assert "A wedding" in guest.get(link).content.decode()
    assert "The team is asked" in guest.post(link, follow=True).content.decode()
    manager = member_client(harbour, Role.MANAGER)
    assert "Piet → Maike" in manager.get(reverse("swaps:index")).content.decode()
    assert manager.post(reverse("swaps:consent", args=[swap.pk])).status_code == 302
    assert "you lead this departure now" in guest.get(link).content.decode()
    with organization_scope(harbour.pk):
        assert leaders(led) == ["Maike"]
    assert client.get(reverse("schedules:inspect", args=[led.schedule_id])).status_code == 404


def test_guide_decides_nothing_for_the_team(harbour, account, led, maike):
    with organization_scope(harbour.pk):
        swap = take(offer(led), maike)
    client = client_for(harbour, account)
    for verb in ("consent", "refuse", "take"):
        client.post(reverse(f"swaps:{verb}", args=[swap.pk]))
    with organization_scope(harbour.pk):
        assert GuideSwap.objects.get().status == "taken"
        assert leaders(led) == ["Piet"]
    client.post(reverse("swaps:withdraw", args=[swap.pk]))
    with organization_scope(harbour.pk):
        assert GuideSwap.objects.get().status == "withdrawn"


def test_guide_sees_the_swaps_that_concern_them(harbour, account, led, maike):
    with organization_scope(harbour.pk):
        third = GuideFactory(name="Third", email="third@example.com")
        mine = offer(led)
        far = make_schedule(date=dt.date(2031, 7, 1))
        operations.assign_guides(far, guides=[maike])
        for_third = offer(GuideAssignment.objects.get(guide=maike), wanted=third)
    client = client_for(harbour, account)
    rows = client.get(reverse("swaps:index")).context["rows"]
    assert [row["swap"].pk for row in rows] == [mine.pk]
    assert client.post(reverse("swaps:take", args=[for_third.pk])).status_code == 404


def test_swaps_of_another_organization_do_not_exist(harbour, kyoto, member_client, led, maike):
    with organization_scope(harbour.pk):
        swap = offer(led)
        link = reverse("guide_swap", args=[queries.swap_token(swap, maike)])
    owner = member_client(kyoto, Role.OWNER)
    assert owner.post(reverse("swaps:refuse", args=[swap.pk])).status_code == 404
    assert owner.get(reverse("swaps:offer", args=[led.schedule_id])).status_code == 404
    assert client_for(kyoto).get(link).status_code == 404
    assert list(owner.get(reverse("swaps:index")).context["rows"]) == []
