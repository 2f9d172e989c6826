from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.admin_url_finder import AdminURLFinder

from crm import operations, queries
from crm.documents import protocols_pdf
from crm.forms import ProtocolForm
from crm.models import Customer
from crm.views.customers import offered_records

LOGGED = [
    "kind",
    "own_kind",
    "direction",
    "subject",
    "body",
    "happened_at",
    "duration_minutes",
    "outcome",
    "follow_up_on",
    "follow_up_by",
    "is_private",
    "links",
    "participants",
    "files",
]


def _beginning(key, templates):
    """What a protocol from a template begins with."""
    template = next((template for template in templates if str(template.pk) == key), None)
    if template is None:
        return {}
    return {name: getattr(template, name) for name in ("kind", "direction", "subject", "body")}


def _records_about(keys, user):
    """What the page was opened from; what is not there, or not to be seen, is nothing to be about."""
    try:
        return queries.records_by_key(keys, user=user)
    except queries.RecordUnknown:
        return []


def say_whose(request, customer, records):
    """Point out what belongs to somebody else than whom the protocol is with; it may be meant."""
    for record in records:
        whose = queries.customer_of(record)
        if whose is not None and whose not in (customer, record):
            text = _(
                "%(record)s does not belong to %(customer)s. If that was a slip, change what the protocol is about."
            )
            messages.warning(request, text % {"record": queries.record_name(record), "customer": customer})


def readable_protocol(user, pk):
    return get_object_or_404(queries.readable_protocols(user), pk=pk)


@require_safe
def protocol_file(request, pk, attachment_pk):
    if not request.user.has_perm("crm.view_protocol"):
        raise PermissionDenied
    file = get_object_or_404(readable_protocol(request.user, pk).files, pk=attachment_pk)
    return _download(bytes(file.content), file.content_type, file.name)


@require_safe
def protocol_pdf(request, pk):
    if not request.user.has_perm("crm.view_protocol"):
        raise PermissionDenied
    customer = readable_protocol(request.user, pk).customer
    found = queries.protocols_with(customer, user=request.user, pks=[pk])
    return _download(protocols_pdf(customer, found, user=request.user), "application/pdf", f"protocol-{pk}.pdf")


@require_safe
def history_pdf(request, pk):
    if not request.user.has_perm("crm.view_protocol"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    found = queries.protocols_with(customer, user=request.user)
    return _download(protocols_pdf(customer, found, user=request.user), "application/pdf", f"protocols-{pk}.pdf")


def _download(content, content_type, name):
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(content_type != "application/pdf", name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def log_protocol(request, pk):
    if not request.user.has_perm("crm.add_protocol"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    templates = queries.protocol_templates()
    about = _records_about(request.GET.getlist("about"), request.user)
    form = ProtocolForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        records=offered_records(customer),
        linked=about,
        initial=_beginning(request.GET.get("template", ""), templates),
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        operations.log_protocol(
            customer,
            **{name: values[name] for name in LOGGED},
            author=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Noted."))
        say_whose(request, customer, values["links"])
        # Back to where it was called from.
        urls = [AdminURLFinder(request.user).get_edit_url(record) for record in about[:1]]
        return redirect(next(filter(None, urls), reverse("customers:inspect", args=[customer.pk])))
    context = {
        "customer": customer,
        "templates": templates,
        "about": urlencode([("about", queries.record_key(record)) for record in about]),
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
