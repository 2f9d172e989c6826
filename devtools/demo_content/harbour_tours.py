"""The tours of Harbour Walks."""

import datetime as dt
from typing import Final

from devtools.demo_content.shapes import (
    DemoDepartures,
    DemoPlace,
    DemoStop,
    DemoTier,
    DemoTour,
    DemoVariant,
    Words,
)

SMALL_GROUP: Final = Words("Small group", "Kleine Gruppe")
FAMILIES: Final = Words("For families", "Für Familien")
EVENING: Final = Words("In the evening", "Am Abend")
BY_THE_WATER: Final = Words("By the water", "Am Wasser")
JUST_YOU: Final = Words("Just your party", "Nur Sie und Ihre Gruppe")


def _tiers(adult: int, child: int, senior: int) -> tuple[DemoTier, ...]:
    return (
        DemoTier(Words("Adult", "Erwachsene"), adult, min_age=15, is_default=True),
        DemoTier(Words("Child", "Kind"), child, min_age=6, max_age=14),
        DemoTier(Words("Senior", "Senioren"), senior, min_age=65),
        DemoTier(Words("Infant", "Kleinkind"), 0, seats=0, max_age=5),
    )


def _place(name: Words, latitude: str, longitude: str, kind: str = "stop") -> DemoPlace:
    return DemoPlace(name, latitude, longitude, kind, city="Hamburg", country="DE")


BAUMWALL: Final = DemoPlace(
    Words("Baumwall station, stairs to the water", "U-Bahn Baumwall, Treppe zum Wasser"),
    "53.544200",
    "9.981400",
    "meeting_point",
    street="Baumwall 15",
    postal_code="20459",
    city="Hamburg",
    country="DE",
    directions=Words(
        "Underground line U3. Your guide waits at the foot of the stairs on the harbour side, with an amber umbrella.",
        "U-Bahn-Linie U3. Ihr Guide wartet am Fuß der Treppe auf der Hafenseite, mit einem bernsteinfarbenen Schirm.",
    ),
)
MICHEL: Final = DemoPlace(
    Words("St Michael’s, main door", "St. Michaelis, Hauptportal"),
    "53.548400",
    "9.978700",
    "meeting_point",
    street="Englische Planke 1",
    postal_code="20459",
    city="Hamburg",
    country="DE",
    directions=Words(
        "Ten minutes on foot from the underground at Baumwall or St. Pauli. Look for the amber umbrella.",
        "Zehn Minuten zu Fuß von der U-Bahn Baumwall oder St. Pauli. Halten Sie Ausschau nach dem"
        " bernsteinfarbenen Schirm.",
    ),
)
PARK: Final = DemoPlace(
    Words("Park Fiction, under the steel palms", "Park Fiction, unter den Stahlpalmen"),
    "53.546600",
    "9.957600",
    "meeting_point",
    street="Antonistraße 14",
    postal_code="20359",
    city="Hamburg",
    country="DE",
    directions=Words(
        "Bus 111 to Hafentreppe, or fifteen minutes on foot from Landungsbrücken along the river.",
        "Bus 111 bis Hafentreppe oder fünfzehn Minuten zu Fuß von den Landungsbrücken am Fluss entlang.",
    ),
)

