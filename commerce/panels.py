"""What the customer's page shows of orders, and the sentences of the timeline and what kinds of e-mails are called."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from wagtail.admin.ui.components import Component

from commerce import queries
from commerce.enums import InvoiceCustomers, NotificationKind
from commerce.gateways import stripe
from commerce.models import Order
from crm.enums import Severity
from crm.models import Activity, Customer
from crm.queries import AttentionKind, LinkableKind
from tenancy.audit import Area
from tenancy.models import Organization
from tenancy.money import format_money
from tenancy.panels import SettingsCard, TodayItem
from tenancy.queries import scope_currency, scope_zone
from tours.models import Booking


class OrdersPanel(Component):
    """The latest orders of a customer; `figures` say how many stand, and what was paid for them less what went back."""

    name = "orders"
    order = 10
    template_name = "commerce/admin/customer_orders.html"

    def __init__(self, customer: Customer, *, may_book: bool = False) -> None:
        self.customer = customer
        self.may_book = may_book
        self.found = queries.orders_with(customer)
        paid = self.found.paid or [(scope_currency(), 0)]
        amounts = [format_money(amount, currency) for currency, amount in paid]
        self.figures = [(_("Orders"), str(self.found.standing)), (_("Lifetime value"), ", ".join(amounts))]

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        new_url = f"{reverse('orders:new')}?customer={self.customer.pk}" if self.may_book else ""
        return {"orders": self.found.latest, "new_url": new_url}


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(
            Order,
            "commerce.view_order",
            lambda text: queries.search_orders(Order.objects.order_by("-pk"), text),
            lambda order: f"{order.number}, {order.full_name}",
        )
    ]


def _moment(facts: Mapping[str, Any], fact: str) -> str:
    at = parse_datetime(facts.get(fact) or "")
    return date_format(timezone.localtime(at, scope_zone()), "SHORT_DATETIME_FORMAT") if at is not None else ""


def attention_kinds() -> list[AttentionKind]:
    """Return what of this app needs attention."""
    return [
        AttentionKind(
            name="unpaid_departing",
            label=gettext_lazy("Unpaid and leaving soon"),
            help_text=gettext_lazy(
                "An order whose money has not come, with a departure soon. Who pays on arrival is not waited for."
            ),
            model=Order,
            permission="commerce.view_order",
            find=queries.unpaid_departing,
            reason=lambda facts: _("It is not paid, and leaves on %(when)s.") % {"when": _moment(facts, "leaves")},
            url=lambda item: reverse("orders:inspect", args=[item.object_id]),
            title=lambda order: f"{order.number}, {order.full_name}",
            unit=gettext_lazy("Days before it leaves"),
            amount=3,
            severity=Severity.HIGH,
        ),
        AttentionKind(
            name="approval_waiting",
            label=gettext_lazy("Booking waits for you"),
            help_text=gettext_lazy(
                "Staff have to say that the money of an order has come, or a second person has to confirm it."
            ),
            model=Order,
            permission="commerce.view_order",
            find=queries.waiting_for_approval,
            reason=lambda facts: _("It has been waiting since %(when)s.") % {"when": _moment(facts, "waits")},
            url=lambda item: reverse("orders:inspect", args=[item.object_id]),
            title=lambda order: f"{order.number}, {order.full_name}",
            unit=gettext_lazy("Hours of waiting"),
            amount=72,
        ),
    ]


def _say(text: str) -> Callable[[Activity], str]:
    def sentence(activity: Activity) -> str:
        facts = dict(activity.facts)
        minor = facts.get("amount_minor", facts.get("total_minor"))
        if minor is not None:
            facts["amount"] = format_money(minor, facts["currency"])
        return _(text) % {"amount": "", **facts}

    return sentence


def sentences() -> dict[str, Callable[[Activity], str]]:
    """Return what the timeline says of each kind of activity that this app writes, in the active language."""
    return {
        "order_placed": _say(gettext_noop("Placed order %(number)s over %(amount)s")),
        "order_confirmed": _say(gettext_noop("Order %(number)s was confirmed")),
        "order_expired": _say(gettext_noop("Order %(number)s was not paid in time")),
        "order_cancelled": _say(gettext_noop("Order %(number)s was cancelled")),
        "places_cancelled": _say(gettext_noop("Places of order %(number)s were cancelled")),
        "booking_changed": _say(gettext_noop("A booking of order %(number)s was changed")),
        "booking_merged": _say(gettext_noop("A booking of order %(number)s was moved to another departure")),
        "departure_cancelled": _say(gettext_noop("A departure of order %(number)s was cancelled")),
        "departure_moved": _say(gettext_noop("A departure of order %(number)s was moved")),
        "departure_rebooked": _say(gettext_noop("Took another departure for order %(number)s")),
        "departure_given_back": _say(gettext_noop("Gave places of order %(number)s back")),
        "payment_received": _say(gettext_noop("Paid %(amount)s for order %(number)s")),
        "refund_started": _say(gettext_noop("%(amount)s of order %(number)s are paid back")),
        "dispute_warning": _say(gettext_noop("The bank warned of fraud with order %(number)s")),
        "dispute_inquiry": _say(gettext_noop("The bank asked about %(amount)s of order %(number)s")),
        "dispute_chargeback": _say(gettext_noop("The bank took %(amount)s of order %(number)s back")),
        "dispute_won": _say(gettext_noop("The chargeback over %(amount)s of order %(number)s was won")),
        "dispute_lost": _say(gettext_noop("The chargeback over %(amount)s of order %(number)s was lost")),
    }


MONEY_KINDS: Final = ("payment_received", "refund_started")


def activity_groups() -> dict[str, tuple[str, list[str]]]:
    """Return to what the timeline can be narrowed: a name in addresses, a label, and kinds of activities."""
    kinds = list(sentences())
    money = [kind for kind in kinds if kind in MONEY_KINDS or kind.startswith("dispute_")]
    return {
        "orders": (_("Orders and bookings"), [kind for kind in kinds if kind not in money]),
        "money": (_("Payments and refunds"), money),
    }


def contact_activities() -> list[str]:
    """Return the kinds of activities that are a customer's own doing, and so a contact with them."""
    return ["order_placed", "departure_rebooked", "departure_given_back"]


