from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder

from crm import operations, queries
from crm.models import Customer
from crm.rules import clean_rich

PAGE = 20


def _filters():
    """What the timeline can be narrowed to, by its name in the address: a label, a kind of entries and kinds of activities."""
    groups = {name: group for offer in hooks.get_hooks("activity_groups") for name, group in offer().items()}
    return {
        "": (_("Everything"), "", None),
        "protocols": (_("Contacts"), "protocol", None),
        "messages": (_("Messages"), "message", None),
        "documents": (_("Documents"), "document", None),
        **{name: (label, "activity", kinds) for name, (label, kinds) in groups.items()},
    }


def _item(timeline_entry, sentences, links, pinned, seen):
    kind, at, entry, records = timeline_entry
    item = {"kind": kind, "at": at, "entry": entry, "is_pinned": (kind, entry.pk) in pinned}

    # Of what an activity is about its sentence tells anyway.
    shown = records if kind == "activity" else [record for record in records if record in seen]
    item["about"] = [(str(record), links.get_edit_url(record)) for record in shown]
    if kind == "protocol":
        item["text"] = mark_safe(clean_rich(entry.body))  # noqa: S308 - nothing is left but paragraphs, lists, bold and italic
    elif kind == "activity":
        say = sentences.get(entry.kind)
        item["sentence"] = say(entry) if say is not None else entry.kind.replace("_", " ").capitalize()
    return item


def timeline_context(request, customer):
    page = max(1, int(text)) if (text := request.GET.get("p", "1")).isdecimal() and len(text) < 6 else 1
    filters = _filters()
    chosen = request.GET.get("show", "")
    if chosen not in filters:
        chosen = ""
    _label, only, activities = filters[chosen]
    found = queries.timeline(
        customer, user=request.user, only=only, activities=activities, skip=(page - 1) * PAGE, limit=PAGE + 1
    )
    sentences = {kind: say for offer in hooks.get_hooks("activity_sentences") for kind, say in offer().items()}
    links = AdminURLFinder(request.user)
    pinned = {(entry.kind, entry.entry.pk) for entry in found.pinned}
    shown = [*found.entries[:PAGE], *found.pinned]
    linked = [record for entry in shown if entry.kind == "protocol" for record in entry.about]
    seen = set(queries.seen_records(linked, user=request.user))
    return {
        "customer": customer,
        "timeline": [_item(entry, sentences, links, pinned, seen) for entry in found.entries[:PAGE]],
        "pinned": [_item(entry, sentences, links, pinned, seen) for entry in found.pinned],
        "filters": [(name, label, name == chosen) for name, (label, *_rest) in filters.items()],
        "show": chosen,
        "newer": page - 1,
        "older": page + 1 if len(found.entries) > PAGE else 0,
    }


@require_safe
def timeline(request, pk):
    if not request.user.has_perm("crm.view_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    return render(request, "crm/_timeline.html", timeline_context(request, customer))


@require_POST
def pin(request, pk):
    if not request.user.has_perm("crm.change_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    key = request.POST.get("entry", "")
    entry = (
        queries.timeline_entry(customer, request.POST.get("kind", ""), int(key), user=request.user)
        if key.isdecimal() and len(key) < 19
        else None
    )
    if entry is None:
        raise Http404
    verb = operations.unpin if "unpin" in request.POST else operations.pin
    verb(customer, entry)
    return redirect("customers:inspect", customer.pk)