WAREHOUSES: Final = DemoTour(
    slug="speicherstadt",
    name=Words("Speicherstadt and HafenCity on foot", "Speicherstadt und HafenCity zu Fuß"),
    tags=(
        FAMILIES,
        BY_THE_WATER,
    ),
    category="walking",
    duration_minutes=120,
    capacity=16,
    languages=("en", "de"),
    meeting_point=BAUMWALL,
    accessibility_note="Cobblestones and a few steps on the quays. Ask us for the step-free way round.",
    tiers=_tiers(2400, 1200, 2100),
    variants=(
        DemoVariant(
            SMALL_GROUP,
            (
                DemoDepartures((dt.time(10, 30),), language="en"),
                DemoDepartures((dt.time(14, 0),), language="de"),
            ),
        ),
        DemoVariant(
            JUST_YOU,
            (DemoDepartures((dt.time(16, 30),), frozenset({1, 3, 5})),),
            kind="private",
            capacity=8,
            tiers=(DemoTier(Words("Group of up to 8", "Gruppe bis 8 Personen"), 19000, seats=8, is_default=True),),
        ),
    ),
    cover="warehouses",
    pictures=("new-quarter", "river"),
    summary=Words(
        "Coffee, carpets and pepper once came in by these canals. We walk from the oldest warehouses to the newest"
        " concert"
        " hall, and tell how a town moved its harbour and kept its heart.",
        "Kaffee, Teppiche und Pfeffer kamen einst über diese Fleete. Wir gehen von den ältesten Speichern zum neuesten"
        " Konzerthaus und erzählen, wie eine Stadt ihren Hafen verlegte und ihr Herz behielt.",
    ),
    highlights=Words(
        "<ul><li>The view from Poggenmühlen bridge that everybody knows from postcards</li><li>Inside a warehouse"
        " that still"
        " smells of spices</li><li>Up to the plaza of the concert hall, 37 metres above the river</li></ul>",
        "<ul><li>Der Blick von der Poggenmühlenbrücke, den alle von Postkarten kennen</li><li>In einem Speicher,"
        " der noch nach"
        " Gewürzen riecht</li><li>Hinauf zur Plaza des Konzerthauses, 37 Meter über dem Fluss</li></ul>",
    ),
    included=Words(
        "<p>Your guide, the ticket for the plaza, and a bag of spices to take home.</p>",
        "<p>Ihr Guide, die Karte für die Plaza und ein Tütchen Gewürze für zu Hause.</p>",
    ),
    excluded=Words(
        "<p>The way to the meeting point, and the second slice of cake.</p>",
        "<p>Der Weg zum Treffpunkt und das zweite Stück Kuchen.</p>",
    ),
    to_bring=Words(
        "<p>Shoes that do not mind cobblestones, and a jacket: there is always a breeze at the water.</p>",
        "<p>Schuhe, denen Kopfsteinpflaster nichts ausmacht, und eine Jacke: Am Wasser weht immer ein Wind.</p>",
    ),
    stops=(
        DemoStop(
            BAUMWALL,
            Words(
                "<p>Here a boom of tree trunks closed the harbour at night. Whoever came late waited outside with"
                " the gulls.</p>",
                "<p>Hier versperrten nachts schwimmende Baumstämme den Hafen. Wer zu spät kam, wartete draußen bei"
                " den Möwen.</p>",
            ),
        ),
        DemoStop(
            _place(Words("St Catherine’s church", "Hauptkirche St. Katharinen"), "53.546100", "9.994200", "sight"),
            Words(
                "<p>The church of the sailors and brewers. Its tower stood as a sea mark long before there were"
                " lights on the river.</p>",
                "<p>Die Kirche der Seeleute und Brauer. Ihr Turm war Seezeichen, lange bevor es Leuchtfeuer am"
                " Fluss gab.</p>",
            ),
        ),
        DemoStop(
            _place(Words("Kornhaus bridge", "Kornhausbrücke"), "53.544900", "9.996800"),
            Words(
                "<p>Two stone discoverers guard the way into the free port. From here on, goods could lie for"
                " years without a penny of duty.</p>",
                "<p>Zwei steinerne Entdecker bewachen den Weg in den Freihafen. Von hier an durften Waren"
                " jahrelang zollfrei lagern.</p>",
            ),
        ),
        DemoStop(
            _place(Words("The water castle", "Wasserschloss"), "53.543900", "10.000500", "sight"),
            Words(
                "<p>Not a castle but a workshop: the men who kept the winches of the warehouses going lived on"
                " this spit between two canals.</p>",
                "<p>Kein Schloss, sondern eine Werkstatt: Auf dieser Landzunge wohnten die Männer, die die Winden"
                " der Speicher in Gang hielten.</p>",
            ),
            "warehouses",
        ),
        DemoStop(
            _place(Words("The oldest warehouse", "Kaispeicher B"), "53.543300", "9.999800", "sight"),
            Words(
                "<p>Grain lay here on ten floors. Today ships in bottles do, and the beams still carry the marks"
                " of the sacks.</p>",
                "<p>Auf zehn Böden lag hier Getreide. Heute sind es Buddelschiffe, und die Balken tragen noch die"
                " Spuren der Säcke.</p>",
            ),
        ),
        DemoStop(
            _place(Words("Magellan terraces", "Magellan-Terrassen"), "53.542300", "9.993900"),
            Words(
                "<p>Steps down to a harbour basin with old ships in it. When the tide is very high, the square"
                " belongs to the river, and that is planned so.</p>",
                "<p>Stufen hinab zu einem Hafenbecken voller alter Schiffe. Bei Sturmflut gehört der Platz dem"
                " Fluss, und so ist es gedacht.</p>",
            ),
            "new-quarter",
        ),
        DemoStop(
            _place(Words("Elbphilharmonie plaza", "Plaza der Elbphilharmonie"), "53.541300", "9.984100", "sight"),
            Words(
                "<p>A cocoa warehouse with a wave of glass on top. We go up the long curved stairway and look back"
                " on the whole walk.</p>",
                "<p>Ein Kakaospeicher mit einer Welle aus Glas obenauf. Wir fahren die lange gebogene Treppe"
                " hinauf und blicken auf den ganzen Weg zurück.</p>",
            ),
        ),
    ),
)

