"""Harbour Walks: walks in Hamburg, in English and German."""

from typing import Final

from devtools.demo_content import harbour_pictures, harbour_tours, harbour_work, logos
from devtools.demo_content.shapes import Body, DemoCall, DemoGuest, DemoPage, DemoSite, PageOf, Picture, Words

PHONE: Final = "+494066969120"
WHATSAPP: Final = "+491713920012"

QUESTIONS: Final = (
    {
        "question": Words("Do you walk when it rains?", "Gehen Sie auch bei Regen?"),
        "answer": Words(
            "<p>Yes. This is a harbour, and half of it is roofed. Only in a storm do we stay at home; then you get"
            " your money back.</p>",
            "<p>Ja. Das ist ein Hafen, und die Hälfte davon hat ein Dach. Nur bei Sturm bleiben wir zu Hause; dann"
            " bekommen Sie Ihr Geld zurück.</p>",
        ),
    },
    {
        "question": Words(
            "Can we come with a pram or a wheelchair?", "Können wir mit Kinderwagen oder Rollstuhl kommen?"
        ),
        "answer": Words(
            "<p>“Harbour lights by night” is free of steps. For the other tours there is a way round: write it into the"
            " wishes when you book, or call us.</p>",
            "<p>„Hafenlichter bei Nacht“ ist stufenlos. Bei den anderen Touren gibt es einen Weg außen herum:"
            " Schreiben Sie es"
            " beim Buchen in die Wünsche, oder rufen Sie uns an.</p>",
        ),
    },
    {
        "question": Words("How do I change my booking?", "Wie ändere ich meine Buchung?"),
        "answer": Words(
            "<p>Open the link in your confirmation and call or write to us with the order number. Up to 24 hours"
            " before the"
            " start it costs nothing.</p>",
            "<p>Öffnen Sie den Link in Ihrer Bestätigung und rufen oder schreiben Sie uns mit der Bestellnummer."
            " Bis 24 Stunden"
            " vor Beginn kostet es nichts.</p>",
        ),
    },
    {
        "question": Words("Are dogs welcome?", "Sind Hunde willkommen?"),
        "answer": Words(
            "<p>On a lead, yes, except at the fish market, where they would have an even better time than you.</p>",
            "<p>An der Leine ja, außer auf dem Fischmarkt: Dort hätten sie noch mehr Spaß als Sie.</p>",
        ),
    },
)

HOME: Final[Body] = (
    {
        "type": "hero",
        "value": {
            "heading": Words(
                "See the harbour with people who grew up in it", "Der Hafen, gezeigt von Leuten, die hier groß wurden"
            ),
            "text": Words(
                "Small groups, good stories, real coffee. Three walks, every week of the year.",
                "Kleine Gruppen, gute Geschichten, echter Kaffee. Drei Touren, jede Woche im Jahr.",
            ),
            "image": Picture("dawn"),
            "button": Words("See our tours", "Zu unseren Touren"),
            "page": PageOf("tours"),
        },
    },
    {
        "type": "tiles",
        "value": {
            "heading": Words("What do you need?", "Was brauchen Sie?"),
            "tiles": [
                {
                    "type": "page",
                    "value": {
                        "title": Words("Find your walk", "Finden Sie Ihre Tour"),
                        "text": Words("Dates, prices, places", "Termine, Preise, Plätze"),
                        "image": Picture("warehouses"),
                        "size": "large",
                        "colour": "primary",
                        "page": PageOf("tours"),
                    },
                },
                {
                    "type": "call",
                    "value": {
                        "title": Words("Call us", "Rufen Sie an"),
                        "text": Words("Every day, 9 to 19 h", "Täglich 9 bis 19 Uhr"),
                        "icon": "phone",
                        "size": "small",
                        "colour": "accent",
                        "phone": PHONE,
                    },
                },
                {
                    "type": "whatsapp",
                    "value": {
                        "title": Words("WhatsApp", "WhatsApp"),
                        "text": Words("Late? Tell your guide", "Zu spät? Sagen Sie es dem Guide"),
                        "icon": "chat",
                        "size": "small",
                        "colour": "plain",
                        "phone": WHATSAPP,
                        "message": Words("Hello, this is about my walk: ", "Hallo, es geht um meine Tour: "),
                    },
                },
                {
                    "type": "wifi",
                    "value": {
                        "title": Words("Wi-Fi", "WLAN"),
                        "text": Words("In our harbour room", "In unserer Hafenstube"),
                        "icon": "wifi",
                        "size": "small",
                        "colour": "plain",
                        "network": "Harbour Walks Guests",
                        "password": "ahoy-and-welcome",
                    },
                },
                {
                    "type": "page",
                    "value": {
                        "title": Words("Questions", "Fragen"),
                        "text": Words("Rain, prams, dogs", "Regen, Kinderwagen, Hunde"),
                        "icon": "question",
                        "size": "small",
                        "colour": "plain",
                        "page": PageOf("faq"),
                    },
                },
                {
                    "type": "place",
                    "value": {
                        "title": Words("Meeting point Baumwall", "Treffpunkt Baumwall"),
                        "text": Words("Look for the amber umbrella", "Achten Sie auf den bernsteinfarbenen Schirm"),
                        "icon": "map",
                        "size": "wide",
                        "colour": "plain",
                        "latitude": "53.544200",
                        "longitude": "9.981400",
                    },
                },
                {
                    "type": "hours",
                    "value": {
                        "title": Words("Harbour room", "Hafenstube"),
                        "text": Words("Raincoats, umbrellas, hot drinks", "Regenjacken, Schirme, heiße Getränke"),
                        "icon": "clock",
                        "size": "wide",
                        "colour": "plain",
                        "hours": {
                            "periods": [
                                {"weekdays": ["0", "1", "2", "3", "4", "5"], "opens": "09:00", "closes": "19:00"},
                                {"weekdays": ["6"], "opens": "06:00", "closes": "14:00"},
                            ],
                            "special_days": [],
                        },
                    },
                },
            ],
        },
    },
    {"type": "tours", "value": {"heading": Words("Our walks", "Unsere Touren"), "count": 3}},
    {
        "type": "picture_text",
        "value": {
            "image": Picture("river"),
            "text": Words(
                "<h2>Six people, one river</h2><p>We are a crane driver’s daughter, a retired pilot, a baker, two"
                " historians"
                " and somebody who cannot stop counting ships. We started with one walk on one Sunday.</p>",
                "<h2>Sechs Leute, ein Fluss</h2><p>Wir sind eine Kranführertochter, ein Lotse im Ruhestand, ein"
                " Bäcker, zwei"
                " Historikerinnen und jemand, der nicht aufhören kann, Schiffe zu zählen. Angefangen haben wir mit"
                " einer Tour"
                " an einem Sonntag.</p>",
            ),
            "picture_right": True,
        },
    },
    {
        "type": "map",
        "value": {
            "heading": Words("Where we meet", "Wo wir uns treffen"),
            "pins": [
                {
                    "name": Words("Baumwall station", "U-Bahn Baumwall"),
                    "latitude": "53.544200",
                    "longitude": "9.981400",
                },
                {"name": Words("St Michael’s", "St. Michaelis"), "latitude": "53.548400", "longitude": "9.978700"},
                {"name": Words("Park Fiction", "Park Fiction"), "latitude": "53.546600", "longitude": "9.957600"},
            ],
        },
    },
    {
        "type": "faq",
        "value": {"heading": Words("Often asked", "Oft gefragt"), "questions": list(QUESTIONS[:2])},
    },
)

