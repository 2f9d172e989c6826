from datetime import timedelta

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from commerce import operations, queries
from commerce.forms import ChargeForm, DeclineForm, LinkForm, RecordPaymentForm, SecondPersonForm, WriteOffForm
from commerce.viewsets.verbs import OrderVerbView
from tenancy.money import format_money


class RecordView(OrderVerbView):
    verb = "record"
    permission = "commerce.confirm_payment"
    label = gettext_lazy("Paid another way")
    icon = "plus"
    sees_sums = True
    form_class = RecordPaymentForm
    done = gettext_lazy("The payment is written down.")

    def get_initial(self):
        most = queries.recordable_minor(self.order)
        return {"amount_minor": min(most, queries.due_now_minor(self.order)) or most or None}

    def explain(self):
        most = queries.recordable_minor(self.order)
        if not most:
            return _("Nothing is to be paid for this order. What comes in all the same is to be paid back.")
        if reserved := min(queries.releasable_minor(self.order), most):
            return _(
                "%(amount)s can still be paid, %(reserved)s of it reserved on the guest's card. What you write down beyond the rest is "
                "not taken from the card."
            ) % {
                "amount": format_money(most, self.order.currency),
                "reserved": format_money(reserved, self.order.currency),
            }
        return _("%(amount)s are still to be paid. Write down what came in cash or another way than agreed.") % {
            "amount": format_money(most, self.order.currency)
        }

    def do(self, values):
        operations.record_payment(
            self.order,
            amount_minor=values["amount_minor"],
            accept_more=values["accept_more"],
            note=values["note"],
            seen=self.seen_then,
            now=timezone.now(),
            actor=self.request.user,
        )


class TakeView(OrderVerbView):
    verb = "take"
    permission = "commerce.confirm_payment"
    label = gettext_lazy("Take the reserved money")
    icon = "download"
    done = gettext_lazy("The money is being taken.")

    def explain(self):
        amount = format_money(queries.reserved_payment(self.order).amount_minor, self.order.currency)
        return _(
            "%(amount)s are taken from the guest's card now, although it is not certain yet that the departure takes place. "
            "For all guests of a departure, say on its page that it takes place."
        ) % {"amount": amount}

    def do(self, values):
        operations.take_reserved(self.order, now=timezone.now(), actor=self.request.user)


class SecondPersonView(OrderVerbView):
    permission = "commerce.confirm_payment"

    def is_possible(self):
        # Who wrote it down sees the page, and is told when trying.
        return queries.recorded_payment_of(self.order) is not None

    @cached_property
    def payment(self):
        """The payment that the person looks at, while it waits; what comes first may be another by the time the form is sent."""
        recorded = queries.recorded_payments_of(self.order)
        seen = self.request.POST.get("payment", "")
        return next((payment for payment in recorded if str(payment.pk) == seen), recorded[0])

    def get_initial(self):
        return {"payment": self.payment.pk, "amount_minor": self.payment.recorded_minor}

    def words(self):
        payment = self.payment
        return {
            "who": (payment.recorded_by and (payment.recorded_by.get_full_name() or payment.recorded_by))
            or _("somebody who is not here any more"),
            "amount": format_money(payment.recorded_minor, payment.currency),
            "when": date_format(payment.recorded_at.astimezone(self.request.organization.zone), "DATETIME_FORMAT"),
            "how": payment.note or payment.get_method_display(),
        }

    def seen(self, values):
        if self.payment.pk != values["payment"]:
            raise operations.PaymentRefused(queries.changed_words())
        return {"payment": self.payment, "amount_minor": values["amount_minor"]}

    def refuse(self, form, problem):
        # The form holds what was seen; it is to be looked at anew.
        messages.error(self.request, problem)
        return self.back()


class ApproveView(SecondPersonView):
    verb = "approve"
    label = gettext_lazy("Confirm as second person")
    icon = "check"
    form_class = SecondPersonForm
    done = gettext_lazy("The payment is confirmed.")

    def explain(self):
        return (
            _("%(who)s wrote down %(amount)s on %(when)s (%(how)s). Please check that the money is really there.")
            % self.words()
        )

    def do(self, values):
        operations.approve_payment(**self.seen(values), now=timezone.now(), actor=self.request.user)


class DeclineView(SecondPersonView):
    verb = "decline"
    label = gettext_lazy("Not received")
    icon = "cross"
    is_serious = True
    form_class = DeclineForm
    done = gettext_lazy("The payment is waited for as before.")

    def explain(self):
        return _("%(who)s wrote down %(amount)s on %(when)s (%(how)s), but the money is not there.") % self.words()

    def do(self, values):
        operations.decline_payment(
            **self.seen(values), reason=values["note"], now=timezone.now(), actor=self.request.user
        )


class ChargeView(OrderVerbView):
    verb = "charge"
    permission = "commerce.change_order"
    label = gettext_lazy("Extra charge")
    icon = "plus-inverse"
    sees_sums = True
    form_class = ChargeForm
    done = gettext_lazy("The extra charge is on the order.")

    def explain(self):
        return _("The order costs so much more. The guest can pay it by card on the page of the order.")

    def do(self, values):
        common = {"reason": values["reason"], "due_on": values["due_on"], "seen": self.seen_then, "now": timezone.now()}
        if values["send_link"]:
            operations.send_payment_link(
                self.order, extra_minor=values["amount_minor"], actor=self.request.user, **common
            )
        else:
            operations.add_charge(self.order, amount_minor=values["amount_minor"], actor=self.request.user, **common)


class RequestView(OrderVerbView):
    verb = "request"
    permission = "commerce.change_order"
    label = gettext_lazy("Send payment link")
    icon = "mail"
    form_class = LinkForm
    done = gettext_lazy("The payment link is being sent.")

    def explain(self):
        amount = queries.payable_minor(self.order, now=timezone.now())
        return _("%(email)s gets a link to pay %(amount)s by card.") % {
            "email": self.order.email,
            "amount": format_money(amount, self.order.currency),
        }

    def do(self, values):
        operations.send_payment_link(
            self.order, lasts=timedelta(days=values["days"]), now=timezone.now(), actor=self.request.user
        )


class WriteOffView(OrderVerbView):
    verb = "write_off"
    permission = "commerce.refund_payment"
    label = gettext_lazy("Write off")
    icon = "minus"
    is_serious = True
    sees_sums = True
    form_class = WriteOffForm
    done = gettext_lazy("It is written off.")

    def get_initial(self):
        return {"amount_minor": queries.owed_minor(self.order)}

    def explain(self):
        amount = format_money(queries.owed_minor(self.order), self.order.currency)
        return _("%(amount)s are still to be paid. The order costs so much less then, and stands.") % {"amount": amount}

    def do(self, values):
        operations.write_off(
            self.order,
            amount_minor=values["amount_minor"],
            reason=values["reason"],
            limit_minor=self.refund_limit_minor,
            seen=self.seen_then,
            now=timezone.now(),
            actor=self.request.user,
        )


class WithdrawLinkView(OrderVerbView):
    permission = "commerce.change_order"
    label = gettext_lazy("Withdraw payment link")
    icon = "cross"
    done = gettext_lazy("The link opens nothing any more.")

    def get_link(self):
        link = queries.payment_links_of(self.order).filter(pk=self.kwargs["link_pk"]).first()
        if link is None:
            raise Http404
        return link

    def is_possible(self):
        return self.get_link().withdrawn_at is None

    def explain(self):
        return _("Who opens the link is told that it has ended. What it asks for is still owed.")

    def do(self, values):
        operations.withdraw_payment_link(self.get_link(), now=timezone.now(), actor=self.request.user)
