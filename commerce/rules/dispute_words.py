"""Disputes in words that somebody understands who has never had one; all in the active language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commerce.enums import DisputeKind, DisputeStatus


@dataclass(frozen=True, slots=True)
class DisputeWords:
    """What a dispute is, what happens now, and what staff can do."""

    what: str
    now: str
    to_do: str = ""


# What the bank gives as its reason, in Stripe's names; the first ones are those of disputes, the rest of fraud warnings.
_REASONS: Final[Mapping[str, Promise]] = {
    "bank_cannot_process": gettext_lazy("The bank could not process the payment."),
    "check_returned": gettext_lazy("The bank returned the payment."),
    "credit_not_processed": gettext_lazy("The guest says that money was promised back and never came."),
    "customer_initiated": gettext_lazy("The guest asked the bank to take the payment back."),
    "debit_not_authorized": gettext_lazy("The guest says that the debit was not authorised."),
    "duplicate": gettext_lazy("The guest says that the same was charged twice."),
    "fraudulent": gettext_lazy("The card's owner says that they did not make this payment."),
    "general": gettext_lazy("The bank gives no particular reason."),
    "incorrect_account_details": gettext_lazy("The details of the account were wrong."),
    "insufficient_funds": gettext_lazy("There was not enough money in the account."),
    "noncompliant": gettext_lazy("The bank says that a rule of the card network was broken."),
    "product_not_received": gettext_lazy("The guest says that the tour or ticket was not provided."),
    "product_unacceptable": gettext_lazy("The guest says that it was not what had been promised."),
    "subscription_canceled": gettext_lazy("The guest says that this had been cancelled."),
    "unrecognized": gettext_lazy("The card's owner does not recognise the payment."),
    "card_never_received": gettext_lazy("The card never reached its owner."),
    "fraudulent_card_application": gettext_lazy("The card was applied for by somebody else."),
    "made_with_counterfeit_card": gettext_lazy("The card was a counterfeit."),
    "made_with_lost_card": gettext_lazy("The card was reported lost."),
    "made_with_stolen_card": gettext_lazy("The card was reported stolen."),
    "unauthorized_use_of_card": gettext_lazy("The card was used without permission."),
    "misc": gettext_lazy("The bank gives no particular reason."),
}


def reason_words(reason: str) -> str:
    """Return what the bank says, for a reason in Stripe's name; a name that is new is shown as it is."""
    return str(_REASONS.get(reason, reason.replace("_", " ")))


def dispute_words(kind: DisputeKind, status: DisputeStatus) -> DisputeWords:
    """Return what a dispute of a kind in a state is, what happens now and what can be done."""
    match kind:
        case DisputeKind.WARNING:
            return DisputeWords(
                _("The guest's bank has told Stripe that this payment may be fraud. No money has moved."),
                *_warning(status),
            )
        case DisputeKind.INQUIRY:
            return DisputeWords(
                _("The guest has asked the bank about this payment, and the bank asks you. No money has moved."),
                *_inquiry(status),
            )
        case DisputeKind.CHARGEBACK:
            return DisputeWords(
                _(
                    "The guest has had this payment taken back by the bank. Stripe has taken the money, and a fee, from you."
                ),
                *_chargeback(status),
            )


def _warning(status: DisputeStatus) -> tuple[str, ...]:
    if status == DisputeStatus.NEEDS_RESPONSE:
        return (
            _("Most warnings become a chargeback when nobody does anything; that costs the money and a fee."),
            _(
                "If the booking looks wrong to you, cancel the order and pay everything back: then there will be no "
                "chargeback. If you know the guest, leave it."
            ),
        )
    return (_("This warning is settled."),)


def _inquiry(status: DisputeStatus) -> tuple[str, ...]:
    match status:
        case DisputeStatus.NEEDS_RESPONSE:
            return (
                _("If nobody answers in time, this is likely to become a chargeback, with a fee."),
                _(
                    "Talk to the guest if you can. Then answer the bank, or pay everything back: that ends the inquiry. "
                    "Paying back a part does not."
                ),
            )
        case DisputeStatus.UNDER_REVIEW:
            return (
                _("The bank has your answer. If it hears nothing more from the guest, the inquiry ends by itself."),
            )
    return (_("The inquiry is over. The money stays with you, unless you have paid it back."),)


def _chargeback(status: DisputeStatus) -> tuple[str, ...]:
    match status:
        case DisputeStatus.NEEDS_RESPONSE:
            return (
                _(
                    "The bank decides by what you send. Without an answer in time the money is lost. Until it is decided, "
                    "nothing can be paid back. The booking stands, unless you cancel it."
                ),
                _(
                    "Prepare the answer: say what happened and add what proves it. You can send it once. If the guest is "
                    "right, accept the chargeback."
                ),
            )
        case DisputeStatus.UNDER_REVIEW:
            return (_("The bank has your answer and decides, usually within 60 to 75 days. You will be told."),)
        case DisputeStatus.WON:
            return (_("You won: the money is yours again. The fee usually is not given back."),)
        case DisputeStatus.LOST:
            return (_("The money stays with the guest. Do not pay it back another way. The booking is as it was."),)
    return (_("This is over without a decision; no money is held any more."),)
