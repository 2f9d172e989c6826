"""Cancellation policies: until when which share of a price comes back, and the plain words for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commerce.rules.pricing import part_minor
from tenancy.money import format_basis_points, format_money

HOURS_OF_A_DAY: Final = 24
MAX_HOURS: Final = 24 * 365


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """Until so many hours before the start, so many percent of the price come back."""

    hours: int
    percent: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What a guest gets back who cancels: the steps, the earliest deadline first, and a fee that is kept of each place.

    After the last deadline nothing comes back. `fee_minor` is in the minor unit of the order's currency.
    """

    steps: tuple[PolicyStep, ...] = ()
    fee_minor: int = 0

    @property
    def as_json(self) -> dict[str, Any]:
        """The rules as an order keeps them."""
        return {
            "steps": [{"hours": step.hours, "percent": step.percent} for step in self.steps],
            "fee_minor": self.fee_minor,
        }

    def at_most(self, percent: int) -> "Policy":
        """Return the same policy, but that never more than so many percent come back."""
        capped = [step for step in self.steps if step.percent >= percent]
        if not capped:
            return self
        until = PolicyStep(capped[-1].hours, percent)
        return Policy((*((until,) if percent else ()), *self.steps[len(capped) :]), self.fee_minor)


def policy_from(rules: Mapping[str, Any]) -> Policy | None:
    """Return the policy that `Policy.as_json` wrote down; None when there was none."""
    if "steps" not in rules:
        return None
    steps = tuple(PolicyStep(step["hours"], step["percent"]) for step in rules["steps"])
    return Policy(steps, rules.get("fee_minor", 0))


def policy_problem(steps: Sequence[PolicyStep]) -> str:
    """Return why these steps, the earliest deadline first, are no policy, in the active language, or an empty text."""
    if any(not 0 <= step.hours <= MAX_HOURS for step in steps):
        return _("A deadline lies between the start and a year before it.")
    if any(not 0 < step.percent <= 100 for step in steps):
        return _("Give back between 1 and 100 percent. After the last deadline nothing comes back.")
    for earlier, later in pairwise(steps):
        if earlier.hours == later.hours:
            return _("Two deadlines are the same.")
        if later.percent >= earlier.percent:
            return _("Closer to the start, less must come back than before.")
    return ""


def deadline(step: PolicyStep, *, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant of a step, for a departure that starts at an instant in a time zone.

    Whole days are days on the clock at the departure, so that “2 days before” is the same time of day also when the clocks change
    in between; other spans are hours that pass.
    """
    days, hours = divmod(step.hours, HOURS_OF_A_DAY)
    if hours:
        return starts_at - timedelta(hours=step.hours)
    return (starts_at.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


def percent_back(policy: Policy, *, starts_at: datetime, zone: ZoneInfo, now: datetime) -> int:
    """Return how many percent of a price come back when somebody cancels now; a deadline itself is still in time."""
    for step in policy.steps:
        if now <= deadline(step, starts_at=starts_at, zone=zone):
            return step.percent
    return 0


def back_minor(policy: Policy, value_minor: int, *, places: int, percent: int) -> int:
    """Return what comes back of places that cost `value_minor` together: the share, half up, less the fee of each place; not below 0."""
    return max(0, part_minor(value_minor, percent * 100) - policy.fee_minor * places)


def _until(hours: int) -> str:
    if hours == 0:
        return _("Until the start")
    days, rest = divmod(hours, HOURS_OF_A_DAY)
    if rest == 0:
        words = ngettext("Until %(count)d day before the start", "Until %(count)d days before the start", days)
        return words % {"count": days}
    words = ngettext("Until %(count)d hour before the start", "Until %(count)d hours before the start", hours)
    return words % {"count": hours}


def share_in_words(percent: int) -> str:
    """Return how much comes back, in the active language."""
    if percent == 0:
        return _("nothing back")
    if percent == 100:
        return _("everything back")
    return _("%(share)s back") % {"share": format_basis_points(percent * 100)}


def policy_in_words(policy: Policy, currency: str) -> str:
    """Return a policy as sentences for guests, in the active language."""
    sentences = [
        _("%(until)s: %(share)s.") % {"until": _until(step.hours), "share": share_in_words(step.percent)}
        for step in policy.steps
    ]
    if not policy.steps:
        return _("If you cancel, nothing comes back.")
    if policy.steps[-1].hours:
        sentences.append(_("After that: nothing back."))
    if policy.fee_minor:
        fee = _("%(fee)s of each place are kept in any case.")
        sentences.append(fee % {"fee": format_money(policy.fee_minor, currency)})
    return " ".join(sentences)
