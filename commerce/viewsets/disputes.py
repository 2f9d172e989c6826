from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import documents, operations, queries
from commerce.enums import DisputeKind, DisputeStatus
from commerce.filters import DisputeFilterSet
from commerce.gateways import stripe
from commerce.models import Dispute, DisputeFile, EvidenceFile
from commerce.rules import dispute_words, reason_words
from commerce.viewsets.columns import MomentColumn
from commerce.viewsets.dispute_verbs import MAY_ANSWER, AcceptView, AnswerView, LeaveView, SendView, due_in_words
from tenancy.lists import IndexView
from tenancy.money import format_money


def amount_in_words(dispute):
    return format_money(dispute.amount_minor, dispute.currency) if dispute.amount_minor else "–"


def answer_until(dispute):
    return dispute.due_at if dispute.status == DisputeStatus.NEEDS_RESPONSE else None


class DisputeIndexView(IndexView):
    introduction = gettext_lazy(
        "Payments that guests' banks ask about or take back. Without an answer in time the money is lost."
    )
    default_ordering = "-opened_at"
    is_searchable = True

    def get_base_queryset(self):
        return queries.staff_disputes()

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        found = queries.search_orders(queries.staff_orders(), self.search_query).values("pk")
        return queryset.filter(Q(payment__order__in=found) | Q(provider_reference=self.search_query.strip()))

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("order", label=_("Order"), accessor="payment.order.number", get_url=self.get_inspect_url),
            Column("guest", label=_("Guest"), accessor="payment.order.full_name"),
            Column("kind", label=_("Kind"), classname="wide-only", accessor="get_kind_display", sort_key="kind"),
            Column("amount", label=_("Amount"), accessor=amount_in_words, sort_key="amount_minor"),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                primary=lambda dispute: dispute.status == DisputeStatus.NEEDS_RESPONSE,
                sort_key="status",
            ),
            MomentColumn("due_at", label=_("Answer by"), accessor=answer_until, sort_key="due_at"),
            MomentColumn("opened_at", label=_("Opened"), classname="wide-only", sort_key="opened_at"),
        ]


class DisputeInspectView(InspectView):
    template_name = "commerce/admin/dispute.html"
    page_title = gettext_lazy("Dispute")

    def get_object(self, queryset=None):
        dispute = queries.staff_dispute(self.pk)
        if dispute is None:
            raise Http404
        return dispute

    def get_fields(self):
        return []

    def get_context_data(self, **kwargs):
        dispute, zone = self.object, self.request.organization.zone
        waits = dispute.status == DisputeStatus.NEEDS_RESPONSE
        on_its_way = queries.evidence_on_its_way(dispute)
        may = self.request.user.has_perm(MAY_ANSWER)
        answers = may and waits and dispute.kind != DisputeKind.WARNING and not on_its_way
        return {
            **super().get_context_data(**kwargs),
            "dispute": dispute,
            "order": dispute.payment.order,
            "words": dispute_words(DisputeKind(dispute.kind), DisputeStatus(dispute.status)),
            "reason": reason_words(dispute.reason),
            "amount": amount_in_words(dispute),
            "waits": waits,
            "on_its_way": on_its_way,
            "due": due_in_words(dispute, self.request.organization) if waits else "",
            "may_answer": answers,
            "may_accept": answers and dispute.kind == DisputeKind.CHARGEBACK,
            "may_leave": may and waits and dispute.kind == DisputeKind.WARNING,
            "may_ask": may,
            "may_see_order": self.request.user.has_perm("commerce.view_order"),
            "evidence": queries.evidence_of(dispute),
            "history": queries.history_of_dispute(dispute),
            "zone": zone,
        }


def _dispute_or_404(request, pk, permission):
    if not request.user.has_perm(permission):
        raise PermissionDenied
    dispute = queries.staff_dispute(pk)
    if dispute is None:
        raise Http404
    return dispute


