from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin.views.generic.models import InspectView
from wagtail.admin.widgets.button import HeaderButton

from crm import operations, queries
from crm.forms import ProtocolForm
from crm.models import Customer, Message
from tenancy.queries import current_organization

PAGE = 20


def _records(customer):
    return [record for offer in hooks.get_hooks("customer_records") for record in offer(customer)]


def _sentences():
    return {kind: say for offer in hooks.get_hooks("activity_sentences") for kind, say in offer().items()}


def _before(request):
    text = request.GET.get("before", "")
    moment = parse_datetime(text.replace(" ", "+")) if text else None
    return moment if isinstance(moment, datetime) and timezone.is_aware(moment) else None


class CustomerProfileView(InspectView):
    page_title = gettext_lazy("Customer")
    template_name = "crm/profile.html"

    def get_fields(self):
        return ["email"]

    @property
    def header_buttons(self):
        if not self.request.user.has_perm("crm.add_protocol"):
            return []
        url = reverse("customers:log_protocol", args=[self.object.pk])
        return [HeaderButton(_("Log a call"), url=url, icon_name="openquote", priority=1)]

    def get_context_data(self, **kwargs):
        sentences = _sentences()
        zone = current_organization().zone
        entries = queries.timeline(self.object, before=_before(self.request), limit=PAGE + 1)
        shown = [
            {"kind": kind, "at": at, "entry": entry, "sentence": sentences[entry.kind](entry)}
            if kind == "activity" and entry.kind in sentences
            else {"kind": kind, "at": at, "entry": entry, "sentence": ""}
            for kind, at, entry in entries[:PAGE]
        ]
        return {
            **super().get_context_data(**kwargs),
            "customer": self.object,
            "zone": zone,
            "figures": [figure for offer in hooks.get_hooks("customer_figures") for figure in offer(self.object)],
            "panels": [
                panel for offer in hooks.get_hooks("customer_panels") for panel in offer(self.request, self.object)
            ],
            "follow_ups": self.object.protocols.filter(follow_up_on__isnull=False).order_by("follow_up_on")[:5],
            "today": timezone.localdate(timezone=zone),
            "timeline": shown,
            "older": shown[-1]["at"].isoformat() if len(entries) > PAGE else "",
        }


@require_http_methods(["GET", "POST"])
def log_protocol(request, pk):
    if not request.user.has_perm("crm.add_protocol"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    form = ProtocolForm(request.POST or None, records=_records(customer))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        operations.log_protocol(
            customer,
            kind=values["kind"],
            direction=values["direction"],
            subject=values["subject"],
            body=values["body"],
            happened_at=values["happened_at"],
            duration_minutes=values["duration_minutes"],
            follow_up_on=values["follow_up_on"],
            links=form.linked_records,
            author=request.user,
        )
        messages.success(request, _("Noted."))
        return redirect("customers:inspect", customer.pk)
    context = {
        "customer": customer,
        "form": form,
        "page_title": _("Log a call"),
        "page_subtitle": str(customer),
        "header_icon": "openquote",
        "breadcrumbs_items": [
            {"url": reverse("customers:index"), "label": _("Customers")},
            {"url": reverse("customers:inspect", args=[customer.pk]), "label": str(customer)},
            {"url": "", "label": _("Log a call")},
        ],
    }
    return render(request, "crm/log_protocol.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def resend_message(request, pk):
    if not request.user.has_perm("crm.resend_message"):
        raise PermissionDenied
    message = get_object_or_404(Message, pk=pk)
    if message.status != "failed":
        raise Http404
    if request.method == "POST":
        operations.retry_message(message, now=timezone.now(), actor=request.user)
        messages.success(request, _("The message is sent again."))
        return redirect("messages_sent:index")
    context = {
        "message": message,
        "page_title": _("Send again"),
        "page_subtitle": message.subject,
        "header_icon": "mail",
    }
    return render(request, "crm/resend_message.html", context)
