"""Choices of the tours app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TourStatus(models.TextChoices):
    """Whether a tour is offered."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class TourCategory(models.TextChoices):
    """How people move on a tour."""

    WALKING = "walking", _("Walking")
    CYCLING = "cycling", _("Cycling")
    BUS = "bus", _("Bus")
    BOAT = "boat", _("Boat")
    FOOD = "food", _("Food and drink")
    NATURE = "nature", _("Nature")
    OTHER = "other", _("Other")


class AccessFeature(models.TextChoices):
    """For whom a tour is suited, and who may come along."""

    WHEELCHAIR = "wheelchair", _("Wheelchair accessible")
    STEP_FREE = "step_free", _("Step-free")
    PUSHCHAIR = "pushchair", _("With a pushchair")
    HEARING = "hearing", _("Hearing loop or headsets")
    DOGS = "dogs", _("Dogs welcome")


class Difficulty(models.TextChoices):
    """How much a tour asks of the body."""

    EASY = "easy", _("Easy")
    MODERATE = "moderate", _("Moderate")
    DEMANDING = "demanding", _("Demanding")


class VariantKind(models.TextChoices):
    """In which form a tour takes place."""

    GROUP = "group", _("Group")
    PRIVATE = "private", _("Private")


class PatternKind(models.TextChoices):
    """How a pattern says when a variant leaves."""

    RECURRING = "recurring", _("Again and again")
    DATES = "dates", _("On certain days")
    ON_REQUEST = "on_request", _("On request")


class OrphanReason(models.TextChoices):
    """Why a departure stays although its pattern does not ask for it any more."""

    BOOKED = "booked", _("people have booked it")
    BY_HAND = "by_hand", _("somebody changed it by hand")
    LED = "led", _("a guide is down for it")


class OrphanFate(models.TextChoices):
    """What happens to departures without bookings that their pattern does not ask for any more."""

    KEEP = "keep", _("Leave them as they are")
    CLOSE = "close", _("Close them for booking")
    REMOVE = "remove", _("Remove them")


class ScheduleStatus(models.TextChoices):
    """The life of a departure: a completed or cancelled one never reopens."""

    OPEN = "open", _("Open")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Closed for booking")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", pgettext_lazy("departure", "Cancelled")


class BookingStatus(models.TextChoices):
    """The life of a booking: held, pending and confirmed ones take seats, and so do those that took place."""

    HELD = "held", _("Held during checkout")
    PENDING = "pending", _("Waiting for payment")
    CONFIRMED = "confirmed", _("Confirmed")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("Did not come")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Hold ran out")


# Bookings in these states take seats on their schedule.
SEAT_TAKING = (
    BookingStatus.HELD,
    BookingStatus.PENDING,
    BookingStatus.CONFIRMED,
    BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
)


class AssignmentStatus(models.TextChoices):
    """What a guide says to a departure: asked, will lead it, will not."""

    PENDING = "pending", _("Asked")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


class GuideLetter(models.TextChoices):
    """What an e-mail to a guide, or to the team about a guide, is about; the value is the kind of the message."""

    ASKED = "guide_asked", _("Guide asked to lead")
    ASKED_AGAIN = "guide_asked_again", _("Guide reminded to answer")
    ASSIGNED = "guide_assigned", _("Guide put down")
    RELEASED = "guide_released", _("Guide taken off")
    MOVED = "guide_moved", _("Guide told of a new time")
    CANCELLED = "guide_cancelled", _("Guide told of a cancellation")
    DECLINED = "guide_declined", _("Guide declined")
    SWAP_OFFERED = "swap_offered", _("Departure offered to another guide")
    SWAP_TAKEN = "swap_taken", _("Swap to agree to")
    SWAP_REFUSED = "guide_refused", _("Swap refused")


class AssignmentRole(models.TextChoices):
    """What a guide does on a departure."""

    LEAD = "lead", _("Leads")
    ASSISTANT = "assistant", _("Assists")