LIGHTS: Final = DemoTour(
    slug="harbour-lights",
    name=Words("Harbour lights by night", "Hafenlichter bei Nacht"),
    tags=(
        EVENING,
        BY_THE_WATER,
    ),
    category="walking",
    duration_minutes=105,
    capacity=14,
    languages=("en", "de"),
    meeting_point=MICHEL,
    accessibility=("wheelchair", "step_free", "pushchair", "dogs"),
    tiers=_tiers(2900, 1500, 2600),
    variants=(
        DemoVariant(
            SMALL_GROUP,
            (
                DemoDepartures((dt.time(19, 30),), frozenset({3, 5}), language="en"),
                DemoDepartures((dt.time(20, 0),), frozenset({4, 6}), language="de"),
            ),
        ),
    ),
    cover="lights",
    pictures=("dawn", "new-quarter"),
    summary=Words(
        "When the day’s visitors have gone, the harbour begins to glow. A calm walk past ships and under the"
        " river, with tea"
        " from a flask and stories of the night shift.",
        "Wenn die Tagesgäste gegangen sind, beginnt der Hafen zu leuchten. Ein ruhiger Gang vorbei an Schiffen und"
        " unter dem"
        " Fluss hindurch, mit Tee aus der Kanne und Geschichten von der Nachtschicht.",
    ),
    highlights=Words(
        "<ul><li>The tunnel under the river, almost to yourself</li><li>A freighter’s deck lights from very near</li>"
        "<li>The best bench in town for a picture of the skyline</li></ul>",
        "<ul><li>Der Tunnel unter dem Fluss, fast für sich allein</li><li>Die Decklichter eines Frachters aus"
        " nächster Nähe</li>"
        "<li>Die beste Bank der Stadt für ein Bild der Silhouette</li></ul>",
    ),
    included=Words(
        "<p>Your guide, a lantern to carry, tea or hot chocolate.</p>",
        "<p>Ihr Guide, eine Laterne zum Tragen, Tee oder heiße Schokolade.</p>",
    ),
    excluded=Words("<p>The way back to your hotel.</p>", "<p>Der Weg zurück ins Hotel.</p>"),
    to_bring=Words(
        "<p>Warm clothes, and a camera that likes the dark.</p>",
        "<p>Warme Sachen und eine Kamera, die die Dunkelheit mag.</p>",
    ),
    stops=(
        DemoStop(
            MICHEL,
            Words(
                "<p>Twice a day a trumpeter plays from this tower to all four winds. At nine in the evening he"
                " plays for us.</p>",
                "<p>Zweimal am Tag bläst ein Türmer von diesem Turm in alle vier Winde. Um neun Uhr abends bläst"
                " er für uns.</p>",
            ),
        ),
        DemoStop(
            _place(Words("Landing stages", "St. Pauli-Landungsbrücken"), "53.545700", "9.970900"),
            Words(
                "<p>A floating street, seven hundred metres long. Feel it move when a ferry turns.</p>",
                "<p>Eine schwimmende Straße, siebenhundert Meter lang. Spüren Sie, wie sie sich bewegt, wenn eine"
                " Fähre dreht.</p>",
            ),
            "lights",
        ),
        DemoStop(
            _place(Words("The old tunnel", "Alter Elbtunnel"), "53.545900", "9.966300", "sight"),
            Words(
                "<p>Lifts for horse carts, tiles with herrings and boots on them, and a cool wind from the other"
                " bank.</p>",
                "<p>Aufzüge für Pferdewagen, Kacheln mit Heringen und Stiefeln und ein kühler Wind vom anderen"
                " Ufer.</p>",
            ),
        ),
        DemoStop(
            _place(Words("The white freighter", "Cap San Diego"), "53.543200", "9.975900", "sight"),
            Words(
                "<p>She carried coffee and passengers across the Atlantic and still puts to sea a few times a"
                " year.</p>",
                "<p>Sie fuhr Kaffee und Passagiere über den Atlantik und geht noch heute ein paar Mal im Jahr auf"
                " Fahrt.</p>",
            ),
            "dawn",
        ),
        DemoStop(
            _place(
                Words("The bench at the Kehrwieder point", "Die Bank an der Kehrwiederspitze"), "53.542900", "9.984800"
            ),
            Words(
                "<p>“Come back again”, the spit is called, because here families waved to the ships. We say good"
                " night with the last of the tea.</p>",
                "<p>Kehrwieder heißt die Spitze, weil hier die Familien den Schiffen nachwinkten. Wir sagen gute"
                " Nacht mit dem letzten Schluck Tee.</p>",
            ),
        ),
    ),
)

