"""Choices of the cms app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LegalKind(models.TextChoices):
    """Texts that the law asks for, or that guests agree to; each has an address of its own."""

    IMPRINT = "imprint", _("Imprint")
    PRIVACY = "privacy", _("Privacy")
    TERMS = "terms", _("Terms and conditions")
    CANCELLATION = "cancellation", _("Cancellation terms")


# Without these, guests are not told what they must be told.
NEEDED_LEGAL_TEXTS = (LegalKind.IMPRINT, LegalKind.PRIVACY, LegalKind.TERMS)


class Font(models.TextChoices):
    """Typefaces: two that the site brings with it, and kinds that every device has, so that nothing is downloaded."""

    FIGTREE = "figtree", _("Modern (Figtree)")
    FRAUNCES = "fraunces", _("Elegant (Fraunces for headings, Figtree for text)")
    SANS = "sans", _("Clear (the device’s sans serif)")
    SERIF = "serif", _("Classic (the device’s serif)")
    ROUNDED = "rounded", _("Friendly (the device’s rounded)")
    MONO = "mono", _("Technical (the device’s monospaced)")


class Header(models.TextChoices):
    """How the bar at the top of each page looks."""

    PLAIN = "plain", _("Plain, like the page")
    COLOURED = "coloured", _("In the main colour")


class TileSize(models.TextChoices):
    """How much room a tile takes."""

    SMALL = "small", _("Small")
    WIDE = "wide", _("Wide")
    LARGE = "large", _("Large")


class TileColour(models.TextChoices):
    """Which of the site's colours a tile has."""

    PLAIN = "plain", _("Plain")
    PRIMARY = "primary", _("Main colour")
    ACCENT = "accent", _("Accent colour")


class Icon(models.TextChoices):
    """Pictograms for tiles; drawn in `templatetags/cms_tags.py`."""

    COMPASS = "compass", _("Compass")
    MAP = "map", _("Map")
    CALENDAR = "calendar", _("Calendar")
    PHONE = "phone", _("Phone")
    MAIL = "mail", _("Letter")
    CHAT = "chat", _("Speech bubble")
    WIFI = "wifi", _("Wi-Fi")
    INFO = "info", _("Information")
    QUESTION = "question", _("Question mark")
    CLOCK = "clock", _("Clock")
    HEART = "heart", _("Heart")
    TICKET = "ticket", _("Ticket")


class Staleness(models.TextChoices):
    """Why somebody should look whether a tile or an answer is still right."""

    ENDED = "ended", _("No longer valid")
    ENDS_SOON = "ends_soon", _("Ends soon")
    UNCONFIRMED = "unconfirmed", _("Not looked at for half a year")


class TranslationState(models.TextChoices):
    """What there is of a page in a further language; what needs most comes first."""

    MISSING = "missing", _("Not begun")
    INCOMPLETE = "incomplete", _("Texts are missing")
    OLDER = "older", _("Older than its source")
    READY = "ready", _("Ready to publish")
    CURRENT = "current", _("In step")


class Duration(models.TextChoices):
    """How much of a day a tour takes."""

    SHORT = "short", _("Up to 1½ hours")
    MEDIUM = "medium", _("1½ to 3 hours")
    LONG = "long", _("More than 3 hours")

    @property
    def minutes(self) -> range:
        """How long such tours last."""
        return {"short": range(91), "medium": range(91, 181), "long": range(181, 100_000)}[self.value]


class TourOrder(models.TextChoices):
    """In which order guests see tours."""

    PAGES = "", _("Recommended")
    SOONEST = "soonest", _("Next departure")
    CHEAPEST = "price", _("Lowest price")


class EditorLetter(models.TextChoices):
    """Why an editor is written to about a page."""

    SUBMITTED = "page_submitted", _("A page waits to be looked at")
    APPROVED = "page_approved", _("A page was approved")
    REJECTED = "page_rejected", _("A page needs changes")
    COMMENTED = "page_commented", _("Comments on a page")


class LinkKind(models.TextChoices):
    """To what a link leads."""

    PAGE = "page", _("Page")
    DOCUMENT = "document", _("Document")
    PICTURE = "picture", _("Picture")
    ADDRESS = "address", _("Other site")


class LinkProblem(models.TextChoices):
    """Why an address of another site does not work."""

    NONE = "", _("None")
    GONE = "gone", _("There is no such page")
    SERVER = "server", _("The site has an error")
    SILENT = "silent", _("The site does not answer")
    UNREACHABLE = "unreachable", _("Guests cannot reach this address")


class SearchKind(models.TextChoices):
    """What guests find, in the order in which it is shown."""

    TOUR = "tour", _("Tours")
    PAGE = "page", _("Pages")
    QUESTION = "question", _("Questions and answers")
    PLACE = "place", _("Places")

    @property
    def one(self) -> str:
        """What one of them is called."""
        return str({"tour": _("Tour"), "page": _("Page"), "question": _("Question"), "place": _("Place")}[self.value])