def order_activities() -> list[str]:
    """Return the kinds of activities by which customers order."""
    return ["order_placed"]


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {
        "order_received": _("Places kept until a transfer arrives"),
        "order_confirmation": _("Booking confirmed"),
        "payment_received": _("Payment received"),
        "order_expired": _("Not paid in time"),
        "order_cancelled": _("Order cancelled"),
        "places_cancelled": _("Places cancelled"),
        "booking_changed": _("Booking changed"),
        "booking_merged": _("Moved to another departure"),
        "departure_cancelled": _("Departure cancelled"),
        "departure_moved": _("Departure moved"),
        "departure_rebooked": _("Another departure taken"),
        "departure_given_back": _("Places given back"),
        "refund_started": _("Refund started"),
        "order_link": _("Link sent again"),
        "dispute": _("To staff: dispute"),
        "payment_link": _("Link to pay by card"),
        "payment_request": _("Request to pay"),
        "payment_reminder": _("Payment reminder"),
        "payment_on_its_way": _("Payment on its way"),
        "payment_failed": _("Payment failed"),
        "reservation_ended": _("Card reservation ended"),
        **{kind.value: str(kind.label) for kind in NotificationKind},
    }


def owed_in_words(bookings: Iterable[Booking]) -> dict[int, str]:
    """Return what is still to be paid for bookings, by their primary keys, for those who lead the tour; nothing for paid ones."""
    owed = queries.owed_for_bookings(bookings)
    return {key: format_money(money.amount_minor, money.currency) for key, money in owed.items()}


def _received(words: Mapping[str, Any]) -> str:
    if words["is_person"] is True:
        return _("%(who)s confirmed the payment of %(amount)s for order %(record)s") % words
    return _("A payment of %(amount)s for order %(record)s came in") % words


