"""What a site begins with: three styles, each with a look and words that make sense before anybody has changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.enums import Font, Header, Icon, TileColour, TileSize

TOURS, QUESTIONS, ABOUT = "tours", "questions", "about"


@dataclass(frozen=True, slots=True)
class StarterTile:
    """A tile of a starter's landing page; it leads to one of the starter's pages, or tells `details`."""

    title: Promise
    text: Promise | str
    icon: Icon
    leads_to: str = ""
    details: Promise | str = ""
    size: TileSize = TileSize.SMALL
    colour: TileColour = TileColour.PLAIN


@dataclass(frozen=True, slots=True)
class Starter:
    """A style with the words of its landing page, questions and “about us”; `tours` is what the list of tours is called."""

    key: str
    name: Promise
    description: Promise
    primary_colour: str
    accent_colour: str
    font: Font
    header: Header
    tagline: Promise
    heading: Promise
    lead: Promise
    button: Promise
    tours: Promise
    tours_intro: Promise
    next_tours: Promise
    tiles: Sequence[StarterTile]
    story_heading: Promise
    story: Sequence[Promise]
    about: Sequence[Promise]
    questions: Sequence[tuple[Promise, Promise]]


_CITY = Starter(
    key="city",
    name=_("City and harbour"),
    description=_("For guided tours: bold, blue, straight to the next departure."),
    primary_colour="#0b3d5c",
    accent_colour="#9a3b12",
    font=Font.FIGTREE,
    header=Header.COLOURED,
    tagline=_("Walks with people who live here"),
    heading=_("See the city with those who know it"),
    lead=_("Small groups, good stories, and time to ask. Choose a day and come along."),
    button=_("Choose a tour"),
    tours=_("Tours"),
    tours_intro=_("Choose a tour, a day and how many you are. You see the price at once."),
    next_tours=_("Leaving next"),
    tiles=(
        StarterTile(
            _("All tours"),
            _("Dates, prices, free places"),
            Icon.COMPASS,
            TOURS,
            size=TileSize.LARGE,
            colour=TileColour.PRIMARY,
        ),
        StarterTile(_("Good to know"), _("Weather, prams, dogs"), Icon.QUESTION, QUESTIONS),
        StarterTile(_("Who we are"), "", Icon.HEART, ABOUT),
        StarterTile(
            _("What to bring"),
            "",
            Icon.INFO,
            details=_("Shoes you like to walk in, and a jacket: it is often windier than it looks."),
            size=TileSize.WIDE,
            colour=TileColour.ACCENT,
        ),
    ),
    story_heading=_("More than a list of sights"),
    story=(
        _("We tell what happened behind the façades, who lives there now, and where we go for coffee ourselves."),
        _("Our groups are small enough that everybody hears everything."),
    ),
    about=(
        _("We are a team of guides who love this city. Some were born here, some came for a weekend and stayed."),
        _("Write here who you are, since when you guide, and what guests will remember."),
    ),
    questions=(
        (
            _("What if it rains?"),
            _(
                "We walk in any weather, except in a storm. Then we tell you, and you get another day or your money back."
            ),
        ),
        (
            _("Can we come with a pram or a wheelchair?"),
            _("Each tour says how accessible it is. Ask us when you are not sure; we know every step."),
        ),
        (_("May our dog come along?"), _("Outdoors, yes, on a lead. In museums and on boats it depends on the house.")),
        (_("Where do we meet?"), _("The meeting point stands on the page of each tour, with a map and the way there.")),
    ),
)
_HOUSE = Starter(
    key="house",
    name=_("House and stay"),
    description=_("For hotels, hostels and holiday homes: warm, calm, everything for the stay on one page."),
    primary_colour="#5b3a29",
    accent_colour="#2f6148",
    font=Font.FRAUNCES,
    header=Header.PLAIN,
    tagline=_("Make yourself at home"),
    heading=_("Welcome. Good to have you here"),
    lead=_("Everything for your stay: the house, the surroundings, and what you can do today."),
    button=_("Things to do"),
    tours=_("Things to do"),
    tours_intro=_("Walks and outings you can book from here."),
    next_tours=_("Come along today"),
    tiles=(
        StarterTile(
            _("Arrival and departure"),
            _("Keys, luggage, times"),
            Icon.CLOCK,
            details=_(
                "Rooms are ready from 3 p.m. Please leave them by 11 a.m. Luggage may stay with us before and after."
            ),
            size=TileSize.WIDE,
            colour=TileColour.PRIMARY,
        ),
        StarterTile(
            _("Breakfast"),
            "",
            Icon.HEART,
            details=_("From 7 to 10 a.m., at the weekend until 11. Tell us what you do not eat."),
        ),
        StarterTile(_("Questions"), _("The house from A to Z"), Icon.QUESTION, QUESTIONS),
        StarterTile(_("Things to do"), _("Walks and outings"), Icon.COMPASS, TOURS, colour=TileColour.ACCENT),
        StarterTile(_("About the house"), "", Icon.INFO, ABOUT),
        StarterTile(
            _("Wi-Fi"),
            _("In all rooms"),
            Icon.WIFI,
            details=_("Ask at the reception for the password."),
            size=TileSize.WIDE,
        ),
    ),
    story_heading=_("What we like about this place"),
    story=(
        _(
            "In the morning the baker across the street, in the evening the bench behind the house. Ask us: we like to tell."
        ),
        _("What is worth the way, and what is not, you find under things to do."),
    ),
    about=(
        _("Our house has stood here for a long time, and we run it as we would like to be hosted ourselves."),
        _("Write here how the house came to be, and who guests will meet."),
    ),
    questions=(
        (_("When can we check in?"), _("From 3 p.m. If you arrive earlier, leave your luggage with us.")),
        (
            _("Where can we park?"),
            _("There are places behind the house. Tell us before you arrive, so that we keep one free."),
        ),
        (_("Is there a cot?"), _("Yes, without charge. Tell us before you arrive.")),
        (_("May our dog come along?"), _("Yes, if it gets along with others. Please tell us before.")),
    ),
)
_MUSEUM = Starter(
    key="museum",
    name=_("Museum and town"),
    description=_("For museums, memorials and town sites: clear, quiet, with the guided tours in view."),
    primary_colour="#3d2c5e",
    accent_colour="#8a2846",
    font=Font.FIGTREE,
    header=Header.PLAIN,
    tagline=_("Look closely"),
    heading=_("Come in and look closely"),
    lead=_("Guided tours, opening hours and everything for your visit."),
    button=_("Guided tours"),
    tours=_("Guided tours"),
    tours_intro=_("With a guide you see what one walks past alone."),
    next_tours=_("Next guided tours"),
    tiles=(
        StarterTile(
            _("Guided tours"), _("Book your places"), Icon.TICKET, TOURS, size=TileSize.LARGE, colour=TileColour.PRIMARY
        ),
        StarterTile(_("Your visit"), _("Cloakroom, photos, breaks"), Icon.INFO, QUESTIONS),
        StarterTile(_("About us"), "", Icon.HEART, ABOUT),
        StarterTile(
            _("Getting here"),
            "",
            Icon.MAP,
            details=_("Write here the nearest stop, where to park, and the step-free way in."),
            size=TileSize.WIDE,
            colour=TileColour.ACCENT,
        ),
    ),
    story_heading=_("Things that tell stories"),
    story=(
        _("Each object was once in somebody's hands. We tell whose, and how it came here."),
        _("Take your time: there are benches in every room, and people who like to answer."),
    ),
    about=(
        _("We collect, keep and show what this place has seen."),
        _("Write here since when you exist, who carries you, and how one can help."),
    ),
    questions=(
        (_("May we take pictures?"), _("Yes, without flash and tripod, unless a sign says otherwise.")),
        (
            _("Is everything free of steps?"),
            _("Most of it. Ask at the entrance for the lift; each tour says how accessible it is."),
        ),
        (
            _("How long does a visit take?"),
            _("Most people stay an hour and a half. A guided tour takes about one hour."),
        ),
        (
            _("Are school classes welcome?"),
            _("Very much. Write to us some weeks before, so that we have time for you."),
        ),
    ),
)

STARTERS: Final[Mapping[str, Starter]] = {starter.key: starter for starter in (_CITY, _HOUSE, _MUSEUM)}