MARKET: Final = DemoTour(
    slug="fish-market",
    name=Words("Fish market breakfast walk", "Frühstück auf dem Fischmarkt"),
    tags=(
        FAMILIES,
        BY_THE_WATER,
    ),
    category="food",
    duration_minutes=150,
    capacity=12,
    languages=("en", "de"),
    meeting_point=PARK,
    cutoff_minutes=720,
    tiers=_tiers(3800, 2200, 3500),
    variants=(
        DemoVariant(
            SMALL_GROUP,
            (
                DemoDepartures((dt.time(7, 0),), frozenset({6}), language="de"),
                DemoDepartures((dt.time(7, 15),), frozenset({6}), language="en"),
            ),
        ),
    ),
    cover="market",
    pictures=("river", "dawn"),
    summary=Words(
        "Sunday, seven o’clock: eels are sung for, bananas fly, and a band plays in the auction hall. We know"
        " which roll is the"
        " best and where to sit with it.",
        "Sonntag, sieben Uhr: Aale werden besungen, Bananen fliegen, und in der Auktionshalle spielt eine Band."
        " Wir wissen,"
        " welches Brötchen das beste ist und wo man damit sitzt.",
    ),
    highlights=Words(
        "<ul><li>Four tastings, from pickled herring to franzbrötchen</li><li>The auction hall from the gallery</li>"
        "<li>The river from above when the first big ship comes in</li></ul>",
        "<ul><li>Vier Kostproben, vom Matjes bis zum Franzbrötchen</li><li>Die Auktionshalle von der Galerie aus</li>"
        "<li>Der Fluss von oben, wenn das erste große Schiff einläuft</li></ul>",
    ),
    included=Words(
        "<p>Your guide, four tastings, coffee or tea. Tell us what you do not eat when you book.</p>",
        "<p>Ihr Guide, vier Kostproben, Kaffee oder Tee. Sagen Sie uns beim Buchen, was Sie nicht essen.</p>",
    ),
    excluded=Words(
        "<p>The basket of fruit you will buy anyway.</p>", "<p>Der Obstkorb, den Sie sowieso kaufen werden.</p>"
    ),
    to_bring=Words("<p>An empty stomach and some cash.</p>", "<p>Einen leeren Magen und etwas Bargeld.</p>"),
    stops=(
        DemoStop(
            PARK,
            Words(
                "<p>Neighbours drew this park themselves, palms and all, and won it from the builders. We look"
                " down on the stalls and make a plan.</p>",
                "<p>Nachbarn haben diesen Park selbst gezeichnet, mitsamt den Palmen, und ihn den Baufirmen"
                " abgerungen. Wir schauen auf die Stände und machen einen Plan.</p>",
            ),
        ),
        DemoStop(
            _place(Words("The stalls", "Die Marktstände"), "53.545300", "9.953600"),
            Words(
                "<p>Selling here is theatre. Stay at the back and you get a story; stand in front and you get a"
                " bag of smoked fish.</p>",
                "<p>Verkaufen ist hier Theater. Wer hinten bleibt, bekommt eine Geschichte; wer vorne steht, eine"
                " Tüte Räucherfisch.</p>",
            ),
            "market",
        ),
        DemoStop(
            _place(Words("Fish auction hall", "Fischauktionshalle"), "53.544800", "9.952600", "venue"),
            Words(
                "<p>Iron, glass and brick like a church of fish. Breakfast is on the gallery, above the dancers.</p>",
                "<p>Eisen, Glas und Backstein wie eine Kirche der Fische. Gefrühstückt wird auf der Galerie, über"
                " den Tanzenden.</p>",
            ),
        ),
        DemoStop(
            _place(Words("The cruise pier", "Kreuzfahrtterminal Altona"), "53.543700", "9.940300"),
            Words(
                "<p>With luck something as tall as a house turns on the spot in front of us.</p>",
                "<p>Mit Glück dreht vor uns etwas auf der Stelle, das so hoch ist wie ein Haus.</p>",
            ),
            "river",
        ),
        DemoStop(
            _place(Words("Altona balcony", "Altonaer Balkon"), "53.544700", "9.937000", "sight"),
            Words(
                "<p>The end, with the whole harbour at our feet and the last crumbs of cinnamon and sugar.</p>",
                "<p>Das Ende, mit dem ganzen Hafen zu Füßen und den letzten Krümeln Zimt und Zucker.</p>",
            ),
        ),
    ),
)

TOURS: Final = (WAREHOUSES, LIGHTS, MARKET)