@require_POST
def ask(request, pk):
    dispute = _dispute_or_404(request, pk, MAY_ANSWER)
    try:
        operations.refresh_dispute(dispute, now=timezone.now())
    except stripe.GatewayError:
        messages.error(request, _("Stripe cannot be reached just now. Please try again in a minute."))
    else:
        messages.success(request, _("This is what Stripe says now."))
    return redirect("disputes:inspect", dispute.pk)


@require_POST
def remove_file(request, pk, file_pk):
    dispute = _dispute_or_404(request, pk, MAY_ANSWER)
    if not dispute.files.filter(pk=file_pk).exists():
        raise Http404
    try:
        operations.remove_dispute_file(dispute, file_pk, actor=request.user)
    except operations.DisputeRefused as refused:
        messages.error(request, str(refused))
    return redirect("disputes:answer", dispute.pk)


def pack(request, pk):
    dispute = _dispute_or_404(request, pk, "commerce.view_dispute")
    return _file(f"evidence-{dispute.payment.order.number}.pdf", "application/pdf", documents.evidence_pdf(dispute))


def draft_file(request, pk, file_pk):
    dispute = _dispute_or_404(request, pk, "commerce.view_dispute")
    return _stored(DisputeFile.objects.filter(dispute=dispute, pk=file_pk).first())


def sent_file(request, pk, sent_pk):
    dispute = _dispute_or_404(request, pk, "commerce.view_dispute")
    return _stored(EvidenceFile.objects.filter(evidence__dispute=dispute, pk=sent_pk).first())


def _stored(found):
    if found is None:
        raise Http404
    return _file(found.name, found.content_type, bytes(found.content))


def _file(name, content_type, content):
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


class DisputeViewSet(ModelViewSet):
    """What guests' banks contest; only to be read and answered."""

    model = Dispute
    url_prefix = "disputes"
    url_namespace = "disputes"
    menu_label = gettext_lazy("Disputes")
    icon = "warning"
    menu_hook = "register_reports_menu_item"
    menu_order = 25
    add_to_reference_index = False
    index_view_class = DisputeIndexView
    inspect_view_class = DisputeInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None
    filterset_class = DisputeFilterSet
    form_fields = ["statement"]
    export_filename = "disputes"
    list_export = [
        "payment.order.number",
        "payment.order.full_name",
        "get_kind_display",
        "get_status_display",
        "reason",
        "contested",
        "currency",
        "opened_at",
        "due_at",
        "closed_at",
        "provider_reference",
    ]
    export_headings = {
        "payment.order.number": gettext_lazy("Order"),
        "payment.order.full_name": gettext_lazy("Guest"),
        "get_kind_display": gettext_lazy("Kind"),
        "get_status_display": gettext_lazy("Status"),
        "contested": gettext_lazy("Amount"),
    }
    shown = ("index", "index_results", "inspect")

    def get_urlpatterns(self):
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in self.shown]
        return [
            *shown,
            path("<int:pk>/answer/", AnswerView.as_view(), name="answer"),
            path("<int:pk>/send/", SendView.as_view(), name="send"),
            path("<int:pk>/accept/", AcceptView.as_view(), name="accept"),
            path("<int:pk>/leave/", LeaveView.as_view(), name="leave"),
            path("<int:pk>/ask/", ask, name="ask"),
            path("<int:pk>/pack/", pack, name="pack"),
            path("<int:pk>/files/<int:file_pk>/", draft_file, name="file"),
            path("<int:pk>/files/<int:file_pk>/remove/", remove_file, name="remove_file"),
            path("<int:pk>/sent/<int:sent_pk>/", sent_file, name="sent_file"),
        ]

    def get_common_view_kwargs(self, **kwargs):
        without = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        )
        return {**super().get_common_view_kwargs(**kwargs), **without}

    def register_admin_url_finder(self):
        # Disputes are looked at, not edited.
        pass
