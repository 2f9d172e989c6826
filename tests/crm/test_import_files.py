"""What files of other programs say: their letters, separators and columns, and what stands in their cells."""

import datetime as dt
import io
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from crm.enums import ImportKind, ImportReason
from crm.gateways.tables import CONTACT_COLUMNS, Layout, TableError, guess_layout, open_table
from crm.rules import Reading, fields_of, guess_mapping, read_customer, read_protocol

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
HUBSPOT = ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Lifecycle Stage", "Create Date"]
MAILCHIMP = [
    "Email Address",
    "First Name",
    "Last Name",
    "Address",
    "Phone Number",
    "TAGS",
    "MEMBER_RATING",
    "OPTIN_TIME",
]
GOOGLE = [
    *(
        "First Name",
        "Middle Name",
        "Last Name",
        "Organization Name",
        "Notes",
        "Labels",
        "E-mail 1 - Label",
        "E-mail 1 - Value",
    ),
    *("Phone 1 - Label", "Phone 1 - Value", "Address 1 - Formatted"),
]
OLD_GOOGLE = [
    "Name",
    "Given Name",
    "Additional Name",
    "Family Name",
    "Group Membership",
    "E-mail 1 - Value",
    "Phone 1 - Value",
]
OUTLOOK = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Company",
    "Mobile Phone",
    "E-mail Address",
    "Categories",
    "Notes",
]
GERMAN = [
    "Kundennummer",
    "Vorname",
    "Name",
    "E-Mail-Adresse",
    "Telefon",
    "Sprache",
    "Kategorien",
    "Bemerkung",
    "Newsletter seit",
]


def table(content: bytes, ending: str = "csv") -> tuple[Layout, list[str], list[tuple[int, list[str] | None]]]:
    layout = guess_layout(content, ending)
    columns, rows = open_table(content, layout)
    return layout, columns, [tuple(row) for row in rows]


TEXT = 'Name;E-Mail\r\n"Müller; Zoë";zoe@example.com\r\n\r\n=cmd|calc;€@example.com\r\n'


