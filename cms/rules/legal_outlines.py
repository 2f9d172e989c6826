"""What a legal text usually has to say, as headings to write below."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.enums import LegalKind

LEGAL_OUTLINES: Final[Mapping[LegalKind, Sequence[Promise]]] = {
    LegalKind.IMPRINT: (
        _("Who we are: name, legal form, who represents us"),
        _("How to reach us: address, e-mail, telephone"),
        _("Register and number, VAT number"),
        _("Who supervises us, and who answers for the content"),
    ),
    LegalKind.PRIVACY: (
        _("Who is responsible for your data"),
        _("What we keep when you book, and why"),
        _("Who gets it from us: payment, e-mail, hosting"),
        _("How long we keep it"),
        _("Your rights, and whom to ask or complain to"),
    ),
    LegalKind.TERMS: (
        _("Whom you make the contract with, and how it comes about"),
        _("Prices and payment"),
        _("What we do, and what we may change"),
        _("If you cancel, come late or do not come"),
        _("If we cancel"),
        _("Liability"),
    ),
    LegalKind.CANCELLATION: (
        _("Until when you can cancel, and what you get back"),
        _("How to cancel"),
        _("If we cancel"),
    ),
}
