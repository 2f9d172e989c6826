"""Pure rules of customers, messages and tasks."""

from crm.rules.attention import SNOOZES, digest_is_due
from crm.rules.duplicates import Facts, Likeness, better, likeness, mailbox
from crm.rules.messages import MAX_ATTEMPTS, next_attempt
from crm.rules.tasks import (
    REPEATS,
    CalendarMonth,
    calendar_month,
    is_overdue,
    mentioned,
    next_due_day,
    progress,
    reminder_instant,
    repeat_in_words,
    rule_problem,
)
from crm.rules.timelines import Scale, Span, scale_of

__all__ = [
    "MAX_ATTEMPTS",
    "REPEATS",
    "SNOOZES",
    "CalendarMonth",
    "Facts",
    "Likeness",
    "Scale",
    "Span",
    "better",
    "calendar_month",
    "digest_is_due",
    "is_overdue",
    "likeness",
    "mailbox",
    "mentioned",
    "next_attempt",
    "next_due_day",
    "progress",
    "reminder_instant",
    "repeat_in_words",
    "rule_problem",
    "scale_of",
]
