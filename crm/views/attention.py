from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.widgets.button import Button

from crm import operations, queries
from crm.enums import AttentionState, Severity
from crm.filters import AttentionFilterSet
from crm.forms import SettleForm, SnoozeForm
from crm.models import AttentionItem
from crm.rules import SNOOZES
from crm.views.task_verbs import next_url
from crm.views.tasks import local_now
from tenancy.lists import IndexView
from tenancy.rules import person_name

MAY_SETTLE = "crm.change_attentionitem"


def audience_in_words(rule, kind):
    if rule.to_holder:
        return str(kind.holder)
    if rule.role:
        return rule.get_role_display()
    return person_name(rule.member) if rule.member is not None else _("Everybody")


def for_whom(item, kind):
    if item.rule.to_holder:
        return person_name(item.holder) if item.is_with_holder else _("Everybody")
    return (
        _("Everybody")
        if item.rule.member is not None and not item.is_with_member
        else audience_in_words(item.rule, kind)
    )


def settle(items, do, *, until=None, request):
    """Do with some items what a button or a form says; return it in words."""
    now, actor = timezone.now(), request.user
    if do == "done":
        count = operations.finish_attention(items, now=now, actor=actor)
        return ngettext("%(count)d seen to.", "%(count)d seen to.", count) % {"count": count}
    if do == "open":
        count = operations.reopen_attention(items, now=now, actor=actor)
        return ngettext("%(count)d opened again.", "%(count)d opened again.", count) % {"count": count}
    day = until if do == "date" else local_now(request).date() + timedelta(days=SNOOZES[do])
    count = operations.snooze_attention(items, until=day, now=now, actor=actor)
    return ngettext("%(count)d put off until %(day)s.", "%(count)d put off until %(day)s.", count) % {
        "count": count,
        "day": date_format(day),
    }


@require_POST
def settle_item(request, pk):
    if not request.user.has_perm(MAY_SETTLE):
        raise PermissionDenied
    item = get_object_or_404(queries.attention_items(request.user), pk=pk)
    do, until = request.POST.get("do", ""), None
    if do == "date":
        form = SnoozeForm(request.POST)
        if not form.is_valid():
            messages.error(request, form.errors["until"][0])
            return redirect(next_url(request, reverse("attention:index")))
        until = form.cleaned_data["until"]
    elif do not in ("done", "open", *SNOOZES):
        raise Http404
    messages.success(request, settle([item], do, until=until, request=request))
    return redirect(next_url(request, reverse("attention:index")))