@pytest.mark.parametrize(
    ("written_in", "guessed"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_letters_and_separator_are_guessed(written_in, guessed):
    assert table(TEXT.encode(written_in)) == (
        Layout("csv", guessed, ";"),
        ["Name", "E-Mail"],
        [(2, ["Müller; Zoë", "zoe@example.com"]), (4, ["=cmd|calc", "€@example.com"])],
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator_is_known_in_spite_of_others_in_cells(separator):
    text = f'a{separator}b{separator}c\n1{separator}"x,y;z|w, v"{separator}3\n4{separator}5\n'
    assert table(text.encode()) == (
        Layout("csv", "utf-8-sig", separator),
        ["a", "b", "c"],
        [(2, ["1", "x,y;z|w, v", "3"]), (3, ["4", "5", ""])],
    )


def test_latin_letters_of_a_short_file_are_western():
    content = "Vorname,Nachname\nJürgen,Weiß\nBjörn,Groß\n".encode("latin-1")
    assert table(content)[2] == [(2, ["Jürgen", "Weiß"]), (3, ["Björn", "Groß"])]


def test_what_our_own_export_put_before_a_number_goes():
    assert table(b"Phone,Note\n'+494012345678,'=1+1\n'quoted',''\n")[2] == [
        (2, ["+494012345678", "=1+1"]),
        (3, ["'quoted'", "''"]),
    ]


def test_a_workbook_is_read_as_it_is_seen():
    book, output = Workbook(), io.BytesIO()
    book.active.append(["Name", "Phone", "Since", "At", "Yes", None])
    book.active.append(["Zoë", 494012345678, dt.date(2026, 4, 3), dt.datetime.fromisoformat("2026-04-03 09:30"), True])
    book.active.append([])
    book.active.append(["'=1+1", 1.5])
    book.save(output)
    assert table(output.getvalue(), "xlsx") == (
        Layout("xlsx"),
        ["Name", "Phone", "Since", "At", "Yes"],
        [
            (2, ["Zoë", "494012345678", "2026-04-03", "2026-04-03T09:30:00", "yes"]),
            (4, ["'=1+1", "1.5", "", "", ""]),
        ],
    )


CARDS = """BEGIN:VCARD
VERSION:3.0
N:Berg;Anna;Maria;Dr.;
FN:Dr. Anna Maria Berg
EMAIL;TYPE=HOME:anna@example.com
EMAIL;TYPE=WORK:berg@example.com
TEL;TYPE=CELL:+49 40 12345678
ORG:Harbour;Sales
NOTE:Likes\\, ferries
CATEGORIES:guests,vip
UID:1-2-3
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB;;;
TEL;CELL:040 87654321
END:VCARD
"""


def test_contacts_have_columns_of_their_own():
    layout, columns, rows = table(CARDS.replace("\n", "\r\n").encode(), "vcf")
    assert (layout, columns) == (Layout("vcf", "utf-8-sig"), list(CONTACT_COLUMNS))
    first, second = (dict(zip(columns, cells, strict=True)) for _number, cells in rows)
    assert {name: text for name, text in first.items() if text} == {
        "UID": "1-2-3",
        "First name": "Anna Maria",
        "Last name": "Berg",
        "Full name": "Dr. Anna Maria Berg",
        "E-mail": "anna@example.com",
        "E-mail 2": "berg@example.com",
        "Phone": "+49 40 12345678",
        "Organization": "Harbour, Sales",
        "Note": "Likes, ferries",
        "Categories": "guests, vip",
    }
    assert (second["First name"], second["Last name"], second["Phone"]) == ("Zoë", "Müller", "040 87654321")


def test_a_contact_without_an_end_takes_no_other_with_it():
    cards = "BEGIN:VCARD\nFN:Anna\nBEGIN:VCARD\nVERSION:3.0\nFN:Ole\nEND:VCARD\n"
    assert [(number, cells and cells[3]) for number, cells in table(cards.encode(), "vcf")[2]] == [
        (1, None),
        (2, "Ole"),
    ]


def test_many_contacts_without_an_end_take_no_longer_than_others():
    rows = open_table(b"BEGIN:VCARD\n" * 90_000, Layout("vcf", "utf-8-sig")).rows
    assert sum(line.cells is None for line in rows) == 90_000


def test_a_workbook_that_cannot_be_unpacked_says_so():
    book, content = Workbook(), io.BytesIO()
    for number in range(500):
        book.active.append([f"Guest {number}", number])
    book.save(content)
    whole = content.getvalue()
    with ZipFile(io.BytesIO(whole)) as folder:
        sheet = folder.getinfo("xl/worksheets/sheet1.xml")
    # What begins so was packed by nothing.
    start = sheet.header_offset + 30 + len(sheet.filename)
    broken = whole[:start] + b"\xff" * 50 + whole[start + 50 :]
    with pytest.raises(TableError) as caught:
        table(broken, "xlsx")
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    ("content", "ending", "code"),
    [
        (b"", "csv", "empty"),
        (b"\n;;\n", "csv", "empty"),
        (b"PK\x03\x04 not a workbook", "xlsx", "damaged"),
        (b"a,b\n", "xlsx", "damaged"),
        (b"a,b\n", "vcf", "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "csv", "damaged"),
        (",".join("a" * 201).encode(), "csv", "columns"),
    ],
)
def test_what_is_no_table_says_so(content, ending, code):
    with pytest.raises(TableError) as caught:
        table(content, ending)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (HUBSPOT, ["external_id", "first_name", "last_name", "email", "phone", "", ""]),
        (MAILCHIMP, ["email", "first_name", "last_name", "", "phone", "tags", "", "newsletter_at"]),
        (GOOGLE, ["first_name", "first_name", "last_name", "note", "note", "tags", "", "email", "", "phone", ""]),
        (OLD_GOOGLE, ["", "first_name", "first_name", "last_name", "tags", "email", "phone"]),
        (OUTLOOK, ["", "first_name", "first_name", "last_name", "note", "phone", "email", "tags", "note"]),
        (
            GERMAN,
            ["external_id", "first_name", "last_name", "email", "phone", "language", "tags", "note", "newsletter_at"],
        ),
        (["Name", "Mail"], ["full_name", "email"]),
        (
            list(CONTACT_COLUMNS),
            ["external_id", "first_name", "last_name", "", "email", "", "phone", "phone", "note", "note", "tags"],
        ),
    ],
)
def test_columns_of_known_programs_are_known(columns, mapping):
    assert guess_mapping(ImportKind.CUSTOMERS, columns) == mapping


def read(columns: list[str], *cells: str, region: str | None = "DE", **others):
    reading = Reading(
        fields=fields_of(ImportKind.CUSTOMERS),
        columns=columns,
        mapping=guess_mapping(ImportKind.CUSTOMERS, columns),
        region=region,
        zone=ZoneInfo("Europe/Berlin"),
        now=NOW,
        **others,
    )
    row = read_customer(2, cells, reading)
    return {name: str(value) if name == "phone" else value for name, value in row.values.items()}, row.found


def test_a_row_of_mailchimp():
    cells = (
        "ANNA@Example.COM",
        "Anna",
        "=cmd|'/c calc'!A0",
        "Kai 1",
        "040 12345678",
        '"vip","news 2026"',
        "2",
        "2026-04-03 08:15:00",
    )
    assert read(MAILCHIMP, *cells, consent_source="Form on our site", tag="old list") == (
        {
            "first_name": "Anna",
            "last_name": "=cmd|'/c calc'!A0",
            "email": "ANNA@example.com",
            "phone": "+494012345678",
            "tags": ["vip", "news 2026", "old list"],
            "consent": (dt.datetime(2026, 4, 3, 8, 15, tzinfo=ZoneInfo("Europe/Berlin")), "Form on our site"),
        },
        [],
    )


def test_a_row_of_google():
    cells = (
        "Anna",
        "Maria",
        "Berg",
        "Harbour",
        "likes ferries",
        "* myContacts ::: VIP",
        "Home",
        "anna@example.com",
        "Mobile",
        "+1 212 555 0123 ::: +49",
        "",
    )
    assert read(GOOGLE, *cells) == (
        {
            "first_name": "Anna Maria",
            "last_name": "Berg",
            "email": "anna@example.com",
            "phone": "+12125550123",
            "note": "Organization Name: Harbour\nNotes: likes ferries",
            "tags": ["VIP"],
        },
        [],
    )


@pytest.mark.parametrize(
    ("cells", "region", "found"),
    [
        (("Anna", "anna@", "", "", ""), "DE", [(ImportReason.EMAIL, "Mail", "anna@", False)]),
        (("Anna", "", "040 12345678", "", ""), None, [(ImportReason.PHONE_COUNTRY, "Phone", "040 12345678", False)]),
        (("Anna", "", "12", "", ""), "DE", [(ImportReason.PHONE, "Phone", "12", False)]),
        (("Anna", "", "", "Klingon", ""), "DE", [(ImportReason.LANGUAGE, "Sprache", "Klingon", True)]),
        (("", "", "", "de", ""), "DE", [(ImportReason.EMPTY, "", "", False)]),
        (("A" * 101, "", "", "", ""), "DE", [(ImportReason.LONG, "Name", "", False)]),
        (("Anna", "", "", "", "soon"), "DE", [(ImportReason.CONSENT, "Newsletter seit", "soon", True)]),
        (("Anna", "", "", "", "2032-01-01"), "DE", [(ImportReason.CONSENT, "Newsletter seit", "2032-01-01", True)]),
    ],
)
def test_what_cannot_be_read_is_told(cells, region, found):
    columns = ["Name", "Mail", "Phone", "Sprache", "Newsletter seit"]
    assert [tuple(one) for one in read(columns, *cells, region=region, consent_source="Form")[1]] == found


@pytest.mark.parametrize(
    ("text", "is_month_first", "day"),
    [
        ("2026-04-03", False, (2026, 4, 3)),
        ("2026-4-3 10:00", False, (2026, 4, 3)),
        ("3.4.2026", True, (2026, 4, 3)),
        ("03/04/2026", False, (2026, 4, 3)),
        ("03/04/2026", True, (2026, 3, 4)),
        ("04/30/26 2:30 PM", True, (2026, 4, 30)),
    ],
)
def test_days_are_read_in_the_order_of_the_file(text, is_month_first, day):
    values, found = read(["Name", "Opt-in time"], "Anna", text, consent_source="Form", is_month_first=is_month_first)
    assert (values["consent"][0].date(), found) == (dt.date(*day), [])


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31", "9999-12-31T23:30:00-12:00", "1.1.0001", "0001-01-01 10:00"]
)
def test_days_that_no_calendar_of_ours_has_are_told(text):
    kind, columns, mapping = ImportKind.PROTOCOLS, ["Mail", "Subject", "Date"], ["email", "subject", "happened_at"]
    reading = Reading(fields_of(kind), columns, mapping, "DE", ZoneInfo("Europe/Berlin"), NOW)
    row = read_protocol(2, ["a@example.com", "Call", text], reading)
    assert [found.reason for found in row.found] == [ImportReason.DATE]


def test_who_said_no_agreed_to_nothing():
    columns = ["Mail", "Newsletter", "Newsletter seit"]
    assert read(columns, "a@example.com", "nein", "2026-04-03", consent_source="Form") == (
        {"email": "a@example.com"},
        [],
    )
