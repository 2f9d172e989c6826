from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.models import InspectView
from wagtail.admin.widgets.button import Button

from crm import queries

PAGE = 20


def offered_records(customer):
    return [record for offer in hooks.get_hooks("customer_records") for record in offer(customer)]


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
