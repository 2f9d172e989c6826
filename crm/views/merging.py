from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from crm import operations, queries
from crm.forms import MergeForm
from crm.models import Customer, CustomerMerge, DuplicatePair


def _check(request):
    if not request.user.has_perm("crm.merge_customer"):
        raise PermissionDenied


def _crumbs(title):
    return [
        {"url": reverse("customers:index"), "label": _("Customers")},
        {"url": reverse("duplicates:index"), "label": _("Duplicates")},
        {"url": "", "label": title},
    ]


def _kinds(*counts):
    """How many records there are of each kind, in words; of each kind as many numbers as there are counts."""
    labels = dict.fromkeys(label for one in counts for label in one)
    # A model may have gone since.
    models = [(label, apps.get_model(label)) for label in labels if label.split(".")[0] in apps.app_configs]
    return sorted(
        (capfirst(str(model._meta.verbose_name_plural)), [one.get(label, 0) for one in counts])
        for label, model in models
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, pk, gone_pk):
    """Compares two customers and merges them."""
    _check(request)
    for key in (pk, gone_pk):
        if (stands := queries.kept_customer(key)) is not None:
            messages.info(request, _("This customer has been merged into %(customer)s.") % {"customer": stands})
            return redirect("customers:inspect", stands.pk)
    kept, gone = get_object_or_404(Customer, pk=pk), get_object_or_404(Customer, pk=gone_pk)
    if kept == gone:
        raise Http404
    form = MergeForm(request.POST or None, kept=kept, gone=gone)
    if request.method == "POST" and form.is_valid():
        # As they are called until now: afterwards both may have one name.
        names = {"gone": str(gone), "kept": str(kept)}
        try:
            made = operations.merge_customers(kept, gone, values=form.values(), now=timezone.now(), actor=request.user)
        except operations.MergeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("%(gone)s and %(kept)s are one customer now.") % names,
                buttons=[messages.button(reverse("duplicates:merged", args=[made.pk]), _("What was merged"))],
            )
            return redirect("customers:inspect", kept.pk)
    pair = queries.pair_of(kept, gone)
    title = _("Merge customers")
    return render(
        request,
        "crm/merge.html",
        {
            "page_title": title,
            "header_title": title,
            "breadcrumbs_items": _crumbs(title),
            "form": form,
            "kept": kept,
            "gone": gone,
            "pair": pair,
            "kinds": _kinds(queries.linked_counts(kept), queries.linked_counts(gone)),
        },
    )


@require_POST
def not_the_same(request, pk):
    """Says that two customers are not one person."""
    _check(request)
    pair = get_object_or_404(DuplicatePair.objects.select_related("first", "second"), pk=pk)
    operations.dismiss_pair(pair, now=timezone.now(), actor=request.user)
    text = _("%(one)s and %(other)s will not be suggested again.") % {"one": pair.first, "other": pair.second}
    messages.success(request, text)
    return redirect("duplicates:index")


@require_safe
def choose_other(request, pk):
    """With whom a customer could be merged, and who was merged into it."""
    _check(request)
    customer = get_object_or_404(Customer, pk=pk)
    text = request.GET.get("q", "").strip()[:200]
    found = [other for other in queries.find_customers(text) if other != customer]
    title = _("Merge %(customer)s") % {"customer": customer}
    return render(
        request,
        "crm/merge_with.html",
        {
            "page_title": title,
            "header_title": title,
            "breadcrumbs_items": _crumbs(title),
            "customer": customer,
            "text": text,
            "found": found,
            "others": queries.likely_duplicates(customer),
            "merges": queries.merges_into(customer),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merged(request, pk):
    """What a merge moved, and undoing it."""
    _check(request)
    made = get_object_or_404(CustomerMerge.objects.select_related("kept", "gone", "merged_by"), pk=pk)
    if request.method == "POST":
        try:
            left = operations.undo_merge(made, now=timezone.now(), actor=request.user)
        except operations.MergeRefused as refused:
            messages.error(request, str(refused))
            return redirect("duplicates:merged", made.pk)
        messages.success(
            request, _("%(kept)s and %(gone)s are two customers again.") % {"kept": made.kept, "gone": made.gone}
        )
        if left:
            names = ", ".join(str(Customer._meta.get_field(name).verbose_name) for name in left)
            messages.warning(request, _("Changed since, and left as it is: %(fields)s.") % {"fields": names})
        return redirect("customers:inspect", made.gone_id)
    title = _("What was merged")
    return render(
        request,
        "crm/merged.html",
        {
            "page_title": title,
            "header_title": title,
            "breadcrumbs_items": _crumbs(title),
            "merge": made,
            "problem": queries.merge_problem(made, now=timezone.now()),
            "kinds": [(label, count) for label, [count] in _kinds(made.counts)],
        },
    )


@require_safe
def merge_selected(request):
    """Leads from two customers chosen in the list to the page that compares them."""
    _check(request)
    keys = {int(key) for key in request.GET.getlist("id") if key.isdecimal() and len(key) < 19}
    # The one who has been known longer is kept, unless somebody says otherwise there.
    chosen = list(Customer.objects.filter(pk__in=keys).order_by("pk")[:3])
    if len(chosen) != 2:
        messages.error(request, _("Choose two customers to merge them."))
        return redirect("customers:index")
    return redirect("customers:merge", chosen[0].pk, chosen[1].pk)
