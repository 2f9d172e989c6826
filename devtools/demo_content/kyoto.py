"""Kyoto Trails: walks in Kyoto, in English."""

import datetime as dt
from typing import Final

from devtools.demo_content import kyoto_pictures, logos
from devtools.demo_content.shapes import (
    Body,
    DemoCall,
    DemoDepartures,
    DemoGuest,
    DemoPage,
    DemoPlace,
    DemoSite,
    DemoStop,
    DemoTier,
    DemoTour,
    DemoVariant,
    PageOf,
    Picture,
    Words,
)

PHONE: Final = "+81755550142"


def _place(name: str, latitude: str, longitude: str, kind: str = "stop", directions: str = "") -> DemoPlace:
    return DemoPlace(Words(name), latitude, longitude, kind, city="Kyoto", country="JP", directions=Words(directions))


def _tiers(adult: int, child: int) -> tuple[DemoTier, ...]:
    return (
        DemoTier(Words("Adult"), adult, min_age=13, is_default=True),
        DemoTier(Words("Child"), child, min_age=6, max_age=12),
        DemoTier(Words("Infant"), 0, seats=0, max_age=5),
    )


INARI: Final = _place(
    "Inari station, outside the gate",
    "34.967100",
    "135.770200",
    "meeting_point",
    "Two stops from Kyoto station on the Nara line. Your guide carries a red cloth bag.",
)
YASAKA: Final = _place(
    "Yasaka shrine, western gate",
    "35.003600",
    "135.777600",
    "meeting_point",
    "Five minutes on foot from Gion-Shijo station. Your guide stands at the foot of the stone steps.",
)

GATES: Final = DemoTour(
    slug="gates-at-first-light",
    name=Words("Ten thousand gates at first light"),
    category="nature",
    duration_minutes=150,
    capacity=10,
    languages=("en",),
    meeting_point=INARI,
    difficulty="moderate",
    cutoff_minutes=600,
    accessibility_note="About 250 metres of climb on stone steps.",
    asks={"name": "required", "needs": "optional", "diet": "optional", "emergency": "required"},
    tiers=_tiers(6800, 3400),
    variants=(
        DemoVariant(Words("Small group"), (DemoDepartures((dt.time(6, 30),)),)),
        DemoVariant(
            Words("Just your party"),
            (DemoDepartures((dt.time(9, 30),), frozenset({1, 3, 5})),),
            kind="private",
            capacity=6,
            tiers=(DemoTier(Words("Group of up to 6"), 42000, seats=6, is_default=True),),
        ),
    ),
    cover="gates",
    pictures=("hills", "bamboo"),
    summary=Words(
        "Before the first train brings the crowds, the mountain belongs to crows, foxes and us. We climb through the red gates"
        " to the crossroads with the view, and are back in time for breakfast."
    ),
    highlights=Words(
        "<ul><li>The gates without people in them</li><li>How to read the names on the posts</li>"
        "<li>Tea at the crossroads, with the city below</li></ul>"
    ),
    included=Words("<p>Your guide, tea from a flask, a rice cracker in the shape of a fox.</p>"),
    excluded=Words("<p>The train to the station.</p>"),
    to_bring=Words("<p>Good shoes, water, and a torch from November to February.</p>"),
    stops=(
        DemoStop(INARI, Words("<p>We begin quietly: people live here, and most of them are still asleep.</p>")),
        DemoStop(
            _place("The tower gate", "34.967100", "135.772700", "sight"),
            Words("<p>Two foxes keep watch. One holds a key in its mouth; ask us what it opens.</p>"),
        ),
        DemoStop(
            _place("The thousand gates", "34.967600", "135.774800", "sight"),
            Words(
                "<p>The path divides in two and the light turns orange. Each gate is a thank-you; the dates are on the back.</p>"
            ),
            "gates",
        ),
        DemoStop(
            _place("The heavy stone", "34.967000", "135.776400"),
            Words("<p>Make a wish and lift the stone. If it feels lighter than you thought, the wish comes true.</p>"),
        ),
        DemoStop(
            _place("The echo pond", "34.967700", "135.779300"),
            Words("<p>Clap your hands: where the echo comes from, there you will find what you have lost.</p>"),
        ),
        DemoStop(
            _place("The crossroads", "34.967900", "135.782200", "sight"),
            Words("<p>The whole town lies below, roof by roof. Time for tea.</p>"),
            "hills",
        ),
    ),
)

