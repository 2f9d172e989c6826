"""Writes the demo's legal texts, in every language of the site."""

from cms.enums import LegalKind
from cms.operations import write_legal_text
from devtools.demo_content.shapes import DemoSite

TEXTS = {
    "en": {
        LegalKind.IMPRINT: "<p>{name}, {address}</p><p>E-mail: {email}, phone: {phone}</p>",
        LegalKind.PRIVACY: (
            "<p>We keep what you tell us with your booking: your name, your e-mail address, your phone number and your wishes. "
            "We use it to guide you, and to write to you about your booking. Your card details go to our payment provider only.</p>"
            "<p>Write to {email} to learn what we keep about you, or to have it deleted.</p>"
        ),
        LegalKind.TERMS: (
            "<h2>Your booking</h2><p>You book with {name}. The booking is binding when we have confirmed it.</p>"
            "<h2>On the day</h2><ul><li>Please be there ten minutes before the start.</li>"
            "<li>We go in light rain, and call you when a storm is coming.</li></ul>"
        ),
    },
    "de": {
        LegalKind.IMPRINT: "<p>{name}, {address}</p><p>E-Mail: {email}, Telefon: {phone}</p>",
        LegalKind.PRIVACY: (
            "<p>Wir speichern, was Sie bei der Buchung angeben: Name, E-Mail-Adresse, Telefonnummer und Wünsche. "
            "Wir brauchen es, um Sie zu führen und Ihnen zu Ihrer Buchung zu schreiben. Kartendaten gehen nur an unseren "
            "Zahlungsdienst.</p><p>Schreiben Sie an {email}, wenn Sie wissen möchten, was wir über Sie speichern, oder es gelöscht "
            "haben möchten.</p>"
        ),
        LegalKind.TERMS: (
            "<h2>Ihre Buchung</h2><p>Sie buchen bei {name}. Die Buchung ist verbindlich, sobald wir sie bestätigt haben.</p>"
            "<h2>Am Tag der Tour</h2><ul><li>Bitte seien Sie zehn Minuten vor Beginn da.</li>"
            "<li>Bei leichtem Regen gehen wir los; vor einem Sturm rufen wir Sie an.</li></ul>"
        ),
    },
}


def write_legal(site: DemoSite) -> None:
    """Write the legal texts of a site."""
    values = {
        "name": site.name,
        "address": site.address.replace("\n", ", "),
        "email": site.email,
        "phone": site.phone,
    }
    for language in site.languages:
        for kind, text in TEXTS[language].items():
            write_legal_text(kind, language=language, body=text.format(**values), actor=None)
