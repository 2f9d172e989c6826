from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm import operations
from crm.forms import ProtocolForm
from crm.models import Customer, Protocol
from crm.views.customers import offered_records


def linked_records(protocol):
    return [link.record for link in protocol.links.prefetch_related("record") if link.record is not None]


@require_http_methods(["GET", "POST"])
def log_protocol(request, pk):
    if not request.user.has_perm("crm.add_protocol"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    form = ProtocolForm(request.POST or None, user=request.user, records=offered_records(customer))
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
            links=form.cleaned_data["links"],
            author=request.user,
        )
        messages.success(request, _("Noted."))
        return redirect("customers:inspect", customer.pk)
    context = {
        "customer": customer,
        "form": form,
        "media": form.media,
        "page_title": _("Log a call"),
        "page_subtitle": str(customer),
        "header_title": f"{_('Log a call')}: {customer}",
        "header_icon": "openquote",
        "breadcrumbs_items": [
            {"url": reverse("customers:index"), "label": _("Customers")},
            {"url": reverse("customers:inspect", args=[customer.pk]), "label": str(customer)},
            {"url": "", "label": _("Log a call")},
        ],
    }
    return render(request, "crm/log_protocol.html", context, status=422 if form.is_bound else 200)


@require_POST
def close_follow_up(request, pk):
    if not request.user.has_perm("crm.change_protocol"):
        raise PermissionDenied
    protocol = get_object_or_404(Protocol, pk=pk)
    operations.close_follow_up(protocol, actor=request.user)
    messages.success(request, _("Done: %(subject)s") % {"subject": protocol.subject})
    return redirect("customers:inspect", protocol.customer_id)
