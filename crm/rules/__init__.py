"""Pure rules of customers, messages and tasks."""

from crm.rules.attention import SNOOZES, digest_is_due
from crm.rules.duplicates import Facts, Likeness, better, likeness, mailbox
from crm.rules.import_contacts import own_number, read_protocol, read_task
from crm.rules.import_fields import FIELDS, ImportField, fields_of, guess_mapping
from crm.rules.import_values import Found, Reading, Row, read_customer, read_known_by, texts_of
from crm.rules.messages import MAX_ATTEMPTS, Email, next_attempt
from crm.rules.rich_text import RICH_TEXT, clean_rich, rich_of, rich_of_either
from crm.rules.tasks import (
    REPEATS,
    CalendarMonth,
    calendar_month,
    is_overdue,
    mention_names,
    mentioned,
    next_due_day,
    progress,
    reminder_instant,
    repeat_in_words,
    rule_problem,
)
from crm.rules.timelines import Scale, Span, scale_of

__all__ = [
    "FIELDS",
    "MAX_ATTEMPTS",
    "REPEATS",
    "RICH_TEXT",
    "SNOOZES",
    "CalendarMonth",
    "Email",
    "Facts",
    "Found",
    "ImportField",
    "Likeness",
    "Reading",
    "Row",
    "Scale",
    "Span",
    "better",
    "calendar_month",
    "clean_rich",
    "digest_is_due",
    "fields_of",
    "guess_mapping",
    "is_overdue",
    "likeness",
    "mailbox",
    "mention_names",
    "mentioned",
    "next_attempt",
    "next_due_day",
    "own_number",
    "progress",
    "read_customer",
    "read_known_by",
    "read_protocol",
    "read_task",
    "reminder_instant",
    "repeat_in_words",
    "rich_of",
    "rich_of_either",
    "rule_problem",
    "scale_of",
    "texts_of",
]
