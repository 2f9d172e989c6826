from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import operations
from crm.enums import MessageStatus
from crm.forms import MessageForm
from crm.models import Customer, Message


@require_http_methods(["GET", "POST"])
def write_message(request, pk):
    if not request.user.has_perm("crm.add_message"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    if not customer.email:
        messages.error(request, _("%(customer)s has no e-mail address.") % {"customer": customer})
        return redirect("customers:inspect", customer.pk)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        operations.queue_message(
            kind="personal",
            dedupe_key=f"{customer.pk}-{values['token']}",
            recipient=customer.email,
            language=customer.language or request.organization.default_language,
            subject=values["subject"],
            text=values["text"],
            html="",
            now=timezone.now(),
            customer=customer,
        )
        messages.success(request, _("The message is on its way to %(address)s.") % {"address": customer.email})
        return redirect("customers:inspect", customer.pk)
    title = _("Send a message")
    context = {
        "customer": customer,
        "form": form,
        "media": form.media,
        "page_title": title,
        "page_subtitle": str(customer),
        "header_title": f"{title}: {customer}",
        "header_icon": "mail",
        "submit_label": _("Send"),
        "breadcrumbs_items": [
            {"url": reverse("customers:index"), "label": _("Customers")},
            {"url": reverse("customers:inspect", args=[customer.pk]), "label": str(customer)},
            {"url": "", "label": title},
        ],
    }
    return render(request, "crm/log_protocol.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def resend_message(request, pk):
    if not request.user.has_perm("crm.resend_message"):
        raise PermissionDenied
    message = get_object_or_404(Message, pk=pk)
    if message.status != MessageStatus.FAILED:
        raise Http404
    if request.method == "POST":
        operations.retry_message(message, now=timezone.now(), actor=request.user)
        messages.success(request, _("The message is being sent again."))
        return redirect("messages_sent:inspect", message.pk)
    context = {
        "message": message,
        "page_title": _("Send again"),
        "header_title": f"{_('Send again')}: {message.subject}",
        "header_icon": "mail",
        "breadcrumbs_items": [
            {"url": reverse("messages_sent:index"), "label": _("Messages")},
            {"url": reverse("messages_sent:inspect", args=[message.pk]), "label": message.subject},
            {"url": "", "label": _("Send again")},
        ],
    }
    return render(request, "crm/resend_message.html", context)
