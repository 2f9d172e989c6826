from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import RefundReason, RefundStatus
from commerce.forms import ConfirmPaymentForm, GiveBackForm, ReasonForm, RefundForm
from commerce.gateways.stripe import GatewayError
from commerce.models import Refund
from commerce.rules import IllegalChange
from tenancy.money import format_money

REFUSALS = (operations.PaymentRefused, operations.RefundRefused)


class OrderVerbView(WagtailAdminTemplateMixin, FormView):
    """A page that says what will happen, and the one operation that does it."""

    verb = ""
    permission = ""
    label = ""
    icon = "tag"
    is_serious = False
    # Where an amount is decided on, it is done once, and on the sums that the page showed.
    sees_sums = False
    form_class = Form
    template_name = "commerce/admin/verb.html"
    header_icon = "tag"
    done = ""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        self.order = queries.staff_order(kwargs["pk"])
        if self.order is None:
            raise Http404
        if not self.is_possible():
            blocked = queries.refund_block(self.order) if self.verb == "refund" else ""
            messages.warning(request, blocked or _("This is not possible any more: the order has changed."))
            return self.back()
        problem = queries.refund_problem(self.order, self.given_up_minor(), limit_minor=self.refund_limit_minor)
        if problem:
            messages.error(request, problem)
            return self.back()
        return super().dispatch(request, *args, **kwargs)

    def is_possible(self):
        return self.verb in queries.staff_verbs(self.order)

    def gives_back_minor(self):
        return 0

    def given_up_minor(self):
        """What counts against the person's limit: what goes back, and what the guest is let off."""
        return self.gives_back_minor()

    @cached_property
    def refund_limit_minor(self):
        return queries.refund_limit_of(self.request.user)

    def back(self):
        return redirect("orders:inspect", self.order.pk)

    def get_page_title(self):
        return self.label

    def get_page_subtitle(self):
        return self.order.number

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": reverse("orders:inspect", args=[self.order.pk]), "label": self.order.number},
            {"url": "", "label": self.label},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "order": self.order,
            "what": self.explain(),
            "label": self.label,
            "is_serious": self.is_serious,
            "back_url": reverse("orders:inspect", args=[self.order.pk]),
            "seen": self.to_see(),
        }

    def to_see(self):
        """What somebody decides about, as the form sends it back."""
        return queries.sums_seen(self.order) if self.sees_sums else ""

    @property
    def seen_then(self):
        return self.request.POST.get("seen")

    def explain(self):
        raise NotImplementedError

    def do(self, values):
        raise NotImplementedError

    def refuse(self, form, problem):
        # What is shown now is what a second try is about.
        self.order = queries.staff_order(self.order.pk)
        if not self.is_possible():
            messages.error(self.request, problem)
            return self.back()
        form.add_error(None, problem)
        return self.form_invalid(form)

    def form_valid(self, form):
        try:
            self.do(form.cleaned_data)
        except REFUSALS as refused:
            return self.refuse(form, str(refused))
        except IllegalChange:
            messages.warning(self.request, _("This is not possible any more: the order has changed."))
        except GatewayError:
            messages.error(self.request, _("Stripe cannot be reached just now. Please try again in a minute."))
        else:
            messages.success(self.request, self.done)
        return self.back()


class ConfirmView(OrderVerbView):
    verb = "confirm"
    permission = "commerce.confirm_payment"
    label = gettext_lazy("Money received")
    icon = "check"
    sees_sums = True
    form_class = ConfirmPaymentForm
    done = gettext_lazy("The payment is confirmed.")

    def get_initial(self):
        return {"amount_minor": queries.manual_payment_of(self.order).amount_minor}

    def explain(self):
        payment = queries.manual_payment_of(self.order)
        return _("%(amount)s are expected (%(method)s, reference %(number)s). The guest is told.") % {
            "amount": format_money(payment.amount_minor, payment.currency),
            "method": payment.get_method_display(),
            "number": self.order.number,
        }

    def do(self, values):
        operations.confirm_manual_payment(
            queries.manual_payment_of(self.order),
            amount_minor=values["amount_minor"],
            accept_difference=values["accept_difference"],
            limit_minor=self.refund_limit_minor,
            seen=self.seen_then,
            now=timezone.now(),
            actor=self.request.user,
        )


class RejectView(OrderVerbView):
    verb = "reject"
    permission = "commerce.confirm_payment"
    label = gettext_lazy("Money will not come")
    icon = "cross"
    is_serious = True
    form_class = ReasonForm
    done = gettext_lazy("The payment is given up; the places will be free within a minute.")

    def explain(self):
        return _("The places are given back and the guest is told.")

    def do(self, values):
        operations.reject_manual_payment(
            queries.manual_payment_of(self.order), reason=values["note"], now=timezone.now(), actor=self.request.user
        )


class AskView(OrderVerbView):
    verb = "ask"
    permission = "commerce.change_order"
    label = gettext_lazy("Ask Stripe")
    icon = "rotate"
    done = gettext_lazy("The payment is as Stripe says now.")

    def explain(self):
        return _("Stripe is asked how the card payment stands. That happens by itself, too; this is for the impatient.")

    def do(self, values):
        operations.refresh_payment(queries.card_payment_of(self.order), now=timezone.now())


