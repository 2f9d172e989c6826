"""Choices of the commerce app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderStatus(models.TextChoices):
    """The life of an order."""

    PENDING = "pending", _("Waiting for payment")
    CONFIRMED = "confirmed", _("Confirmed, to be paid later")
    PAID = "paid", _("Paid")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Not paid in time")
    REFUNDED = "refunded", _("Refunded")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partly refunded")


class PaymentMethod(models.TextChoices):
    """By which way money comes in."""

    CARD = "card", _("Card")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    ON_ARRIVAL = "on_arrival", _("On arrival")
    INVOICE = "invoice", _("Invoice")
    MANUAL = "manual", _("Paid to us another way")
    FREE = "free", _("Nothing to pay")


class PaymentPurpose(models.TextChoices):
    """What a payment is for. The whole and the deposit decide about the places; the rest and extras come on top of them."""

    WHOLE = "whole", _("Whole amount")
    DEPOSIT = "deposit", _("Deposit")
    REST = "rest", pgettext_lazy("payment", "Rest")
    EXTRA = "extra", pgettext_lazy("payment", "Extra")


class AuthorisationEnding(models.TextChoices):
    """What is done when the bank will not keep money reserved until it is certain that a departure takes place."""

    RELEASE = "release", _("Free the card; the guest keeps the places and pays later")
    CAPTURE = "capture", _("Take the money")


class InvoiceCustomers(models.TextChoices):
    """Who may pay by invoice."""

    NOBODY = "nobody", pgettext_lazy("invoice", "Nobody")
    CHOSEN = "chosen", _("Customers who may, when you book for them")
    EVERYBODY = "everybody", pgettext_lazy("invoice", "Everybody, also guests who book online")


class PaymentStatus(models.TextChoices):
    """The life of a payment."""

    PENDING = "pending", _("Started")
    REQUIRES_ACTION = "requires_action", _("Waiting for the guest")
    PROCESSING = "processing", _("On its way")
    AUTHORISED = "authorised", _("Reserved on the card")
    AWAITING_APPROVAL = "awaiting_approval", _("To be confirmed by staff")
    SUCCEEDED = "succeeded", _("Received")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("payment", "Cancelled")
    REJECTED = "rejected", _("Rejected")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    DISPUTED = "disputed", _("Disputed")


class RefundStatus(models.TextChoices):
    """The life of a refund."""

    PENDING = "pending", _("Started")
    REQUIRES_ACTION = "requires_action", _("Waiting for the guest")
    SUCCEEDED = "succeeded", _("Paid back")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("payment", "Cancelled")


class RefundReason(models.TextChoices):
    """Why money goes back."""

    LATE_PAYMENT = "late_payment", _("Paid after the hold ran out, no room left")
    CANCELLED_BY_US = "cancelled_by_us", _("Cancelled by the organizer")
    CANCELLED_BY_GUEST = "cancelled_by_guest", _("Cancelled by the guest")
    CHANGED = "changed", _("Booking changed")
    DUPLICATE = "duplicate", _("Paid twice")
    OTHER = "other", _("Other")


class LedgerAccount(models.TextChoices):
    """Where money is, or for what it went. What is owed to us or lies with us is positive."""

    STRIPE = "stripe", _("Stripe balance")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash")
    CUSTOMERS = "customers", _("Customers")
    FEES = "fees", _("Fees of Stripe")
    DISPUTES = "disputes", _("Disputed money")
    LOSSES = "losses", _("Lost disputes")
    TRANSFERS = "transfers", _("Transfers")
    OTHER = "other", _("Other movements")


class LedgerKind(models.TextChoices):
    """Why money moved."""

    CHARGE = "charge", _("Payment")
    REFUND = "refund", _("Refund")
    REFUND_FAILED = "refund_failed", _("Refund that came back")
    FEE = "fee", _("Fee")
    DISPUTE = "dispute", _("Dispute")
    DISPUTE_WON = "dispute_won", _("Dispute won")
    DISPUTE_LOST = "dispute_lost", _("Dispute lost")
    PAYOUT = "payout", _("Payout")
    PAYOUT_FAILED = "payout_failed", _("Payout that came back")
    TRANSFER = "transfer", _("Transfer")
    ADJUSTMENT = "adjustment", _("Adjustment")


class CancellationTerms(models.TextChoices):
    """By which terms money comes back for places that were given up."""

    POLICY = "policy", _("As agreed when booking")
    FULL = "full", _("Everything goes back")
    AMOUNT = "amount", _("Another amount")


class DisputeKind(models.TextChoices):
    """What the guest's bank does about a payment, from the mildest to the hardest."""

    WARNING = "warning", _("Fraud warning")
    INQUIRY = "inquiry", _("Inquiry")
    CHARGEBACK = "chargeback", _("Chargeback")


