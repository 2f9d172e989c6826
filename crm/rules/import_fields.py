"""Which columns of a file fill which fields: guessed from the names that other programs and people give them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.enums import ImportKind
from tenancy.fields import plain_text


class ImportField(NamedTuple):
    """A field that a column can fill, and the names by which such a column is known, as `plain_name` writes them.

    Where several columns fill one field, `joined` says that all of them count; else the first that is filled does.
    """

    name: str
    label: Promise
    known: frozenset[str] = frozenset()
    joined: bool = False


def plain_name(text: str) -> str:
    """Return the name of a column without accents, case and signs: “E-mail 1 - Value” is “email1value”."""
    return re.sub(r"[^a-z0-9]", "", plain_text(text))


def _names(names: str) -> frozenset[str]:
    return frozenset(plain_name(name) for name in names.split(","))


_EMAIL: Final = _names(
    "E-mail, Mail, E-mail address, E-Mail-Adresse, Emailadresse, Primary email, E-mail 1 - Value, E-mail "
    "1, Email 1, Customer e-mail, Kunde E-Mail, E-Mail des Kunden, Contact email, Associated contact, "
    "Associated contact email"
)
_NOTES: Final = _names(
    "Note, Notes, Notiz, Notizen, Bemerkung, Bemerkungen, Kommentar, Comment, Comments, Anmerkung, "
    "Anmerkungen, Organization, Organization Name, Organization 1 - Name, Company, Company name, Firma, "
    "Unternehmen"
)

_CUSTOMER: Final = (
    ImportField(
        "first_name",
        _("First name"),
        _names("First name, Given name, Vorname, Fname, Rufname, Middle name, Additional name, Weitere Vornamen"),
        joined=True,
    ),
    ImportField(
        "last_name",
        _("Last name"),
        _names("Last name, Surname, Family name, Nachname, Familienname, Lname, Zuname"),
        joined=True,
    ),
    ImportField(
        "full_name",
        _("Whole name"),
        _names(
            "Name, Full name, Display name, Contact name, Customer, Customer name, Kunde, Kundenname, "
            "Vollständiger Name, Anzeigename"
        ),
    ),
    ImportField("email", _("E-mail"), _EMAIL),
    ImportField(
        "phone",
        _("Phone"),
        _names(
            "Phone, Phone number, Phone 1 - Value, Phone 2 - Value, Phone 2, Mobile, Mobile phone, Mobile phone "
            "number, Mobile number, Cell phone, Telefon, Telefonnummer, Telefon 1 - Wert, Handy, Handynummer, "
            "Mobil, Mobiltelefon, Mobilnummer, Tel, Primary phone, Home phone, Business phone, Telefon privat, "
            "Telefon (privat), Telefon geschäftlich, Telefon (geschäftlich), WhatsApp phone number"
        ),
    ),
    ImportField("language", _("Language"), _names("Language, Preferred language, Sprache, Lang")),
    ImportField(
        "tags",
        _("Tags"),
        _names(
            "Tags, Tag, Categories, Category, Kategorien, Kategorie, Labels, Groups, Group membership, Gruppen, "
            "Schlagwörter, Schlagworte"
        ),
        joined=True,
    ),
    ImportField("note", _("Note"), _NOTES, joined=True),
    ImportField(
        "external_id",
        _("Number in the other system"),
        _names(
            "Id, Record ID, Record ID - Contact, Contact ID, Customer ID, Customer number, External ID, "
            "Kundennummer, Kunden-Nr., Kundennr, UID, LEID, EUID"
        ),
    ),
    ImportField(
        "newsletter",
        _("Agreed to news: yes or no"),
        _names("Newsletter, Marketing consent, Email opt-in, Opt-in, Accepts marketing, Newsletter-Einwilligung"),
    ),
    ImportField(
        "newsletter_at",
        _("Agreed to news: when"),
        _names(
            "OPTIN_TIME, Opt-in time, Opt-in date, Consent date, Newsletter since, Newsletter seit, Einwilligung am"
        ),
    ),
    ImportField(
        "newsletter_source",
        _("Agreed to news: where"),
        _names("Consent source, Opt-in source, Quelle der Einwilligung"),
    ),
)

_WHOSE: Final = (
    ImportField("email", _("E-mail of the customer"), _EMAIL),
    ImportField(
        "customer_number",
        _("Number of the customer in the other system"),
        _names("Customer ID, Customer number, Contact ID, Kundennummer, Associated contact ID, Associated contact IDs"),
    ),
)
_OWN_ID: Final = ImportField(
    "external_id", _("Its own number in the other system"), _names("Id, Record ID, Nummer, External ID, UID")
)

_PROTOCOL: Final = (
    *_WHOSE,
    ImportField(
        "subject",
        _("Subject"),
        _names("Subject, Betreff, Title, Titel, Thema, Call title, Meeting name, Email subject"),
    ),
    ImportField(
        "body",
        _("What was said"),
        _names(
            "Body, Text, Notes, Note, Notiz, Notizen, Inhalt, Description, Beschreibung, Call notes, Note body, "
            "Meeting description, Internal meeting notes, Email body"
        ),
        joined=True,
    ),
    ImportField("kind", _("Kind"), _names("Kind, Type, Art, Typ, Activity type, Channel, Kanal")),
    ImportField("direction", _("Direction"), _names("Direction, Richtung, Call direction")),
    ImportField(
        "happened_at",
        _("When"),
        _names(
            "When, Date, Datum, Wann, Happened at, Activity date, Create date, Time, Zeitpunkt, Am, Meeting start time"
        ),
    ),
    ImportField(
        "duration_minutes",
        _("Minutes"),
        _names("Minutes, Duration, Dauer, Minuten, Duration minutes, Call duration, Call duration (HH:mm:ss)"),
    ),
    ImportField("outcome", _("Outcome"), _names("Outcome, Ergebnis, Call outcome")),
    _OWN_ID,
)

_TASK: Final = (
    *_WHOSE,
    ImportField(
        "title",
        _("What is to be done"),
        _names("Title, Titel, Task, Aufgabe, Subject, Betreff, Task title, What is to be done"),
    ),
    ImportField(
        "notes",
        _("Notes"),
        _names("Notes, Note, Notiz, Notizen, Description, Beschreibung, Body, Task notes"),
        joined=True,
    ),
    ImportField("state", _("Status"), _names("Status, State, Task status")),
    ImportField("priority", _("Priority"), _names("Priority, Priorität")),
    ImportField("due_on", _("Due"), _names("Due, Due date, Due on, Fällig, Fällig am, Fälligkeitsdatum, Deadline")),
    ImportField("due_time", _("Time"), _names("Time, Due time, Uhrzeit")),
    ImportField(
        "assignee", _("Who does it"), _names("Assignee, Assigned to, Owner, Zuständig, Bearbeiter, Who does it")
    ),
    _OWN_ID,
)

FIELDS: Final[Mapping[str, tuple[ImportField, ...]]] = {
    ImportKind.CUSTOMERS: _CUSTOMER,
    ImportKind.PROTOCOLS: _PROTOCOL,
    ImportKind.TASKS: _TASK,
}


def fields_of(kind: str) -> dict[str, ImportField]:
    """Return the fields that columns of a file of this kind can fill, by their names."""
    return {field.name: field for field in FIELDS[kind]}


def guess_mapping(kind: str, columns: Sequence[str]) -> list[str]:
    """Return for each column the name of the field it seems to fill, or nothing.

    “Name” beside a column of first names is the last name.
    """
    found = []
    for column in columns:
        plain = plain_name(column)
        found.append(next((field.name for field in FIELDS[kind] if plain in field.known), ""))
    if "first_name" in found and "last_name" not in found and "full_name" in found:
        found[found.index("full_name")] = "last_name"
    if "first_name" in found and "last_name" in found:
        found = ["" if name == "full_name" else name for name in found]
    return found