LANTERNS: Final = DemoTour(
    slug="lanterns",
    name=Words("Lanterns and wooden lanes"),
    category="walking",
    duration_minutes=120,
    capacity=12,
    languages=("en",),
    meeting_point=YASAKA,
    accessibility=("wheelchair", "step_free", "pushchair"),
    tiers=_tiers(5800, 2900),
    variants=(DemoVariant(Words("Small group"), (DemoDepartures((dt.time(17, 30),), frozenset({0, 2, 4, 5, 6})),)),),
    cover="lane",
    pictures=("pond", "hills"),
    summary=Words(
        "When the shutters close and the lanterns are lit, the old quarter grows quiet. A slow walk along lanes and water, with"
        " manners explained, so that you are a welcome guest."
    ),
    highlights=Words(
        "<ul><li>Which lanes are private, and why</li><li>Sweets made while you watch</li>"
        "<li>The bridge where the willows touch the water</li></ul>"
    ),
    included=Words("<p>Your guide, a seasonal sweet with green tea.</p>"),
    excluded=Words("<p>Dinner. We gladly tell you where.</p>"),
    to_bring=Words("<p>Quiet shoes and small coins.</p>"),
    stops=(
        DemoStop(YASAKA, Words("<p>The lanterns of the dance stage carry the names of those who paid for them.</p>")),
        DemoStop(
            _place("The flower lane", "35.002300", "135.775200"),
            Words("<p>Here we put the cameras away. What you see with your own eyes stays with you longer.</p>"),
            "lane",
        ),
        DemoStop(
            _place("The temple of the two dragons", "35.001000", "135.773700", "sight"),
            Words(
                "<p>The oldest house of its school. Even from outside the garden wall you can hear how still it is.</p>"
            ),
        ),
        DemoStop(
            _place("The tall pagoda", "34.998600", "135.779200", "sight"),
            Words("<p>Five roofs, no nails where it matters, and one of the loveliest corners to turn.</p>"),
        ),
        DemoStop(
            _place("The willow bridge", "35.005700", "135.775100"),
            Words("<p>The stream is called White River. We end with the lanterns in the water.</p>"),
            "pond",
        ),
    ),
)

QUESTIONS: Final = (
    {
        "question": Words("Is the early walk worth getting up for?"),
        "answer": Words("<p>Ask anybody who went at noon.</p>"),
    },
    {
        "question": Words("May I take pictures?"),
        "answer": Words("<p>Yes, except in private lanes and of people at work. Your guide tells you where.</p>"),
    },
    {
        "question": Words("How can I pay?"),
        "answer": Words("<p>By card when you book, or in yen at the start.</p>"),
    },
)

HOME: Final[Body] = (
    {
        "type": "hero",
        "value": {
            "heading": Words("Kyoto, at walking pace"),
            "text": Words("Two walks at the quiet ends of the day, for ten people at most."),
            "image": Picture("hills"),
            "button": Words("See the walks"),
            "page": PageOf("tours"),
        },
    },
    {"type": "tours", "value": {"heading": Words("Morning and evening"), "count": 2}},
    {
        "type": "tiles",
        "value": {
            "heading": Words("Good to know"),
            "tiles": [
                {
                    "type": "page",
                    "value": {
                        "title": Words("Our way of walking"),
                        "text": Words("Slow, few, polite"),
                        "image": Picture("bamboo"),
                        "size": "wide",
                        "colour": "primary",
                        "page": PageOf("about"),
                    },
                },
                {
                    "type": "page",
                    "value": {
                        "title": Words("Questions"),
                        "text": Words("Pictures, payment, early hours"),
                        "icon": "question",
                        "size": "small",
                        "colour": "accent",
                        "page": PageOf("faq"),
                    },
                },
                {
                    "type": "call",
                    "value": {
                        "title": Words("Call us"),
                        "text": Words("8:00 to 20:00, Tokyo time"),
                        "icon": "phone",
                        "size": "small",
                        "colour": "plain",
                        "phone": PHONE,
                    },
                },
                {
                    "type": "clock",
                    "value": {
                        "title": Words("Now in Kyoto"),
                        "size": "small",
                        "colour": "plain",
                    },
                },
                {
                    "type": "place",
                    "value": {
                        "title": Words("Meeting point Inari station"),
                        "text": Words("Look for the red cloth bag"),
                        "icon": "map",
                        "size": "wide",
                        "colour": "plain",
                        "latitude": "34.967100",
                        "longitude": "135.770200",
                    },
                },
                {
                    "type": "info",
                    "value": {
                        "title": Words("Sunrise and sunset"),
                        "text": Words("When we start"),
                        "icon": "clock",
                        "size": "small",
                        "colour": "plain",
                        "details": Words("The morning walk starts at 6:30, the evening walk at 17:30, all year round."),
                    },
                },
            ],
        },
    },
    {
        "type": "picture_text",
        "value": {
            "image": Picture("pond"),
            "text": Words(
                "<h2>Guests, not visitors</h2><p>We greet the shopkeepers, step aside for the bicycles and leave no trace but"
                " bows. It is surprising which doors that opens.</p>"
            ),
            "picture_right": False,
        },
    },
)