class DisputeStatus(models.TextChoices):
    """How far a dispute has come."""

    NEEDS_RESPONSE = "needs_response", _("Waits for your answer")
    UNDER_REVIEW = "under_review", _("With the bank")
    CLOSED = "closed", pgettext_lazy("dispute", "Closed")
    WON = "won", pgettext_lazy("dispute", "Won")
    LOST = "lost", pgettext_lazy("dispute", "Lost")


class EvidenceSlot(models.TextChoices):
    """What a file is that goes to the bank; the names are Stripe's, and each can be given once."""

    RECEIPT = "receipt", _("Receipt or invoice")
    COMMUNICATION = "customer_communication", _("What was written with the guest")
    POLICY = "cancellation_policy", _("Cancellation terms")
    SIGNATURE = "customer_signature", _("The guest's signature")
    OTHER = "uncategorized_file", _("Something else")
    PACK = "service_documentation", _("Evidence pack")


class DifferenceKind(models.TextChoices):
    """How our books and Stripe's differ."""

    AMOUNT = "amount", _("Another amount at Stripe")
    UNKNOWN_HERE = "unknown_here", _("Not booked here")
    UNKNOWN_AT_STRIPE = "unknown_stripe", _("Unknown at Stripe")
    OTHER_CURRENCY = "other_currency", _("Stripe settles in another currency")
    FAILED = "failed", _("Could not be compared")


class OrderSource(models.TextChoices):
    """Where an order was placed."""

    WEB = "web", _("Guest site")
    STAFF = "staff", _("Staff")


class AcceptanceKind(models.TextChoices):
    """What a guest read, or agreed to, when ordering."""

    TERMS = "terms", _("Terms and conditions")
    CANCELLATION = "cancellation", _("Cancellation terms")
    POLICY = "policy", _("What comes back after a cancellation")
    PRIVACY = "privacy", _("Privacy")


class ChangeKind(models.TextChoices):
    """What happened to a departure that people had booked."""

    CANCELLED = "cancelled", pgettext_lazy("departure", "Cancelled")
    MOVED = "moved", pgettext_lazy("departure", "Moved")


class ChoiceStatus(models.TextChoices):
    """What becomes of a booking whose departure was cancelled or moved."""

    NEW = "new", _("To be told")
    WAITING = "waiting", _("May choose")
    KEPT = "kept", _("Comes at the new time")
    REBOOKED = "rebooked", _("Took another departure")
    GIVEN_BACK = "given_back", _("Gave the places back")
    HELD = "held", _("Refund to be approved")
    DUE = "due", _("Refund approved")
    CLOSED = "closed", _("Settled another way")


# The money of bookings in these states waits for a decision and does not go back by itself.
UNDECIDED = (ChoiceStatus.NEW, ChoiceStatus.WAITING, ChoiceStatus.HELD, ChoiceStatus.DUE)


class NotificationKind(models.TextChoices):
    """What is written about by itself when its time has come."""

    BOOKING_REMINDER = "booking_reminder", _("Reminder to guests before their departure")
    GUIDE_REMINDER = "guide_reminder", _("Reminder to guides before they lead")
    MINIMUM_NOT_REACHED = "minimum_not_reached", _("To staff: too few participants")
    LOW_AVAILABILITY = "low_availability", _("To staff: few places left")


# These are sent so many hours before the start.
REMINDERS = (NotificationKind.BOOKING_REMINDER, NotificationKind.GUIDE_REMINDER)
# These go to one address of the organization.
TO_STAFF = (NotificationKind.MINIMUM_NOT_REACHED, NotificationKind.LOW_AVAILABILITY)


class DiscountKind(models.TextChoices):
    """How a promotion makes a price lower."""

    PERCENTAGE = "percentage", _("A percentage")
    FIXED = "fixed", _("A fixed amount")
