"""E-mails to guides, in their language, and to the team about guides: a subject, a text, and the same as HTML."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from crm.rules import Email
from tenancy.fields import translated
from tenancy.models import User
from tenancy.queries import absolute_url, current_organization, language_of
from tours import queries
from tours.enums import AssignmentStatus, GuideLetter
from tours.models import Guide, GuideAssignment, GuideSwap, Schedule


def _render(
    schedules: Sequence[Schedule],
    *,
    recipient: str,
    language: str,
    subject: str,
    lead: str,
    name: str = "",
    **context: Any,
) -> Email:
    organization = current_organization()
    # Of many departures it would be one meeting point after the other.
    place = schedules[0].tour.meeting_point if len(schedules) == 1 else None
    values = {
        "subject": subject,
        "organization": organization,
        "name": name,
        "lead": lead,
        "departures": [
            {
                "tour": translated(schedule.tour, "name"),
                "variant": translated(schedule.variant, "name"),
                "when": _when(schedule),
            }
            for schedule in schedules
        ],
        "place": place,
        "place_name": translated(place, "name") if place is not None else "",
        "language": language,
        **context,
    }
    if values.get("path"):
        values["url"] = absolute_url(organization, values["path"])
    return Email(
        recipient,
        language,
        subject,
        render_to_string("tours/email/guide.txt", values),
        render_to_string("tours/email/guide.html", values),
    )


def _when(schedule: Schedule) -> str:
    zone = "" if schedule.time_zone == current_organization().time_zone else f" ({schedule.time_zone})"
    return date_format(schedule.local_start, _("l j F Y, H:i")) + zone


def _facts(schedule: Schedule) -> dict[str, str]:
    return {"tour": translated(schedule.tour, "name"), "when": date_format(schedule.local_start, _("D j M Y, H:i"))}


def _language(user: User | None) -> str:
    return (language_of(user) if user is not None else "") or current_organization().default_language


def to_guide(assignment: GuideAssignment, kind: GuideLetter, *, before: datetime | None = None) -> Email | None:
    """Return what a guide reads who is asked, or asked again, whose departure was moved, or whose swap is refused.

    `before` is when a departure was to leave that was moved. None when the guide has no address.
    """
    guide, schedule = assignment.guide, assignment.schedule
    recipient = queries.guide_address(guide)
    if not recipient:
        return None
    language, waits = _language(guide.user), assignment.status == AssignmentStatus.PENDING
    with override(language):
        facts = _facts(schedule)
        subject, lead = {
            GuideLetter.ASKED: (
                _("Can you lead %(tour)s on %(when)s?"),
                _("We would like you to lead this departure."),
            ),
            GuideLetter.ASKED_AGAIN: (
                _("Please answer: can you lead %(tour)s on %(when)s?"),
                _("We asked you to lead this departure and wait for your answer."),
            ),
            GuideLetter.MOVED: (_("New time: %(tour)s on %(when)s"), _moved(schedule, before, waits=waits)),
            GuideLetter.SWAP_REFUSED: (
                _("You still lead %(tour)s on %(when)s"),
                _("The team has not agreed to the swap. You are still down for this departure."),
            ),
        }[kind]
        path, label = _way_to(guide, schedule)
        if waits:
            path = reverse("guide_answer", args=[queries.answer_token(assignment)])
            label = _("Accept or decline:")
        return _render(
            [schedule],
            recipient=recipient,
            language=language,
            subject=subject % facts,
            lead=lead,
            name=guide.name,
            path=path,
            label=label,
        )


def _moved(schedule: Schedule, before: datetime | None, *, waits: bool) -> str:
    was = date_format(before.astimezone(schedule.zone), _("l j F Y, H:i")) if before is not None else ""
    lead = _("This departure has a new time. It was planned for %(before)s.") % {"before": was}
    end = (
        _("Please tell us whether you can lead it at the new time.")
        if waits
        else _("You are still down for it. If the new time does not suit you, please let us know.")
    )
    return f"{lead} {end}"


def _way_to(guide: Guide, schedule: Schedule) -> tuple[str, str]:
    """Where a guide finds a departure in the admin, and what that is called; nothing for one without an account."""
    if guide.user_id is None:
        return "", ""
    return reverse("schedules:inspect", args=[schedule.pk]), _("Your departure:")


def guide_news(guide: Guide, schedules: Sequence[Schedule], kind: GuideLetter) -> Email | None:
    """Return what a guide reads who was put down for departures or taken off, or whose departures are cancelled; one e-mail for all.

    None when the guide has no address.
    """
    recipient = queries.guide_address(guide)
    if not recipient:
        return None
    language, count = _language(guide.user), len(schedules)
    with override(language):
        if count == 1:
            facts: dict[str, Any] = _facts(schedules[0])
            subject, lead = {
                GuideLetter.ASSIGNED: (_("You lead %(tour)s on %(when)s"), _("You are down for this departure.")),
                GuideLetter.RELEASED: (
                    _("You do not lead %(tour)s on %(when)s"),
                    _("You are not down for this departure any more."),
                ),
                GuideLetter.CANCELLED: (
                    _("Cancelled: %(tour)s on %(when)s"),
                    _("This departure will not take place, so you do not need to come."),
                ),
            }[kind]
        else:
            facts = {"count": count}
            subject, lead = {
                GuideLetter.ASSIGNED: (_("You lead %(count)d departures"), _("You are down for these departures.")),
                GuideLetter.RELEASED: (
                    _("You no longer lead %(count)d departures"),
                    _("You are not down for these departures any more."),
                ),
                GuideLetter.CANCELLED: (
                    _("%(count)d departures are cancelled"),
                    _("These departures will not take place, so you do not need to come."),
                ),
            }[kind]
        path, label = "", ""
        if kind == GuideLetter.ASSIGNED:
            path, label = _way_to(guide, schedules[0])
            if path and count > 1:
                path, label = reverse("my_departures:index"), _("Your departures:")
        return _render(
            schedules,
            recipient=recipient,
            language=language,
            subject=subject % facts,
            lead=lead,
            name=guide.name,
            path=path,
            label=label,
        )


def swap_offered(swap: GuideSwap, guide: Guide) -> Email | None:
    """Return what a guide reads who may take a departure over; None when they have no address."""
    recipient = queries.guide_address(guide)
    if not recipient:
        return None
    language, schedule = _language(guide.user), swap.assignment.schedule
    with override(language):
        return _render(
            [schedule],
            recipient=recipient,
            language=language,
            subject=_("Can you take over %(tour)s on %(when)s?") % _facts(schedule),
            lead=_("%(guide)s would like to hand this departure over.") % {"guide": swap.assignment.guide},
            name=guide.name,
            quote=swap.reason,
            path=reverse("guide_swap", args=[queries.swap_token(swap, guide)]),
            label=_("Take it over:"),
        )


def declined(assignment: GuideAssignment) -> Email | None:
    """Return what the team reads when a guide declines: whoever asked, else the organization; None when neither has an address."""
    schedule = assignment.schedule
    return _to_team(
        assignment.asked_by,
        schedule,
        subject=gettext_lazy("%(guide)s cannot lead %(tour)s on %(when)s"),
        lead=gettext_lazy("%(guide)s has declined this departure."),
        guide=assignment.guide,
        quote=assignment.decline_reason,
        path=reverse("schedules:guides", args=[schedule.pk]),
        label=gettext_lazy("Find somebody else:"),
    )


def swap_taken(swap: GuideSwap) -> Email | None:
    """Return what the team reads when a swap waits for its consent; as `declined`."""
    assert swap.taker is not None
    return _to_team(
        swap.assignment.asked_by,
        swap.assignment.schedule,
        subject=gettext_lazy("%(guide)s would take over %(tour)s on %(when)s"),
        lead=gettext_lazy("%(guide)s would lead this departure instead of another guide. Do you agree?"),
        guide=swap.taker,
        quote=swap.reason,
        path=reverse("swaps:index"),
        label=gettext_lazy("Agree or refuse:"),
    )


def _to_team(
    user: User | None, schedule: Schedule, *, subject: Promise, lead: Promise, guide: Guide, **context: Any
) -> Email | None:
    organization = current_organization()
    recipient = user.email if user is not None and user.is_active else next(iter(organization.mail_reply_to), "")
    if not recipient:
        return None
    language = _language(user)
    with override(language):
        facts = {**_facts(schedule), "guide": guide.name}
        return _render(
            [schedule],
            recipient=recipient,
            language=language,
            subject=str(subject) % facts,
            lead=str(lead) % facts,
            **context,
        )