def _started(words: Mapping[str, Any]) -> str:
    if words["is_person"] is True:
        return _("%(who)s compared the books with Stripe's") % words
    return _("The books were compared with Stripe's") % words


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    orders = {
        "order.placed": gettext_lazy("%(who)s placed order %(record)s over %(total)s"),
        "order.method_changed": gettext_lazy("%(who)s chose another way to pay for order %(record)s"),
        "order.places_cancelled": gettext_lazy("%(who)s cancelled places of order %(record)s"),
        "order.booking_changed": gettext_lazy("%(who)s changed a booking of order %(record)s"),
        "order.hold_extended": gettext_lazy("%(who)s asked for more time to pay order %(record)s"),
        "order.expired": gettext_lazy("Order %(record)s was not paid in time; its places are free again"),
        "order.cancelled": gettext_lazy("%(who)s cancelled order %(record)s"),
        "order.departure_cancelled": gettext_lazy("A departure of order %(record)s was cancelled"),
        "order.departure_moved": gettext_lazy("A departure of order %(record)s was moved"),
        "order.rebooked": gettext_lazy("%(who)s took another departure for order %(record)s"),
        "order.new_time_accepted": gettext_lazy("%(who)s accepted the new time for order %(record)s"),
        "order.given_back": gettext_lazy("%(who)s gave places of order %(record)s back"),
        "order.link_sent": gettext_lazy("%(who)s sent the link of order %(record)s again"),
        "order.charged": gettext_lazy("%(who)s put an extra charge of %(total)s on order %(record)s"),
        "order.written_off": gettext_lazy("%(who)s wrote %(total)s of order %(record)s off"),
        "order.seen_to": gettext_lazy("%(who)s saw to order %(record)s"),
    }
    money = {
        "payment.received": _received,
        "payment.reserved": gettext_lazy("%(amount)s for order %(record)s were reserved on the guest's card"),
        "payment.taken": gettext_lazy("%(who)s had %(amount)s taken that were reserved for order %(record)s"),
        "payment.recorded": gettext_lazy(
            "%(who)s wrote down a payment of %(amount)s for order %(record)s, for a second person to confirm"
        ),
        "payment.declined": gettext_lazy(
            "%(who)s did not confirm a payment of %(amount)s for order %(record)s that was written down"
        ),
        "payment_link.sent": gettext_lazy("%(who)s sent a link to pay %(amount)s for order %(record)s"),
        "payment_link.withdrawn": gettext_lazy("%(who)s withdrew a payment link of order %(record)s"),
        "payment.rejected": gettext_lazy("%(who)s gave up the payment of order %(record)s"),
        "refund.started": gettext_lazy("%(who)s started a refund of %(amount)s for order %(record)s"),
        "refund.pending": gettext_lazy("The refund of %(amount)s for order %(record)s is under way"),
        "refund.succeeded": gettext_lazy("The refund of %(amount)s for order %(record)s arrived"),
        "refund.requires_action": gettext_lazy("The refund of %(amount)s for order %(record)s waits for the guest"),
        "refund.failed": gettext_lazy("The refund of %(amount)s for order %(record)s failed"),
        "refund.cancelled": gettext_lazy("The refund of %(amount)s for order %(record)s was cancelled"),
        "refund.retried": gettext_lazy("%(who)s tried the refund of %(amount)s for order %(record)s again"),
        "departure_change.approved": gettext_lazy("%(who)s approved the refunds for the departure %(record)s"),
        "refund.settled": gettext_lazy("%(who)s paid money of order %(record)s back by hand"),
        "refund.withdrawn": gettext_lazy("%(who)s withdrew a refund of %(amount)s by hand for order %(record)s"),
        "dispute.opened": gettext_lazy("The bank contests order %(record)s"),
        "dispute.asked": gettext_lazy("The bank asks for an answer about order %(record)s"),
        "dispute.under_review": gettext_lazy("The bank has the answer about order %(record)s"),
        "dispute.won": gettext_lazy("The dispute about order %(record)s was won"),
        "dispute.lost": gettext_lazy("The dispute about order %(record)s was lost"),
        "dispute.closed": gettext_lazy("The dispute about order %(record)s is over"),
        "dispute.left": gettext_lazy("%(who)s left the fraud warning about order %(record)s as it is"),
        "dispute.prepared": gettext_lazy("%(who)s worked on the answer to the bank about order %(record)s"),
        "dispute.answered": gettext_lazy("%(who)s sent the answer to the bank about order %(record)s"),
        "dispute.accepted": gettext_lazy("%(who)s accepted the chargeback of order %(record)s"),
        "reconciliation.started": _started,
        "difference.settled": gettext_lazy("%(who)s settled the difference %(record)s"),
        "ledger.exported": gettext_lazy("%(who)s exported the ledger for accountants"),
        "ledger.numbers_changed": gettext_lazy("%(who)s changed the account numbers for accountants"),
        "provider_event.retried": gettext_lazy("%(who)s had a Stripe event worked on again: %(record)s"),
    }
    promotions = {
        "promotion.codes_made": gettext_lazy("%(who)s made codes for the promotion %(record)s"),
        "promotion.ended": gettext_lazy("%(who)s ended the promotion %(record)s"),
        "promotion.assigned": gettext_lazy("%(who)s gave the promotion %(record)s to a customer"),
    }
    return [
        Area("orders", gettext_lazy("Orders"), orders),
        Area("promotions", gettext_lazy("Promo codes"), promotions),
        Area("money", gettext_lazy("Payments and refunds"), money),
    ]


