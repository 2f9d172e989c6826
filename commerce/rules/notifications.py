"""Words of notifications: what may stand in braces, and the texts as they are until somebody rewords them."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.enums import NotificationKind

_OF_A_DEPARTURE: Final[Mapping[str, Promise]] = {
    "organization": gettext_lazy("the name of your organization"),
    "tour": gettext_lazy("the tour"),
    "variant": gettext_lazy("the variant"),
    "day": gettext_lazy("the day of the departure"),
    "time": gettext_lazy("the time of the departure"),
    "meeting_point": gettext_lazy("the meeting point with its address"),
}


_OF_STAFF: Final[Mapping[str, Promise]] = {"link": gettext_lazy("the address of the departure in the admin")}


# What may stand in braces in the words of a notification, and what it is.
PLACEHOLDERS: Final[Mapping[NotificationKind, Mapping[str, Promise]]] = {
    NotificationKind.BOOKING_REMINDER: {
        "first_name": gettext_lazy("the guest's first name"),
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        "note": gettext_lazy("the note to guests of the departure"),
        "order_number": gettext_lazy("the number of the order"),
        "order_link": gettext_lazy("the address of the order, for this guest only"),
    },
    NotificationKind.GUIDE_REMINDER: {
        "guide": gettext_lazy("the guide's name"),
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        **_OF_STAFF,
    },
    NotificationKind.MINIMUM_NOT_REACHED: {
        **_OF_A_DEPARTURE,
        "places": gettext_lazy("how many places are booked"),
        "minimum": gettext_lazy("how many there should be"),
        "proposal": gettext_lazy("what is proposed, or was decided"),
        **_OF_STAFF,
    },
    NotificationKind.LOW_AVAILABILITY: {
        **_OF_A_DEPARTURE,
        "left": gettext_lazy("how many places are left"),
        "capacity": gettext_lazy("how many places there are"),
        **_OF_STAFF,
    },
}


_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str, kind: NotificationKind) -> list[str]:
    """Return what stands in braces in a text and is no placeholder of this kind, as it was typed."""
    return [f"{{{name}}}" for name in _PLACEHOLDER.findall(text) if name.strip() not in PLACEHOLDERS[kind]]


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders replaced; what has no value leaves no empty lines behind."""
    filled = _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), text)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()


def usual_text(kind: NotificationKind) -> tuple[str, str]:
    """Return subject and text of a notification as they are until somebody rewords them, in the active language."""
    match kind:
        case NotificationKind.BOOKING_REMINDER:
            subject = _("See you soon: {tour}, {day}")
            lines = [
                _("Hello {first_name},"),
                _("we look forward to seeing you: {tour}, {day} at {time}."),
                _("Meeting point: {meeting_point}"),
                "{note}",
                _("Your booking, with map, calendar entry and receipt: {order_link}"),
                "{organization}",
            ]
        case NotificationKind.GUIDE_REMINDER:
            subject = _("You lead: {tour}, {day} at {time}")
            lines = [
                _("Hello {guide},"),
                _("you lead {tour} ({variant}) on {day} at {time}. Places booked so far: {places}."),
                _("Meeting point: {meeting_point}"),
                _("The departure: {link}"),
            ]
        case NotificationKind.MINIMUM_NOT_REACHED:
            subject = _("Too few participants: {tour}, {day}")
            lines = [
                _("{tour} ({variant}) on {day} at {time} has {places} of at least {minimum} participants."),
                "{proposal}",
                _("The departure: {link}"),
            ]
        case NotificationKind.LOW_AVAILABILITY:
            subject = _("Nearly full: {tour}, {day}")
            lines = [
                _("{tour} ({variant}) on {day} at {time}: places left {left}, of {capacity}."),
                _("The departure: {link}"),
            ]
    return subject, "\n\n".join(lines)