class SettleAttention(BulkAction):
    """What becomes of the things chosen in the list."""

    models = [AttentionItem]
    display_name = gettext_lazy("Settle")
    aria_label = gettext_lazy("Settle what is selected")
    action_type = "settle"
    template_name = "crm/settle_attention.html"
    form_class = SettleForm

    @classmethod
    def as_view(cls):
        # At an address of its own: Wagtail's for bulk actions is closed to those who keep no pages.
        def view(request):
            return cls(request, AttentionItem).dispatch(request)

        return view

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(MAY_SETTLE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def check_perm(self, obj):
        return True

    def get_queryset(self, model, object_ids):
        keys = [int(key) for key in map(str, object_ids) if key.isdecimal() and len(key) < 19]
        found = queries.with_records(queries.attention_items(self.request.user).filter(pk__in=keys).order_by("pk"))
        if not found:
            raise Http404
        return found

    def get_all_objects_in_listing_query(self, parent_id):
        # Only what somebody has looked at is chosen.
        return []

    def object_context(self, item):
        kind = queries.attention_kinds()[item.rule.kind]
        return {
            "item": item,
            "title": title_of(item, kind),
            "label": queries.attention_label(item.rule, kind),
            "reason": kind.reason(item.facts),
        }

    def execute_action(self, objects, **kwargs):
        values = self.cleaned_form.cleaned_data
        self.said = settle(objects, values["do"], until=values["until"], request=self.request)
        return len(objects), 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        return self.said


def title_of(item, kind):
    return kind.title(item.record) if item.record is not None else _("A record that was deleted")


class VerbsColumn(Column):
    cell_template_name = "crm/attention_cell.html"

    def get_cell_context_data(self, instance, parent_context):
        request = parent_context["request"]
        return {
            **super().get_cell_context_data(instance, parent_context),
            "csrf_token": get_token(request),
            "next": f"{reverse('attention:index')}?{request.GET.urlencode()}",
            "tomorrow": local_now(request).date() + timedelta(days=1),
        }


class AttentionIndexView(IndexView):
    template_name = "crm/attention.html"
    results_template_name = "crm/attention_results.html"
    page_title = gettext_lazy("Needs attention")
    is_searchable = False
    filterset_class = AttentionFilterSet
    default_ordering = ("-rule__severity", "since", "pk")
    export_headings = {
        "kind": gettext_lazy("What"),
        "record": gettext_lazy("Record"),
        "reason": gettext_lazy("Why"),
        "who": gettext_lazy("For whom"),
        "severity": gettext_lazy("How pressing"),
    }

    def to_row_dict(self, item):
        kind = self.kind_of(item)
        return {
            "kind": queries.attention_label(item.rule, kind),
            "record": title_of(item, kind),
            "reason": kind.reason(item.facts),
            "who": for_whom(item, kind),
            "since": item.since,
            "severity": item.rule.get_severity_display(),
            "state": item.get_state_display(),
            "snoozed_until": item.snoozed_until,
            "settled_by": person_name(item.settled_by) if item.settled_by is not None else "",
        }

    def get_base_queryset(self):
        return queries.with_records(queries.attention_items(self.request.user))

    def get_edit_url(self, instance):
        return None

    @cached_property
    def nothing(self):
        """What the list says when it is empty."""
        asked = {name for name in ("rule", "severity", "state") if self.request.GET.get(name)}
        if not asked - ({"state"} if self.request.GET.get("state") == AttentionState.OPEN else set()):
            return _("All is well: nothing needs your attention. What does will stand here by itself.")
        return _("There is nothing of this kind.")

    @cached_property
    def kinds(self):
        return queries.attention_kinds()

    def kind_of(self, item):
        return self.kinds[item.rule.kind]

    @cached_property
    def header_more_buttons(self):
        mail = Button(
            _("E-mail about it"), url=f"{reverse('wagtailadmin_account')}#tab-notifications", icon_name="mail"
        )
        rules = Button(_("Rules"), url=reverse("attention_rules:index"), icon_name="cogs")
        may_change = self.request.user.has_perm("crm.change_attentionrule")
        return [*super().header_more_buttons, mail, *([rules] if may_change else [])]

    @cached_property
    def columns(self):
        may_settle = self.request.user.has_perm(MAY_SETTLE)
        chosen = [BulkActionsCheckboxColumn("bulk_actions", obj_type="attentionitem")]
        return [
            *(chosen if may_settle else []),
            TitleColumn(
                "title",
                label=_("What"),
                accessor=lambda item: (
                    f"{queries.attention_label(item.rule, self.kind_of(item))}: {title_of(item, self.kind_of(item))}"
                ),
                get_url=lambda item: self.kind_of(item).url(item) if item.record is not None else None,
            ),
            Column("reason", label=_("Why"), accessor=lambda item: self.kind_of(item).reason(item.facts)),
            Column(
                "who",
                label=_("For whom"),
                classname="wide-only",
                accessor=lambda item: for_whom(item, self.kind_of(item)),
            ),
            Column(
                "since",
                label=_("Since"),
                classname="wide-only",
                accessor=lambda item: date_format(item.since.astimezone(self.request.organization.zone)),
                sort_key="since",
            ),
            StatusTagColumn(
                "severity",
                label=_("How pressing"),
                classname="wide-only",
                accessor=lambda item: item.rule.get_severity_display(),
                primary=lambda item: item.rule.severity == Severity.HIGH,
            ),
            *([VerbsColumn("verbs", label=_("Settle"))] if may_settle else []),
        ]