ABOUT: Final[Body] = (
    {
        "type": "rich_text",
        "value": Words(
            "<p>Harbour Walks began when Jette was asked for the way three times in one morning and ended up"
            " walking along."
            " Today six of us show the harbour, never more than sixteen guests at a time.</p>"
            "<h2>What we care about</h2><ul><li>We pay our guides for the day, not for the head.</li><li>We buy"
            " where we walk:"
            " the spices, the rolls, the coffee.</li><li>We go on foot and by ferry. The harbour has enough"
            " engines.</li></ul>",
            "<p>Harbour Walks begann, als Jette an einem Morgen dreimal nach dem Weg gefragt wurde und am Ende"
            " mitging. Heute"
            " zeigen sechs von uns den Hafen, nie mehr als sechzehn Gästen auf einmal.</p>"
            "<h2>Was uns wichtig ist</h2><ul><li>Wir bezahlen unsere Guides für den Tag, nicht pro"
            " Kopf.</li><li>Wir kaufen"
            " dort, wo wir gehen: Gewürze, Brötchen, Kaffee.</li><li>Wir gehen zu Fuß und fahren mit der Fähre."
            " Motoren hat"
            " der Hafen genug.</li></ul>",
        ),
    },
    {
        "type": "picture_text",
        "value": {
            "image": Picture("new-quarter"),
            "text": Words(
                "<h2>Groups and schools</h2><p>We gladly make a walk of your own, from eight to eighty people, also in"
                " Danish and in plain language.</p>",
                "<h2>Gruppen und Schulen</h2><p>Gerne machen wir eine eigene Tour für Sie, für acht bis achtzig"
                " Leute, auch auf"
                " Dänisch und in Leichter Sprache.</p>",
            ),
            "picture_right": False,
        },
    },
    {
        "type": "gallery",
        "value": {
            "pictures": [
                {"image": Picture("dawn"), "caption": Words("Before the first ferry", "Vor der ersten Fähre")},
                {"image": Picture("market"), "caption": Words("Sunday, seven o’clock", "Sonntag, sieben Uhr")},
                {"image": Picture("lights"), "caption": Words("After the last ferry", "Nach der letzten Fähre")},
            ]
        },
    },
)

