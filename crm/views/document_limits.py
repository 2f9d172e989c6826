from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import operations, queries
from crm.forms import DocumentLimitsForm


@require_http_methods(["GET", "HEAD", "POST"])
def document_limits(request):
    """How big private files are at most, and of which kinds; for those who may change the organization."""
    if not request.user.has_perm("tenancy.change_organization"):
        raise PermissionDenied
    own = queries.own_document_limits()
    # Nothing ticked and nothing written is an answer too.
    data = request.POST if request.method == "POST" else None
    form = DocumentLimitsForm(data, initial={"max_megabytes": own.max_megabytes, "endings": own.endings})
    if request.method == "POST" and form.is_valid():
        operations.set_document_limits(**form.cleaned_data, actor=request.user)
        messages.success(request, _("The limits of private documents are saved."))
        return redirect("organization:index")
    title = _("Private documents")
    context = {
        "form": form,
        "media": form.media,
        "page_title": title,
        "header_title": title,
        "header_icon": "doc-full",
        "submit_button_label": _("Save"),
        "breadcrumbs_items": [
            {"url": reverse("organization:index"), "label": _("Organization")},
            {"url": "", "label": title},
        ],
    }
    return render(request, "crm/document_limits.html", context, status=422 if form.is_bound else 200)