def _disputes_waiting(request: HttpRequest) -> list[TodayItem]:
    waiting = queries.disputes_waiting()
    if not waiting:
        return []
    zone = request.organization.zone  # type: ignore[attr-defined]
    items = []
    for dispute in waiting:
        note = dispute.payment.order.full_name
        if dispute.due_at is not None:
            due = date_format(dispute.due_at.astimezone(zone), "SHORT_DATETIME_FORMAT")
            note = _("%(who)s: answer by %(due)s") % {"who": note, "due": due}
        items.append(TodayItem(str(dispute), reverse("disputes:inspect", args=[dispute.pk]), note))
    text = ngettext("%(count)d dispute waits for an answer", "%(count)d disputes wait for an answer", len(waiting))
    url = f"{reverse('disputes:index')}?status=needs_response"
    return [TodayItem(text % {"count": len(waiting)}, url, items=items, order=10)]


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return the orders, transfers and events that wait for somebody."""
    user = request.user
    may_see = user.has_perm("commerce.view_order")
    items = []

    def link(order: Order) -> str:
        return reverse("orders:inspect", args=[order.pk]) if may_see else ""

    if may_see:
        items += [
            TodayItem(order.number, link(order), _(order.needs_attention), order=20)
            for order in queries.orders_needing_attention()
        ]
    if user.has_perm("commerce.view_dispute"):
        items += _disputes_waiting(request)
    transfers = queries.transfers_awaiting_staff() if user.has_perm("commerce.confirm_payment") else None
    if transfers is not None and transfers.count:
        text = ngettext("%(count)d transfer to confirm", "%(count)d transfers to confirm", transfers.count)
        oldest = [
            TodayItem(
                payment.order.number,
                link(payment.order),
                f"{payment.order.full_name}, {format_money(payment.amount_minor, payment.currency)}",
            )
            for payment in transfers.oldest
        ]
        url = f"{reverse('orders:index')}?method=bank_transfer&status=pending" if may_see else ""
        items.append(TodayItem(text % {"count": transfers.count}, url, items=oldest, order=30))
    items += _second_person(link) if user.has_perm("commerce.confirm_payment") else []
    items += _overdue(link, request.organization) if may_see else []  # type: ignore[attr-defined]
    failed = queries.failed_provider_events().count() if user.has_perm("commerce.view_providerevent") else 0
    if failed:
        text = ngettext("%(count)d failed Stripe event", "%(count)d failed Stripe events", failed)
        items.append(TodayItem(text % {"count": failed}, f"{reverse('provider_events:index')}?state=failed", order=40))
    differences = queries.open_differences().count() if user.has_perm("commerce.view_difference") else 0
    if differences:
        text = ngettext("%(count)d difference from Stripe", "%(count)d differences from Stripe", differences)
        items.append(
            TodayItem(text % {"count": differences}, f"{reverse('reconciliation:index')}?state=open", order=42)
        )
    return items


def _second_person(link: Callable[[Order], str]) -> list[TodayItem]:
    payments = queries.payments_to_approve()
    text = ngettext(
        "%(count)d payment for a second person to confirm",
        "%(count)d payments for a second person to confirm",
        len(payments),
    )
    below = [
        TodayItem(
            payment.order.number,
            link(payment.order),
            f"{payment.order.full_name}, {format_money(payment.recorded_minor or 0, payment.currency)}",
        )
        for payment in payments
    ]
    return [TodayItem(text % {"count": len(payments)}, items=below, order=31)] if payments else []


def _overdue(link: Callable[[Order], str], organization: Organization) -> list[TodayItem]:
    overdue = queries.overdue_payments(today=timezone.localdate(timezone=organization.zone))
    text = ngettext("%(count)d payment overdue", "%(count)d payments overdue", overdue.count)
    below = [
        TodayItem(
            payment.order.number,
            link(payment.order),
            _("%(name)s, %(amount)s, due on %(day)s")
            % {
                "name": payment.order.full_name,
                "amount": format_money(payment.amount_minor, payment.currency),
                "day": date_format(payment.due_on, "SHORT_DATE_FORMAT"),
            },
        )
        for payment in overdue.oldest
    ]
    return [TodayItem(text % {"count": overdue.count}, items=below, order=32)] if overdue.count else []


def organization_cards(request: HttpRequest) -> list[SettingsCard]:
    """Return the part of the organization's settings that is about being paid."""
    if not request.user.has_perm("commerce.change_paymentsettings"):
        return []
    row = queries.payment_settings()
    keys = stripe.keys_of(row)
    names = [
        (row.card_enabled and keys.secret, _("Card")),
        (row.bank_transfer_enabled, _("Bank transfer")),
        (row.on_arrival_enabled, _("On arrival")),
        (row.invoice_for != InvoiceCustomers.NOBODY, _("Invoice")),
    ]
    ways = [name for is_offered, name in names if is_offered]
    if not ways:
        warning = _("Guests cannot pay yet.")
    elif row.card_enabled and keys.secret and not keys.livemode:
        warning = _("Test mode: no real money moves.")
    else:
        warning = ""
    return [
        SettingsCard(
            _("Payment"),
            url=reverse("payment_settings:index"),
            icon="lock",
            order=50,
            lines=[", ".join(ways), _("Ways of paying, Stripe, limits.")],
            warning=warning,
        )
    ]