class CancelView(OrderVerbView):
    verb = "cancel"
    permission = "commerce.change_order"
    label = gettext_lazy("Cancel order")
    icon = "circle-xmark"
    is_serious = True
    sees_sums = True
    form_class = GiveBackForm
    done = gettext_lazy("The order is cancelled.")

    def explain(self):
        text, waived = self.explain_money(), self.waived_minor
        if not waived:
            return text
        fee = _("%(amount)s were agreed as a fee and are not asked for.")
        return f"{text} {fee % {'amount': format_money(waived, self.order.currency)}}"

    def explain_money(self):
        kept, blocked = queries.cancelling_gives_back(self.order), queries.refund_block(self.order)
        if blocked and not kept:
            return f"{_('The places are free again and the guest is told. This cannot be undone.')} {blocked}"
        if queries.reserved_payment(self.order) is not None and not kept:
            return _("The places and the guest's card are free again, and the guest is told. This cannot be undone.")
        if not kept:
            return _("The places are free again and the guest is told. Nothing goes back. This cannot be undone.")
        amount = format_money(kept, self.order.currency)
        return _(
            "The places are free again, %(amount)s go back the way they came, and the guest is told. This cannot be undone."
        ) % {"amount": amount}

    def is_possible(self):
        may_pay_back = self.request.user.has_perm("commerce.refund_payment")
        return super().is_possible() and (may_pay_back or not self.gives_back_minor())

    def gives_back_minor(self):
        return queries.cancelling_gives_back(self.order)

    @property
    def waived_minor(self):
        return queries.waived_by_cancelling(self.order, organization=self.request.organization, now=timezone.now())

    def given_up_minor(self):
        return self.gives_back_minor() + self.waived_minor

    def do(self, values):
        operations.cancel_order(
            self.order,
            reason=RefundReason(values["reason"]),
            note=values["note"],
            limit_minor=self.refund_limit_minor,
            seen=self.seen_then,
            now=timezone.now(),
            actor=self.request.user,
        )


class RefundView(OrderVerbView):
    verb = "refund"
    permission = "commerce.refund_payment"
    label = gettext_lazy("Pay back")
    icon = "resubmit"
    is_serious = True
    sees_sums = True
    form_class = RefundForm
    done = gettext_lazy("The money is on its way back.")

    def gives_back_minor(self):
        return queries.refundable_without_cancelling(self.order)

    def explain(self):
        left, most = self.gives_back_minor(), queries.refundable_most(self.order)
        split = ", ".join(
            f"{payment.get_method_display()}: {format_money(amount, self.order.currency)}"
            for payment, amount in queries.refund_split(self.order, most)
        )
        goes = _("Up to %(most)s can go back, the latest payment first (%(split)s). The guest is told.") % {
            "most": format_money(most, self.order.currency),
            "split": split,
        }
        stays = (
            _("The places stay as they are; %(left)s of it are not needed for them.")
            % {"left": format_money(left, self.order.currency)}
            if left
            else _(
                "The places stay as they are, and nothing is owed again. To give them up, go back and choose “Cancel places”."
            )
        )
        return f"{goes} {stays}"

    def get_initial(self):
        return {"amount_minor": self.gives_back_minor() or None}

    def do(self, values):
        operations.refund_order(
            self.order,
            amount_minor=values["amount_minor"],
            reason=RefundReason(values["reason"]),
            note=values["note"],
            by_hand=values["by_hand"],
            limit_minor=self.refund_limit_minor,
            seen=self.seen_then,
            now=timezone.now(),
            actor=self.request.user,
        )


class SeenView(OrderVerbView):
    verb = "seen"
    permission = "commerce.change_order"
    label = gettext_lazy("Seen to")
    icon = "check"
    done = gettext_lazy("The order needs no attention any more.")

    def explain(self):
        return _(self.order.needs_attention)

    def to_see(self):
        return self.order.needs_attention

    def do(self, values):
        operations.clear_attention(self.order, seen=self.seen_then, actor=self.request.user)


class LinkView(OrderVerbView):
    verb = "link"
    permission = "commerce.change_order"
    label = gettext_lazy("Send the link again")
    icon = "mail"
    done = gettext_lazy("The link is being sent.")

    def explain(self):
        return _("The link to the order is sent to %(email)s.") % {"email": self.order.email}

    def do(self, values):
        operations.send_order_link(self.order, now=timezone.now(), actor=self.request.user)


class RefundSettleView(OrderVerbView):
    permission = "commerce.refund_payment"
    label = gettext_lazy("Mark as paid back")
    icon = "check"
    done = gettext_lazy("The refund is done.")
    statuses = (RefundStatus.PENDING,)

    def get_refund(self):
        return Refund.objects.filter(
            payment__order=self.order, pk=self.kwargs["refund_pk"], by_hand=True, status__in=self.statuses
        ).first()

    def is_possible(self):
        return self.get_refund() is not None

    def amount(self):
        return format_money(self.get_refund().amount_minor, self.order.currency)

    def explain(self):
        return _("You have paid %(amount)s back yourself.") % {"amount": self.amount()}

    def do(self, values):
        operations.settle_manual_refund(self.get_refund(), now=timezone.now(), actor=self.request.user)


class RefundWithdrawView(RefundSettleView):
    label = gettext_lazy("Withdraw refund")
    icon = "cross"
    is_serious = True
    form_class = ReasonForm
    done = gettext_lazy("The refund is withdrawn.")
    statuses = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)

    def explain(self):
        return _("For when the guest did not get the %(amount)s after all. The money then counts as yours again.") % {
            "amount": self.amount()
        }

    def do(self, values):
        operations.withdraw_manual_refund(
            self.get_refund(), reason=values["note"], now=timezone.now(), actor=self.request.user
        )
