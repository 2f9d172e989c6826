from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView

from crm import operations, queries
from crm.forms import AttentionRuleForm, OwnRuleForm
from crm.models import AttentionRule
from crm.views.attention import audience_in_words
from tenancy.lists import IndexView


def may_change_rules(view):
    def wrapped(request, *args, **kwargs):
        if not request.user.has_perm("crm.change_attentionrule"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def status_of(rule):
    if not rule.is_active:
        return _("Off")
    return _("Does not work") if rule.failures else _("On")


def count_in_words(rule, kind):
    """How much a rule would show now; nothing of one that cannot be evaluated."""
    if rule.failures:
        return ""
    count = kind.find(rule, timezone.now()).count()
    return ngettext("Would show %(count)d today.", "Would show %(count)d today.", count) % {"count": count}


@require_safe
@may_change_rules
def count_attention(request, pk=None):
    """What a rule would show with the values of its form; without a key one of the organization's own that is not there yet."""
    rule = (
        AttentionRule(kind=AttentionRule.OWN)
        if pk is None
        else get_object_or_404(AttentionRule, pk=pk, kind__in=queries.attention_kinds())
    )
    form = (OwnRuleForm if rule.is_own else AttentionRuleForm)(request.GET, instance=rule, for_user=request.user)
    # Its name comes last to many.
    if form.errors.keys() - {"name"}:
        return HttpResponse("", content_type="text/plain; charset=utf-8")
    words = count_in_words(form.instance, queries.attention_kinds()[rule.kind])
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


class AttentionRuleIndexView(IndexView):
    page_title = gettext_lazy("What needs attention")
    add_item_label = gettext_lazy("Add a rule of your own")
    default_ordering = "pk"
    is_searchable = False

    def get_base_queryset(self):
        return AttentionRule.objects.filter(kind__in=self.kinds).select_related("member")

    @cached_property
    def kinds(self):
        return queries.attention_kinds()

    @cached_property
    def columns(self):
        return [
            TitleColumn(
                "kind",
                label=_("What"),
                accessor=lambda rule: queries.attention_label(rule, self.kinds[rule.kind]),
                get_url=self.get_edit_url,
            ),
            Column(
                "amount",
                label=_("When"),
                accessor=lambda rule: (
                    f"{self.kinds[rule.kind].unit}: {rule.amount}" if self.kinds[rule.kind].unit else ""
                ),
            ),
            Column(
                "who",
                label=_("For whom"),
                classname="wide-only",
                accessor=lambda rule: audience_in_words(rule, self.kinds[rule.kind]),
            ),
            Column("get_severity_display", label=_("How pressing"), classname="wide-only"),
            StatusTagColumn("is_active", label=_("Status"), accessor=status_of, primary=lambda rule: rule.is_active),
        ]


class AttentionRuleEditView(EditView):
    template_name = "crm/attention_rule.html"
    success_message = gettext_lazy("The rule is saved.")

    def get_success_buttons(self):
        return []

    def get_object(self, queryset=None):
        return get_object_or_404(AttentionRule, pk=self.object_pk, kind__in=queries.attention_kinds())

    @cached_property
    def kind(self):
        return queries.attention_kinds()[self.object.kind]

    def get_form_class(self):
        return OwnRuleForm if self.object.is_own else AttentionRuleForm

    def get_page_subtitle(self):
        return queries.attention_label(self.object, self.kind)

    def form_valid(self, form):
        response = super().form_valid(form)
        operations.evaluate_soon()
        return response

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "kind": self.kind,
            "would_show": count_in_words(AttentionRule.objects.get(pk=self.object.pk), self.kind),
            "count_url": reverse("attention_rules:count", args=[self.object.pk]),
        }


class AttentionRuleCreateView(CreateView):
    """A rule of the organization's own; of the other kinds there is one already."""

    template_name = "crm/attention_rule_add.html"
    page_title = gettext_lazy("A rule of your own")
    success_message = gettext_lazy("The rule is saved.")

    def get_success_buttons(self):
        return []

    def get_form_class(self):
        return OwnRuleForm

    def get_page_subtitle(self):
        return self.page_title

    def get_initial_form_instance(self):
        return AttentionRule(kind=AttentionRule.OWN)

    def form_valid(self, form):
        response = super().form_valid(form)
        operations.evaluate_soon()
        return response

    def get_context_data(self, **kwargs):
        kind = queries.attention_kinds()[AttentionRule.OWN]
        return {**super().get_context_data(**kwargs), "kind": kind, "count_url": reverse("attention_rules:count_new")}


class AttentionRuleDeleteView(DeleteView):
    def get_object(self, queryset=None):
        rule = super().get_object(queryset)
        if not rule.is_own:
            raise Http404
        return rule
