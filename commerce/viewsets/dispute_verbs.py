from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import DisputeKind, DisputeStatus, EvidenceSlot
from commerce.forms import EvidenceForm
from commerce.gateways import stripe

MAY_ANSWER = "commerce.change_dispute"


def due_in_words(dispute, organization):
    if dispute.due_at is None:
        return ""
    return f"{date_format(dispute.due_at.astimezone(organization.zone), 'DATETIME_FORMAT')} ({organization.time_zone})"


class DisputeVerbView(WagtailAdminTemplateMixin, FormView):
    """A page about one thing that can be done with a dispute."""

    label = ""
    is_serious = False
    form_class = Form
    template_name = "commerce/admin/verb.html"
    header_icon = "warning"
    done = ""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(MAY_ANSWER):
            raise PermissionDenied
        self.dispute = queries.staff_dispute(kwargs["pk"])
        if self.dispute is None:
            raise Http404
        if self.dispute.status != DisputeStatus.NEEDS_RESPONSE or not self.is_possible():
            messages.warning(request, _("This dispute does not wait for an answer any more."))
            return self.back()
        return super().dispatch(request, *args, **kwargs)

    def is_possible(self):
        return self.dispute.kind != DisputeKind.WARNING and not queries.evidence_on_its_way(self.dispute)

    def back(self):
        return redirect("disputes:inspect", self.dispute.pk)

    def get_page_title(self):
        return self.label

    def get_page_subtitle(self):
        return str(self.dispute)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("disputes:index"), "label": _("Disputes")},
            {"url": reverse("disputes:inspect", args=[self.dispute.pk]), "label": str(self.dispute)},
            {"url": "", "label": self.label},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "dispute": self.dispute,
            "what": self.explain(),
            "label": self.label,
            "is_serious": self.is_serious,
            "back_url": reverse("disputes:inspect", args=[self.dispute.pk]),
        }

    def explain(self):
        return ""

    def do(self, values):
        raise NotImplementedError

    def form_valid(self, form):
        try:
            self.do(form.cleaned_data)
        except operations.DisputeRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        except stripe.GatewayUnavailable:
            messages.error(self.request, _("Stripe cannot be reached just now. Please try again in a minute."))
        except stripe.GatewayError as error:
            messages.error(self.request, _("Stripe says: %(why)s") % {"why": error})
        else:
            messages.success(self.request, self.done)
        return self.back()


class AnswerView(DisputeVerbView):
    label = gettext_lazy("Prepare the answer")
    form_class = EvidenceForm
    template_name = "commerce/admin/dispute_answer.html"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": self.dispute}

    def get_context_data(self, **kwargs):
        files = self.dispute.files.defer("content")
        due = due_in_words(self.dispute, self.request.organization)
        return {**super().get_context_data(**kwargs), "files": files, "due": due}

    def explain(self):
        return _(
            "We collect what Waypost knows for you: the order, what was booked, who checked in and when, the terms the guest accepted, "
            "messages and calls. Tell the bank what only you know, and add files that prove it."
        )

    def do(self, values):
        user = self.request.user
        operations.save_statement(self.dispute, statement=values["statement"], actor=user)
        if values["file"]:
            slot = EvidenceSlot(values["slot"])
            operations.add_dispute_file(self.dispute, slot=slot, file=values["file"], actor=user)

    def form_valid(self, form):
        try:
            self.do(form.cleaned_data)
        except operations.DisputeRefused as refused:
            form.add_error("file" if form.cleaned_data["file"] else None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. Nothing has been sent yet."))
        wanted = "send" if "send" in self.request.POST else "answer"
        return redirect(f"disputes:{wanted}", self.dispute.pk)


class SendView(DisputeVerbView):
    label = gettext_lazy("Send the answer to the bank")
    is_serious = True
    done = gettext_lazy("The answer is on its way. It is kept here as it was sent.")

    def explain(self):
        count = self.dispute.files.count()
        what = ngettext(
            "The evidence pack, your statement and %(count)d file go to the bank. This can be done once.",
            "The evidence pack, your statement and %(count)d files go to the bank. This can be done once.",
            count,
        )
        if not count:
            what = _("The evidence pack and your statement go to the bank. This can be done once.")
        what = what % {"count": count}
        return what if self.dispute.statement else f"{what} {_('You have not written a statement.')}"

    def do(self, values):
        operations.send_evidence(self.dispute, now=timezone.now(), actor=self.request.user)


class AcceptView(DisputeVerbView):
    label = gettext_lazy("Accept the chargeback")
    is_serious = True
    done = gettext_lazy("The chargeback is accepted.")

    def is_possible(self):
        return super().is_possible() and self.dispute.kind == DisputeKind.CHARGEBACK

    def explain(self):
        return _("The money stays with the guest and the dispute is lost at once. This cannot be undone.")

    def do(self, values):
        operations.accept_chargeback(self.dispute, now=timezone.now(), actor=self.request.user)


class LeaveView(DisputeVerbView):
    label = gettext_lazy("Leave it as it is")
    done = gettext_lazy("The warning is off the list.")

    def is_possible(self):
        return self.dispute.kind == DisputeKind.WARNING

    def explain(self):
        return _("Nothing is paid back. If the guest's bank takes the payment back later, you will be told.")

    def do(self, values):
        operations.leave_warning(self.dispute, now=timezone.now(), actor=self.request.user)
