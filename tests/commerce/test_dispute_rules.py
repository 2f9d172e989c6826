import datetime as dt
import itertools

import pytest

from commerce.enums import DisputeKind, DisputeStatus
from commerce.rules import dispute_kind, dispute_status, dispute_words, next_reminder, reason_words, received_status

DUE = dt.datetime(2031, 1, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("provider", "kind", "status"),
    [
        ("warning_needs_response", "inquiry", "needs_response"),
        ("warning_under_review", "inquiry", "under_review"),
        ("warning_closed", "inquiry", "closed"),
        ("needs_response", "chargeback", "needs_response"),
        ("under_review", "chargeback", "under_review"),
        ("appeal_needs_response", "chargeback", "needs_response"),
        ("appeal_under_review", "chargeback", "under_review"),
        ("prevented", "chargeback", "closed"),
        ("won", "chargeback", "won"),
        ("lost", "chargeback", "lost"),
        ("actionable", "warning", "needs_response"),
        ("settled", "warning", "closed"),
    ],
)
def test_states_of_the_provider_in_our_words(provider, kind, status):
    assert (dispute_kind(provider), dispute_status(provider)) == (kind, status)


def test_state_that_is_new_is_not_guessed():
    with pytest.raises(KeyError):
        dispute_status("suspended")


@pytest.mark.parametrize(
    ("captured", "refunded", "contested", "status"),
    [
        (5000, 0, 0, "succeeded"),
        (5000, 1, 0, "partially_refunded"),
        (5000, 5000, 0, "refunded"),
        (5000, 0, 1, "disputed"),
        (5000, 5000, 5000, "disputed"),
        (0, 0, 0, "succeeded"),
    ],
)
def test_state_of_a_payment_by_its_money(captured, refunded, contested, status):
    assert received_status(captured_minor=captured, refunded_minor=refunded, contested_minor=contested) == status


@pytest.mark.parametrize(
    ("days_left", "reminder"),
    [(14, DUE - 3 * DAY), (3, DUE - DAY), (2, DUE - DAY), (1, None), (0, None), (-1, None)],
)
def test_reminders_three_days_and_one_day_before(days_left, reminder):
    assert next_reminder(DUE, now=DUE - days_left * DAY) == reminder


def test_nothing_due_is_not_reminded_of():
    assert next_reminder(None, now=DUE) is None


def test_every_kind_and_state_has_words():
    words = [dispute_words(kind, status) for kind, status in itertools.product(DisputeKind, DisputeStatus)]
    assert [bool(found.what and found.now) for found in words] == [True] * 15
    to_do = {
        (kind.value, status.value)
        for kind, status in itertools.product(DisputeKind, DisputeStatus)
        if dispute_words(kind, status).to_do
    }
    assert to_do == {(kind.value, "needs_response") for kind in DisputeKind}


def test_reasons_in_words():
    assert reason_words("product_not_received") == "The guest says that the tour or ticket was not provided."
    assert reason_words("a_new_one") == "a new one"
