import datetime as dt

import pytest

from tenancy.scope import every_organization
from tests.factories import GuideFactory
from tests.tours.guide_planning.planning import DAY, NOW, put, sent
from tours import operations, queries
from tours.models import (
    Certification,
    Guide,
    GuideAssignment,
    GuideCertification,
    GuideSettings,
    GuideTimeOff,
)
from tours.operations import AssignmentRefused


def test_asking_writes_to_the_guide_and_reminds_once(in_harbour, schedule, piet, manager):
    asked = operations.ask_guide(schedule, guide=piet, now=NOW, actor=manager)
    put("ask_guide", schedule, piet)
    assert (asked.status, asked.asked_at, asked.asked_by) == ("pending", NOW, manager)
    with every_organization():
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=23)) == []
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=24)) == [(asked.pk, in_harbour.pk)]
    later = NOW + dt.timedelta(hours=25)
    for _turn in range(2):
        operations.remind_guide(asked.pk, now=later)
    with every_organization():
        assert queries.due_reminders(now=later) == []
    assert sent() == [
        ("guide_asked", "piet@example.com", "Can you lead Old town on Mon 2 Jun 2031, 10:00?"),
        ("guide_asked_again", "piet@example.com", "Please answer: can you lead Old town on Mon 2 Jun 2031, 10:00?"),
    ]


def test_sweep_minds_the_hours_of_each_organization(in_harbour, schedule, piet):
    GuideSettings.objects.create(reminder_hours=2)
    asked = put("ask_guide", schedule, piet)
    with every_organization():
        assert queries.due_reminders(now=NOW + dt.timedelta(hours=2)) == [(asked.pk, in_harbour.pk)]


def test_reminder_that_comes_too_late_says_nothing(in_harbour, schedule, piet):
    asked = put("ask_guide", schedule, piet)
    operations.confirm_assignment(asked, actor=None)
    operations.remind_guide(asked.pk, now=NOW + dt.timedelta(days=2))
    assert [kind for kind, _to, _subject in sent()] == ["guide_asked"]


def test_guide_without_any_address_cannot_be_asked_but_put_down(in_harbour, schedule):
    nobody = GuideFactory(name="Nobody")
    with pytest.raises(AssignmentRefused) as refused:
        put("ask_guide", schedule, nobody)
    assert str(refused.value) == "Nobody has neither an e-mail address nor an account, and cannot be asked."
    assert put("assign_guide", schedule, nobody).status == "confirmed"
    assert sent() == []


def test_what_warns_needs_a_reason(in_harbour, schedule, piet):
    piet.max_hours_per_day = 1
    piet.save()
    with pytest.raises(AssignmentRefused) as refused:
        put("assign_guide", schedule, piet, override_reason="  ")
    assert str(refused.value) == (
        "Piet would lead 1.5 hours that day; the limit is 1. Give a reason to decide otherwise."
    )
    assert put("assign_guide", schedule, piet, override_reason="Only today").override_reason == "Only today"


@pytest.mark.parametrize("verb", ["ask_guide", "assign_guide"])
def test_what_nobody_can_change_is_refused_whatever_the_reason(in_harbour, schedule, piet, tour, verb):
    licence = Certification.objects.create(name="City licence")
    tour.required_certification = licence
    tour.save()
    held = GuideCertification.objects.create(guide=piet, certification=licence, expires_on=dt.date(2031, 6, 1))

    def refusal(act):
        with pytest.raises(AssignmentRefused) as refused:
            act()
        return str(refused.value)

    text = "Piet: the certificate “City licence” holds until 1 June 2031 only."
    assert refusal(lambda: put(verb, schedule, piet, override_reason="Please")) == text
    assert refusal(lambda: operations.assign_guides(schedule, guides=[piet])) == text
    made = operations.create_schedules(
        schedule.variant, dates=[dt.date(2031, 6, 1), DAY], start_times=[dt.time(16)], guides=[piet]
    )
    assert made.unled == [(made.created[1], piet)]
    held.expires_on = None
    held.save()
    GuideTimeOff.objects.create(guide=piet, first_day=DAY, last_day=DAY)
    assert refusal(lambda: put(verb, schedule, piet)) == "Piet: has time off."
    operations.cancel_schedule(schedule, reason="Storm", now=NOW)
    assert refusal(lambda: put(verb, schedule, piet)) == "This departure is cancelled."


def test_declined_guide_is_asked_again_with_a_new_link(in_harbour, schedule, piet, time_machine):
    asked = put("ask_guide", schedule, piet)
    old = queries.answer_token(asked)
    operations.decline_assignment(asked, reason="Ill", actor=None)
    again = operations.ask_guide(schedule, guide=piet, now=NOW + dt.timedelta(hours=1), actor=None)
    assert (again.pk, again.status, again.decline_reason) == (asked.pk, "pending", "")
    assert queries.assignment_by_token(old) is None
    assert queries.assignment_by_token(queries.answer_token(again)) == again
    time_machine.move_to(NOW + dt.timedelta(days=31), tick=False)
    assert queries.assignment_by_token(queries.answer_token(again)) == again
    time_machine.move_to(NOW + dt.timedelta(days=62), tick=False)
    Guide.objects.update(is_active=False)
    assert queries.assignment_by_token(queries.answer_token(again)) is None
    Guide.objects.update(is_active=True)
    token = queries.answer_token(again)
    time_machine.move_to(NOW + dt.timedelta(days=93), tick=False)
    assert queries.assignment_by_token(token) is None


def test_guide_who_is_taken_off_is_told(in_harbour, schedule, piet):
    operations.release_guide(put("assign_guide", schedule, piet), now=NOW, actor=None)
    assert sent() == [
        ("guide_assigned", "piet@example.com", "You lead Old town on Mon 2 Jun 2031, 10:00"),
        ("guide_released", "piet@example.com", "You do not lead Old town on Mon 2 Jun 2031, 10:00"),
    ]
    assert not GuideAssignment.objects.exists()
