from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.models import InspectView
from wagtail.admin.widgets.button import Button

from crm import operations, queries
from crm.enums import MessageStatus
from crm.forms import ProtocolForm
from crm.models import Customer, Message, Protocol

PAGE = 20


def offered_records(customer):
    return [record for offer in hooks.get_hooks("customer_records") for record in offer(customer)]


def linked_records(protocol):
    return [link.record for link in protocol.links.prefetch_related("record") if link.record is not None]


def _sentences():
    return {kind: say for offer in hooks.get_hooks("activity_sentences") for kind, say in offer().items()}


def _say(activity, sentences):
    say = sentences.get(activity.kind)
    return say(activity) if say is not None else activity.kind.replace("_", " ").capitalize()


class CustomerProfileView(InspectView):
    page_title = gettext_lazy("Customer")
    template_name = "crm/profile.html"

    def get_fields(self):
        return []

    @property
    def header_more_buttons(self):
        history = Button(_("History"), url=reverse("customers:history", args=[self.object.pk]), icon_name="history")
        may_read = self.request.user.has_perm("crm.change_customer")
        return [*super().header_more_buttons, *([history] if may_read else [])]

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": _("Customers")},
            {"url": "", "label": str(self.object)},
        ]

    def get_timeline(self):
        page = max(1, int(text)) if (text := self.request.GET.get("p", "1")).isdecimal() else 1
        entries = queries.timeline(self.object, skip=(page - 1) * PAGE, limit=PAGE + 1)
        sentences = _sentences()
        links = AdminURLFinder(self.request.user)

        def about(record):
            return (str(record), links.get_edit_url(record)) if record is not None else None

        shown = []
        for kind, at, entry in entries[:PAGE]:
            item = {"kind": kind, "at": at, "entry": entry}
            if kind == "protocol":
                item["about"] = [about(link.record) for link in entry.links.all() if link.record is not None]
            elif kind == "activity":
                item["sentence"] = _say(entry, sentences)
                item["about"] = [about(entry.record)] if entry.record is not None else []
            shown.append(item)
        return {
            "timeline": shown,
            "newer": page - 1,
            "older": page + 1 if len(entries) > PAGE else 0,
        }

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            **self.get_timeline(),
            "customer": self.object,
            "figures": [figure for offer in hooks.get_hooks("customer_figures") for figure in offer(self.object)],
            "panels": [
                panel for offer in hooks.get_hooks("customer_panels") for panel in offer(self.request, self.object)
            ],
            "consents": queries.latest_consents(self.object),
            "follow_ups": queries.follow_ups_with(self.object),
            "today": timezone.localdate(timezone=self.request.organization.zone),
            "edit_url": self.get_edit_url(),
        }


@require_http_methods(["GET", "POST"])
def log_protocol(request, pk):
    if not request.user.has_perm("crm.add_protocol"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    form = ProtocolForm(request.POST or None, records=offered_records(customer))
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
