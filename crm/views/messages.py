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
from crm.models import Message


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
