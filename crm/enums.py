"""Choices of the crm app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProtocolKind(models.TextChoices):
    """How staff and a customer were in contact."""

    CALL = "call", _("Phone call")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")
    MAIL = "mail", _("E-mail or letter")
    CHAT = "chat", _("Chat")
    VISIT = "visit", _("Visit")
    OWN = "own", _("A kind of our own")


class Outcome(models.TextChoices):
    """How a contact ended."""

    SETTLED = "settled", _("Settled")
    PROMISED = "promised", _("We get back to them")
    WAITING = "waiting", _("They get back to us")
    NO_ANSWER = "no_answer", _("Nobody answered")
    LEFT_MESSAGE = "left_message", _("Left a message")


class Direction(models.TextChoices):
    """Who began the contact."""

    INBOUND = "inbound", _("From the customer")
    OUTBOUND = "outbound", _("To the customer")
    INTERNAL = "internal", _("Among ourselves")


class Channel(models.TextChoices):
    """By which way a message goes out."""

    EMAIL = "email", _("E-mail")


class MessageStatus(models.TextChoices):
    """How far a message has come."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class CustomerSource(models.TextChoices):
    """How a customer came to be known."""

    CHECKOUT = "checkout", _("Checkout")
    STAFF = "staff", _("Entered by staff")
    IMPORT = "import", _("Import")


class ConsentPurpose(models.TextChoices):
    """What somebody allowed the organization to do."""

    NEWSLETTER = "newsletter", _("News and offers by e-mail")


class TaskState(models.TextChoices):
    """How far a task has come; the columns of the board."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


# In these states there is still something to do.
UNFINISHED = (TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.WAITING)


class TaskPriority(models.IntegerChoices):
    """What comes first where several tasks are due."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class TaskReminder(models.TextChoices):
    """When those who have a task are reminded of it."""

    NEVER = "never", _("No reminder")
    HOUR_BEFORE = "hour_before", _("One hour before")
    SAME_DAY = "same_day", _("In the morning of that day")
    DAY_BEFORE = "day_before", _("In the morning of the day before")


class TaskLetter(models.TextChoices):
    """The e-mails about tasks."""

    ASSIGNED = "task_assigned", _("Task given to somebody")
    MENTIONED = "task_mentioned", _("Mentioned at a task")
    REMINDER = "task_reminder", _("Reminder of a task")


class ProjectState(models.TextChoices):
    """How far a project has come."""

    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("Under way")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class DuplicateReason(models.TextChoices):
    """Why two customers may be one person."""

    EMAIL = "email", _("Same e-mail address, written differently")
    PHONE = "phone", _("Same phone number")
    NAME_EMAIL = "name_email", _("Similar name and e-mail address")
    NAME = "name", _("Same name")


class Severity(models.IntegerChoices):
    """How pressing something is that needs attention."""

    LOW = 1, _("Can wait")
    NORMAL = 2, _("Soon")
    HIGH = 3, _("Now")


class AttentionState(models.TextChoices):
    """What became of something that needed attention. It is gone once its reason is."""

    OPEN = "open", _("Open")
    SNOOZED = "snoozed", _("Later")
    DONE = "done", _("Done")
    GONE = "gone", _("Settled by itself")


class DigestFrequency(models.TextChoices):
    """How often somebody is written to about what needs attention."""

    NEVER = "never", _("Never")
    DAILY = "daily", _("Every morning")
    WEEKLY = "weekly", _("On Monday morning")