PAGES: Final = (
    DemoPage(
        "tours",
        "tours",
        Words("tours", "touren"),
        Words("Tours", "Touren"),
        Words(
            "Three walks through Hamburg’s harbour in small groups: warehouses, lights, and breakfast at the fish"
            " market.",
            "Drei Touren durch den Hamburger Hafen in kleinen Gruppen: Speicher, Lichter und Frühstück auf dem"
            " Fischmarkt.",
        ),
        intro=Words(
            "<p>Small groups, in English or German. Children under six come free. You pay now, by transfer or on"
            " arrival.</p>",
            "<p>Kleine Gruppen, auf Deutsch oder Englisch. Kinder unter sechs gehen kostenlos mit. Sie zahlen"
            " jetzt, per"
            " Überweisung oder vor Ort.</p>",
        ),
    ),
    DemoPage(
        "faq",
        "faq",
        Words("questions", "fragen"),
        Words("Questions", "Fragen"),
        Words("What guests ask us before they come.", "Was Gäste uns fragen, bevor sie kommen."),
        body=({"type": "faq", "value": {"heading": Words("", ""), "questions": list(QUESTIONS)}},),
    ),
    DemoPage(
        "about",
        "content",
        Words("about-us", "ueber-uns"),
        Words("About us", "Über uns"),
        Words("Who walks with you, and why.", "Wer mit Ihnen geht, und warum."),
        body=ABOUT,
    ),
)

GUESTS: Final = (
    DemoGuest(
        "Clara", "Whitfield", "clara.whitfield@guest.example", "+442079460118", "en",
        "speicherstadt", {"Adult": 2, "Child": 1}, 0, "card", "We have a pram with us.",
    ),
    DemoGuest(
        "Jonas", "Petersen", "jonas.petersen@guest.example", "+4915550000042", "de",
        "harbour-lights", {"Adult": 2, "Senior": 2}, 2, "bank_transfer",
    ),
    DemoGuest(
        "Aiko", "Brandt", "aiko.brandt@guest.example", "", "de",
        "fish-market", {"Adult": 2, "Infant": 1}, 1, "on_arrival", "Kein Fisch für mich, bitte.",
    ),
    DemoGuest(
        "Tom", "Okafor", "tom.okafor@guest.example", "+442079460204", "en",
        "speicherstadt", {"Adult": 4}, 1, "on_arrival",
    ),
    # Their banks contest what they paid.
    DemoGuest(
        "Ines", "Duarte", "ines.duarte@guest.example", "", "en",
        "speicherstadt", {"Adult": 1}, 6, "card", card="pm_card_createDisputeInquiry",
    ),
    DemoGuest(
        "Rasmus", "Lykke", "rasmus.lykke@guest.example", "", "en",
        "speicherstadt", {"Adult": 2}, 7, "card", card="pm_card_createDispute", is_lost=True,
    ),
)  # fmt: skip

CALLS: Final = (
    DemoCall(
        "clara.whitfield@guest.example",
        "call",
        "inbound",
        "Asked about the way with a pram",
        "Comes with a six-month-old. I promised the step-free way from Baumwall and to call back when the lift"
        " works again.",
        days_ago=1,
        minutes=6,
        follow_up_days=2,
    ),
    DemoCall(
        "jonas.petersen@guest.example",
        "mail",
        "outbound",
        "Bank details sent again",
        "He could not find the account number. Sent it with the order number as reference.",
        days_ago=0,
    ),
)

SITE: Final = DemoSite(
    name="Harbour Walks",
    slug="harbour",
    host="harbour.localhost",
    currency="EUR",
    time_zone="Europe/Berlin",
    languages=("en", "de"),
    order_prefix="HW",
    email="hello@harbour.example",
    phone=PHONE,
    address="Harbour Walks\nBaumwall 15\n20459 Hamburg",
    tagline=Words("Walks with people who grew up here", "Touren mit Leuten, die hier groß wurden"),
    primary_colour="#12355b",
    accent_colour="#8f5400",
    font="figtree",
    logo=logos.sail,
    pictures=harbour_pictures.PICTURES,
    picture_titles={
        "dawn": "The harbour at sunrise, with cranes, towers and a launch",
        "warehouses": "Brick warehouses on both sides of a canal",
        "lights": "The harbour at night with lit windows and reflections",
        "market": "The old auction hall at first light, boats in front of it",
        "river": "Sailing boats on the wide river",
        "new-quarter": "New houses along a quay with trees",
    },
    staff={
        "owner": ("Jette", "Lindemann"),
        "manager": ("Malte", "Voss"),
        "editor": ("Inga", "Sommer"),
        "guide": ("Piet", "Hansen"),
    },
    home_title=Words("Harbour Walks in English", "Harbour Walks auf Deutsch"),
    home_description=Words(
        "Guided walks through Hamburg’s harbour in small groups, in English and German.",
        "Geführte Touren durch den Hamburger Hafen in kleinen Gruppen, auf Deutsch und Englisch.",
    ),
    home_body=HOME,
    home_picture="dawn",
    pages=PAGES,
    tours=harbour_tours.TOURS,
    guests=GUESTS,
    calls=CALLS,
    tasks=harbour_work.TASKS,
    projects=harbour_work.PROJECTS,
    papers=harbour_work.PAPERS,
    rules=harbour_work.RULES,
    payment={
        "bank_transfer_enabled": True,
        "bank_details": "Harbour Walks\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001",
        "on_arrival_enabled": True,
    },
)