ABOUT: Final[Body] = (
    {
        "type": "rich_text",
        "value": Words(
            "<p>Kyoto Trails is a family of three and four friends. We take ten people at most, walk slowly and end on time.</p>"
            "<h2>What your ticket does</h2><ul><li>A tenth goes to the people who mend the mountain path.</li><li>Tea and"
            " sweets come from the lanes we walk through.</li></ul>"
        ),
    },
    {
        "type": "gallery",
        "value": {
            "pictures": [
                {"image": Picture("bamboo"), "caption": Words("The grove, seven o’clock")},
                {"image": Picture("pond"), "caption": Words("November")},
                {"image": Picture("lane"), "caption": Words("When the lanterns are lit")},
            ]
        },
    },
)

SITE: Final = DemoSite(
    name="Kyoto Trails",
    slug="kyoto",
    host="kyoto.localhost",
    currency="JPY",
    time_zone="Asia/Tokyo",
    languages=("en",),
    order_prefix="KT",
    email="hello@kyoto.example",
    phone=PHONE,
    address="Kyoto Trails\nGion, Higashiyama-ku\nKyoto",
    tagline=Words("At the quiet ends of the day"),
    primary_colour="#7c1f22",
    accent_colour="#4f6b52",
    font="fraunces",
    logo=logos.gate,
    pictures=kyoto_pictures.PICTURES,
    picture_titles={
        "hills": "Hills in the mist with a pagoda and a red sun",
        "gates": "A path through many red gates in the woods",
        "bamboo": "A path through a bamboo grove",
        "pond": "A temple at a pond under red maples",
        "lane": "A lane of wooden houses with lanterns at dusk",
    },
    staff={
        "owner": ("Haruka", "Mori"),
        "manager": ("Kenji", "Tanabe"),
        "editor": ("Yui", "Okada"),
        "guide": ("Sota", "Hayashi"),
    },
    home_title=Words("Kyoto Trails"),
    home_description=Words("Quiet guided walks in Kyoto at first light and in the evening, for ten people at most."),
    home_body=HOME,
    home_picture="hills",
    pages=(
        DemoPage(
            "tours",
            "tours",
            Words("walks"),
            Words("Walks"),
            Words("A morning walk through the gates and an evening walk by lantern light."),
            intro=Words("<p>In English, all year round. Children under six come free.</p>"),
        ),
        DemoPage(
            "faq",
            "faq",
            Words("questions"),
            Words("Questions"),
            Words("What guests ask before they come to Kyoto."),
            body=({"type": "faq", "value": {"heading": Words(""), "questions": list(QUESTIONS)}},),
        ),
        DemoPage(
            "about",
            "content",
            Words("our-way"),
            Words("Our way of walking"),
            Words("Who we are and how we walk."),
            body=ABOUT,
        ),
    ),
    tours=(GATES, LANTERNS),
    guests=(
        DemoGuest(
            "Elena", "Marchetti", "elena.marchetti@guest.example", "", "en", "lanterns", {"Adult": 2}, 0, "on_arrival"
        ),
    ),
    calls=(
        DemoCall(
            "elena.marchetti@guest.example",
            "chat",
            "inbound",
            "Asked about the sweets",
            "No nuts. Told the sweet shop.",
            days_ago=0,
        ),
    ),
    payment={"on_arrival_enabled": True},
)
