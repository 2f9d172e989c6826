"""E-mails to guides, and to the team about guides, written down to be sent by a job."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from crm.operations import queue_message
from crm.rules import Email
from tours import emails
from tours.enums import GuideLetter, ScheduleStatus
from tours.models import Guide, GuideAssignment, Schedule


@dataclass
class GuideNews:
    """What guides are to be told when many departures are changed, gathered so that each gets one e-mail of a kind."""

    _found: list[tuple[GuideLetter, Guide, Schedule]] = field(default_factory=list)

    def add(self, kind: GuideLetter, schedule: Schedule, guides: Iterable[Guide]) -> None:
        """Keep that these guides are to be told about a departure."""
        self._found += [(kind, guide, schedule) for guide in guides]

    def add_all(self, other: "GuideNews") -> None:
        """Keep what another one has gathered."""
        self._found += other._found

    def by_guide(self) -> list[tuple[GuideLetter, Guide, list[Schedule]]]:
        """Return the departures of each kind and guide, by their start."""
        groups: dict[tuple[GuideLetter, int], list[Schedule]] = defaultdict(list)
        guides = {guide.pk: guide for _kind, guide, _schedule in self._found}
        for kind, guide, schedule in self._found:
            groups[kind, guide.pk].append(schedule)
        return [
            (kind, guides[pk], sorted(schedules, key=lambda one: (one.starts_at, one.pk)))
            for (kind, pk), schedules in groups.items()
        ]


@transaction.atomic
def tell_guides(news: GuideNews, *, now: datetime) -> None:
    """Queue what guides are to be told, one e-mail for each guide and kind; nothing to those without an address.

    Departures that are over are left out, and of a cancelled one only the cancellation is told.
    """
    for kind, guide, schedules in news.by_guide():
        fresh = [schedule for schedule in schedules if _is_news(kind, schedule, now=now)]
        mail = emails.guide_news(guide, fresh, kind) if fresh else None
        key = f"guide-{guide.pk}-{fresh[0].pk}-{len(fresh)}-{now.timestamp():.6f}" if fresh else ""
        queue_letter(mail, kind, key=key, record=fresh[0] if len(fresh) == 1 else guide, now=now)


def _is_news(kind: GuideLetter, schedule: Schedule, *, now: datetime) -> bool:
    is_cancelled = schedule.status == ScheduleStatus.CANCELLED
    return schedule.ends_at > now and is_cancelled == (kind == GuideLetter.CANCELLED)


def tell_guide(guide: Guide, kind: GuideLetter, schedule: Schedule, *, now: datetime) -> None:
    """Queue an e-mail to one guide about one departure, as `tell_guides` does."""
    news = GuideNews()
    news.add(kind, schedule, [guide])
    tell_guides(news, now=now)


def write_to_guide(
    assignment: GuideAssignment, kind: GuideLetter, *, now: datetime, before: datetime | None = None
) -> None:
    """Queue an e-mail to a guide about an assignment; nothing when they have no address. `before` is as in `emails.to_guide`."""
    start = f"{assignment.schedule.starts_at:%Y%m%d%H%M}"
    key = f"assignment-{assignment.pk}-{assignment.guide_id}-{start}-{now.timestamp():.0f}"
    queue_letter(emails.to_guide(assignment, kind, before=before), kind, key=key, record=assignment.schedule, now=now)


def write_to_team(assignment: GuideAssignment, *, now: datetime) -> None:
    """Queue an e-mail to whoever asked a guide who declines; nothing when nobody has an address."""
    asked = assignment.asked_at.timestamp() if assignment.asked_at else 0
    key = f"assignment-{assignment.pk}-{asked:.0f}"
    queue_letter(emails.declined(assignment), GuideLetter.DECLINED, key=key, record=assignment.schedule, now=now)


def queue_letter(mail: Email | None, kind: GuideLetter, *, key: str, record: Guide | Schedule, now: datetime) -> None:
    """Queue an e-mail that is shown with a record; nothing when there is none. A second one with the same key is not sent."""
    if mail is not None:
        queue_message(
            kind=kind.value,
            dedupe_key=key,
            recipient=mail.recipient,
            language=mail.language,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            record=record,
            now=now,
        )
