from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin.admin_url_finder import AdminURLFinder

from crm import operations, queries
from crm.forms import WhoForm
from crm.views.task_verbs import posted_key

MOST_OFFERED = 20


def record_about(request):
    """The record in the address, which has to be there and to be seen."""
    record = queries.record_of(request.GET.get("about", ""), user=request.user)
    if record is None:
        raise Http404
    return record


def _log_url(customer, record):
    return f"{reverse('customers:log_protocol', args=[customer.pk])}?about={queries.record_key(record)}"


def _context(request, record, title):
    url = AdminURLFinder(request.user).get_edit_url(record)
    return {
        "record": queries.record_name(record),
        "record_url": url,
        "about": queries.record_key(record),
        "page_title": title,
        "page_subtitle": queries.record_name(record),
        "header_title": f"{title}: {queries.record_name(record)}",
        "header_icon": "openquote",
        "breadcrumbs_items": [
            {"url": reverse("protocols:index"), "label": _("Protocols")},
            *([{"url": url, "label": queries.record_name(record)}] if url else []),
            {"url": "", "label": title},
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def log_about(request):
    """With whom somebody spoke about a record; where that is known the form of the protocol comes at once."""
    if not request.user.has_perm("crm.add_protocol"):
        raise PermissionDenied
    record = record_about(request)
    customer = queries.customer_of(record)
    if customer is not None:
        return redirect(_log_url(customer, record))
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(_log_url(form.cleaned_data["customer"], record))
    offered = [(one, _log_url(one, record)) for one in queries.customers_of(record)]
    context = {**_context(request, record, _("Log a call")), "form": form, "offered": offered}
    return render(request, "crm/log_about.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def link_protocols(request):
    """Links protocols that are written down already with a record, and takes such links back."""
    user = request.user
    if not user.has_perm("crm.change_protocol"):
        raise PermissionDenied
    record = record_about(request)
    if request.method == "POST":
        protocol = get_object_or_404(queries.readable_protocols(user), pk=posted_key(request, "protocol"))
        verb = operations.unlink_protocol if "unlink" in request.POST else operations.link_protocol
        verb(protocol, record, actor=user)
        return redirect(request.get_full_path())
    text = request.GET.get("q", "").strip()[:200]
    linked = queries.protocols_linked_with(record, user=user)
    offered = queries.search_protocols(text, queries.readable_protocols(user)).exclude(pk__in=linked.values("pk"))
    customer = queries.customer_of(record)
    if customer is not None and not text:
        offered = offered.filter(customer=customer)
    context = {
        **_context(request, record, _("Link contacts")),
        "text": text,
        "linked": linked.select_related("customer").defer("body"),
        "offered": offered.select_related("customer").defer("body").order_by("-happened_at", "-pk")[:MOST_OFFERED],
        "zone": request.organization.zone,
    }
    return render(request, "crm/link_protocols.html", context)
