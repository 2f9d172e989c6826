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


class Joined(models.TextChoices):
    """How the conditions of a rule are joined."""

    ALL = "all", _("All of this is true")
    ANY = "any", _("Any of this is true")


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


class ImportKind(models.TextChoices):
    """What the rows of an imported file are."""

    CUSTOMERS = "customers", _("Customers")
    PROTOCOLS = "protocols", _("Protocols")
    TASKS = "tasks", _("Tasks")


class ImportMode(models.TextChoices):
    """What becomes of rows about somebody who is there already."""

    ADD = "add", _("Only add new customers; leave the others as they are")
    FILL = "fill", _("Add new customers, and fill in what is empty")
    OVERWRITE = "overwrite", _("Add new customers, and overwrite with what the file says")


class ImportState(models.TextChoices):
    """How far an import has come."""

    MAPPING = "mapping", _("Columns to be chosen")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, not started")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


# In these states a job is at work.
IMPORT_AT_WORK = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
# In these there is something that can be taken back.
IMPORT_UNDOABLE = (ImportState.DONE, ImportState.STOPPED, ImportState.FAILED)


class ImportReason(models.TextChoices):
    """Why a row of a file, or a value in it, is left out. Sentences may hold %(value)s and %(column)s."""

    UNREADABLE = "unreadable", _("This row cannot be read.")
    TOO_MANY = "too_many", _("A file can have 100,000 rows. Please split it; those from here on are left out.")
    EMPTY = "empty", _("There is no name, e-mail address or phone number.")
    EMAIL = "email", _("“%(value)s” is not an e-mail address.")
    EMAIL_TWICE = "email_twice", _("Row %(value)s has the same e-mail address and counts.")
    ID_TWICE = "id_twice", _("Row %(value)s has the same number in the other system and counts.")
    PERSON_TWICE = "person_twice", _("Row %(value)s is about the same customer and counts.")
    ROW_TWICE = "row_twice", _("Row %(value)s says the same and counts.")
    THERE = "there", _("The same is there already.")
    EMAIL_TAKEN = "email_taken", _("The number belongs to one customer and the e-mail address to another.")
    PHONE = "phone", _("“%(value)s” is not a phone number.")
    PHONE_COUNTRY = "phone_country", _("“%(value)s” has no country code, and your organization has no phone number.")
    LONG = "long", _("“%(column)s” is too long.")
    LANGUAGE = "language", _("“%(value)s” is not a language; it is left out.")
    DATE = "date", _("“%(value)s” is not a date.")
    NUMBER = "number", _("“%(value)s” is not a number.")
    CHOICE = "choice", _("“%(value)s” is not one of the words for “%(column)s”.")
    CONSENT = "consent", _("The consent has no date or no source; it is left out.")
    NO_CUSTOMER = "no_customer", _("There is no customer “%(value)s”.")
    NO_PERSON = "no_person", _("“%(value)s” is nobody of your team; it is left out.")
    MISSING = "missing", _("“%(column)s” is missing.")