class SwapStatus(models.TextChoices):
    """The way of a departure from one guide to another: offered, taken by somebody, agreed by the team, or not."""

    OFFERED = "offered", _("Offered")
    TAKEN = "taken", _("Waits for the team")
    DONE = "done", _("Handed over")
    REFUSED = "refused", _("Refused by the team")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ConflictKind(models.TextChoices):
    """What speaks against a guide leading a departure."""

    INACTIVE = "inactive", _("Leads no tours any more")
    OVERLAP = "overlap", _("Leads another departure")
    CERTIFICATE = "certificate", _("Certificate missing or expired")
    TIME_OFF = "time_off", _("Has time off")
    ASKED = "asked", _("Asked for another departure")
    BUSY = "busy", _("Busy by their calendar")
    HOURS = "hours", _("Not in their weekly hours")
    QUALIFICATION = "qualification", _("Not qualified for the tour")
    LANGUAGE = "language", _("Does not speak the language")
    TRAVEL = "travel", _("Too little time to get there")
    DAY_HOURS = "day_hours", _("Too many hours that day")
    WEEK_HOURS = "week_hours", _("Too many hours that week")
    REST = "rest", _("Too little rest")


class FeedProblem(models.TextChoices):
    """Why a guide's calendar cannot be read."""

    ADDRESS = "address", _("This address is not one of a public calendar.")
    UNREACHABLE = "unreachable", _("The calendar does not answer.")
    REFUSED = "refused", _("The calendar’s server refuses. Was the address withdrawn?")
    NO_CALENDAR = "no_calendar", _("What is at the address is no calendar.")
    TOO_LARGE = "too_large", _("The calendar is too large.")


# A swap in these states is still under way.
SWAPS_OPEN = (SwapStatus.OFFERED, SwapStatus.TAKEN)

# Guides with an assignment in these states see the departure.
LEADING = (AssignmentStatus.PENDING, AssignmentStatus.CONFIRMED)


class AttendanceMarkKind(models.TextChoices):
    """What was tapped for somebody who comes on a departure."""

    CHECK_IN = "check_in", _("Checked in")
    UNDO_CHECK_IN = "undo_check_in", _("Check-in undone")
    NO_SHOW = "no_show", _("Marked as not come")
    UNDO_NO_SHOW = "undo_no_show", _("“Not come” undone")


class NeedBasis(models.TextChoices):
    """How much of a resource a departure needs: the same however many come, or so much for each place taken."""

    DEPARTURE = "departure", _("for the departure")
    SEAT = "seat", _("for each place taken")


class Decision(models.TextChoices):
    """What becomes of a departure that has too few participants at its decision time."""

    RUN = "run", _("Let it take place")
    MERGE = "merge", _("Move its guests to another departure")
    CANCEL = "cancel", _("Cancel it")


class Outcome(models.TextChoices):
    """How a decision about too few participants ended: taken, or not needed any more."""

    RUN = Decision.RUN.value, _("Takes place")
    MERGE = Decision.MERGE.value, _("Guests moved to another departure")
    CANCEL = Decision.CANCEL.value, pgettext_lazy("departure", "Cancelled")
    REACHED = "reached", _("Enough participants after all")
    LAPSED = "lapsed", _("Not decided in time")
    OVER = "over", _("Departure cancelled otherwise")


class WhoDecides(models.TextChoices):
    """Who decides about departures with too few participants."""

    STAFF = "staff", _("Your team: the system only proposes")
    RUN = "run", _("The system: let them take place")
    CANCEL = "cancel", _("The system: cancel them, refund and tell the guests")


class CalendarView(models.TextChoices):
    """How much the calendar shows at once."""

    MONTH = "month", _("Month")
    WEEK = "week", _("Week")
    DAY = "day", pgettext_lazy("calendar", "Day")


class CalendarGrouping(models.TextChoices):
    """How the calendar orders the departures of a day."""

    TIME = "", _("By time")
    TOUR = "tour", _("By tour")
    GUIDE = "guide", _("By guide")


class Fullness(models.TextChoices):
    """How many places of a departure are taken."""

    EMPTY = "empty", _("nobody yet")
    SOME = "some", _("less than half")
    MANY = "many", _("half or more")
    FULL = "full", pgettext_lazy("places of a departure", "full")


class Asked(models.TextChoices):
    """Whether guests are asked for something about each person."""

    NO = "no", _("not asked")
    OPTIONAL = "optional", _("asked, may be left out")
    REQUIRED = "required", _("required")


class SeasonEffect(models.TextChoices):
    """Whether a season makes prices higher or lower."""

    DEARER = "dearer", _("Prices are higher")
    CHEAPER = "cheaper", _("Prices are lower")


class BookingTime(models.TextChoices):
    """When one has to book for a discount."""

    EARLY = "early", _("Early: at least so many days before")
    LATE = "late", _("Last minute: at most so many days before")
