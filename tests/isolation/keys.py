"""What the parameters of the URL configuration stand for: which keys of an organization's rows belong into an address."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.viewsets import viewsets
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.contrib.settings.registry import registry as settings_registry
from wagtail.coreutils import resolve_model_string
from wagtail.models import Page, PageViewRestriction, Revision, TaskState, WorkflowState, get_page_models
from wagtail_localize.models import OverridableSegment, StringSegment, Translation

from cms.models import FaqPage, LandingPage
from cms.queries import parts_of, shared_models
from commerce.models import (
    DepartureChange,
    DisputeFile,
    EvidenceFile,
    GuestChoice,
    OrderLine,
    PaymentLink,
    Refund,
)
from crm.models import DocumentShare, DocumentVersion, DuplicatePair, ProtocolFile
from tenancy.models import Organization, TenantDocument, TenantImage, TenantRendition, User
from tenancy.operations import issue_switch
from tenancy.queries import current_organization
from tenancy.scope import organization_scope
from tours.models import GuideAssignment, GuideSwap
from tours.queries import answer_token, swap_token

Values = dict[str, Any]

# The model of a row by the name of the parameter, or by the route's name or namespace and the parameter where one name stands for several.
MODELS = {
    "account_end_session pk": "usersessions.UserSession",
    "account_switch public_id": "tenancy.Organization public_id",
    "duplicates:merged pk": "crm.CustomerMerge",
    "my_departures:accept pk": "tours.GuideAssignment",
    "my_departures:decline pk": "tours.GuideAssignment",
    "mfa_edit_webauthn pk": "mfa.Authenticator",
    "mfa_remove_webauthn pk": "mfa.Authenticator",
    "team:remove pk": "tenancy.Membership",
    "team:resend pk": "tenancy.Invitation",
    "team:role pk": "tenancy.Membership",
    "team:withdraw pk": "tenancy.Invitation",
    "links:ignore pk": "cms.FoundLink",
    "patterns:departures pk": "tours.TourVariant",
    "collection_id": "wagtailcore.Collection",
    "doc_id": "tenancy.TenantDocument",
    "document_id": "tenancy.TenantDocument",
    "image_id": "tenancy.TenantImage",
    "page_id": "wagtailcore.Page",
    "page_pk": "wagtailcore.Page",
    "page_to_move_id": "wagtailcore.Page",
    "parent_page_id": "wagtailcore.Page",
    "destination_id": "wagtailcore.Page",
    "redirect_id": "wagtailredirects.Redirect",
    "link_pk": "commerce.PaymentLink",
    "refund_pk": "commerce.Refund",
    "object_id": "wagtailcore.Page",
    "session_id": "wagtailadmin.EditingSession",
    "task_id": "wagtailcore.Task",
    "translation_id": "wagtail_localize.Translation",
    "translation_source_id": "wagtail_localize.TranslationSource",
    "uploaded_file_id": "wagtailcore.UploadedFile",
    "workflow_pk": "wagtailcore.Workflow",
    "wagtailadmin_api:documents pk": "tenancy.TenantDocument",
    "wagtailadmin_api:images pk": "tenancy.TenantImage",
    "wagtailadmin_api:pages pk": "wagtailcore.Page",
    "wagtailadmin_collections pk": "wagtailcore.Collection",
    "wagtailadmin_pages:revisions_compare pk": "wagtailcore.Page",
    "wagtailadmin_workflows pk": "wagtailcore.Workflow",
    "wagtailadmin_workflows:disable_task pk": "wagtailcore.Task",
    "wagtailadmin_workflows:edit_task pk": "wagtailcore.Task",
    "wagtailadmin_workflows:enable_task pk": "wagtailcore.Task",
    "wagtail_localize pk": "tenancy.TenantImage",
    "wagtailsettings pk": "wagtailcore.Site",
    "wagtaildocs_authenticate_with_password restriction_id": "wagtailcore.CollectionViewRestriction",
    "schedule_pk": "tours.Schedule",
    "schedule_public_id": "tours.Schedule public_id",
    "commerce:pay_link secret": "commerce.PaymentLink secret",
    "secret": "commerce.Order secret",
    "swaps pk": "tours.GuideSwap",
    "stripe_webhook public_id": "commerce.PaymentSettings public_id",
    "tour_public_id": "tours.Tour public_id",
}
# Values that are nobody's.
CHOICES: dict[str, Callable[[], Iterable[str]]] = {
    "cms:legal kind": lambda: ["imprint"],
    "cms:share_image version": lambda: ["0"],
    "cms:sitemap_of_language language": lambda: ["en"],
    "filter_spec": lambda: ["width-32"],
    "legal_texts:edit kind": lambda: ["imprint"],
    "legal_texts:edit language": lambda: ["en"],
    "mode": lambda: ["default"],
    "organization:remove_language code": lambda: ["de"],
    "translations:begin language": lambda: ["de"],
    "wagtailadmin_api:pages action_name": lambda: PagesAdminAPIViewSet.actions,
}


# Rows that everybody may read are nobody's own.
NOT_OWN: dict[str, dict[str, Any]] = {"wagtailcore.Collection": {"depth": 1}}


def _labels(models: Iterable[Any], app: str, model: str) -> list[Values]:
    return [{app: found._meta.app_label, model: found._meta.model_name} for found in models]


def _some_models(app: str, model: str) -> list[Values]:
    return [
        {app: "taggit", model: "tag"},
        {app: "crm", model: "customer"},
        {app: "tenancy", model: "tenantimage"},
        {app: "cms", model: "contentpage"},
    ]


def _pages() -> list[Page]:
    """One page of each type, and the one above them all."""
    by_type = {page.specific_class: page for page in Page.objects.filter(depth__gt=1).order_by("-path")}
    return list(by_type.values())


def _bulk_actions() -> list[Values]:
    bulk_action_registry._scan_for_bulk_actions()
    return [
        {"app_label": app, "model_name": model, "action": action}
        for app, models in bulk_action_registry.actions.items()
        for model, actions in models.items()
        for action in actions
    ]


def _password_links() -> list[Values]:
    """A link to a new password that works."""
    user = User.objects.order_by("pk").first()
    assert user is not None
    return [{"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}]


def _allauth_password_links() -> list[Values]:
    user = User.objects.order_by("pk").first()
    assert user is not None
    return [{"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}]


def _arrivals() -> list[Values]:
    """The link by which somebody arrives who is signed in at another organization."""
    user = User.objects.order_by("pk").first()
    assert user is not None
    return [{"token": issue_switch(user, to=current_organization(), second_factor=False)}]


def token_of_scope() -> str:
    """What stands in the links that the world's organization in scope has sent; the product keeps a hash."""
    return f"token-{current_organization().slug}"


def _sent_tokens() -> list[Values]:
    return [{"token": token_of_scope()}]


def _answers() -> list[Values]:
    return [{"token": answer_token(row)} for row in GuideAssignment.objects.exclude(asked_at=None)]


def _swaps() -> list[Values]:
    return [{"token": swap_token(swap, swap.assignment.guide)} for swap in GuideSwap.objects.all()]


def _paths() -> list[str]:
    root = Page.objects.get(depth=3, locale__language_code="en").url_path
    paths = [page.url_path.removeprefix(root) for page in Page.objects.filter(url_path__startswith=root)]
    return ["", *filter(None, paths)]


def _parts() -> list[tuple[Page, str]]:
    """A tile and an answer of published pages."""
    pages = [model.objects.filter(locale__language_code="en").first() for model in (LandingPage, FaqPage)]
    return [(page, next(parts_of(list(page.body.raw_data)))[0]) for page in pages if page is not None]


def _segments(model: Any) -> list[Values]:
    translation = Translation.objects.order_by("pk").first()
    assert translation is not None
    segments = model.objects.filter(source=translation.source).values_list("pk", flat=True)[:1]
    name = "string_segment_id" if model is StringSegment else "overridable_segment_id"
    return [{"translation_id": translation.pk, name: key} for key in segments]


def _files() -> list[Values]:
    names = [row.file.name for model in (TenantImage, TenantRendition, TenantDocument) for row in model.objects.all()]
    return [{"name": name} for name in names]


def _task_states() -> list[TaskState]:
    return list(TaskState.objects.select_related("workflow_state"))


# Parameters that belong together, by the route's name or by the parameters.
TOGETHER: dict[str, Callable[[], list[Values]]] = {
    "account_arrive": _arrivals,
    "account_confirm_email_change": _sent_tokens,
    "account_reset_password_from_key": _allauth_password_links,
    "decline_invitation": _sent_tokens,
    "guide_answer": _answers,
    "guide_swap": _swaps,
    "invitation": _sent_tokens,
    "cms:page": lambda: [{"0": path} for path in _paths()],
    "cms:still_right": lambda: [{"key": page.translation_key, "part": part} for page, part in _parts()],
    "submit_snippet_translation": lambda: [
        {"app_label": "cms", "model_name": model._meta.model_name, "pk": row.pk}
        for model in shared_models()
        for row in model.objects.order_by("pk")[:1]
    ],
    "freshness:confirm_shared": lambda: [
        {"kind": model._meta.model_name, "pk": row.pk, "block": row.body[0].id}
        for model in shared_models()
        for row in model.objects.order_by("pk")[:1]
    ],
    "freshness:confirm": lambda: [{"page": page.pk, "block": part} for page, part in _parts()],
    "wagtail_serve": lambda: [{"0": path} for path in _paths()],
    "media": _files,
    "crm:shared_file": lambda: [{"token": token_of_scope()}],
    "crm:shared_download": lambda: [{"token": token_of_scope()}],
    "tours:map_stops": lambda: [{"token": "a-file-of-stops"}],
    "wagtail_bulk_action": _bulk_actions,
    "wagtailadmin_pages:choose_parent": lambda: _labels(get_page_models(), "app_label", "model_name"),
    "wagtailadmin_password_reset_confirm": _password_links,
    "wagtailadmin_workflows:add_task": lambda: [{"app_label": "wagtailcore", "model_name": "groupapprovaltask"}],
    "wagtaildocs_serve": lambda: [
        {"0": document.pk, "1": document.filename} for document in TenantDocument.objects.all()
    ],
    "wagtail_localize:edit_string_translation": lambda: _segments(StringSegment),
    "wagtail_localize:edit_override": lambda: _segments(OverridableSegment),
    "wagtailsettings:edit": lambda: _labels(settings_registry, "app_name", "model_name"),
    "wagtailsettings:preview_on_edit": lambda: _labels(settings_registry, "app_name", "model_name"),
    "app_label model_name": lambda: _some_models("app_label", "model_name"),
    "app_name model_name": lambda: _some_models("app_name", "model_name"),
    "content_type_app_name content_type_model_name": lambda: _labels(
        get_page_models(), "content_type_app_name", "content_type_model_name"
    ),
    "page_id action_name task_state_id": lambda: [
        {"page_id": state.workflow_state.object_id, "action_name": action, "task_state_id": state.pk}
        for state in _task_states()
        for action in ("approve", "reject")
    ],
    "page_id revision_id": lambda: [
        {"page_id": revision.object_id, "revision_id": revision.pk} for revision in Revision.page_revisions.all()[:3]
    ],
    "page_id task_id": lambda: [
        {"page_id": state.workflow_state.object_id, "task_id": state.task_id} for state in _task_states()
    ],
    "page_id workflow_state_id": lambda: [
        {"page_id": state.object_id, "workflow_state_id": state.pk} for state in WorkflowState.objects.all()
    ],
    "page_view_restriction_id page_id": lambda: [
        {"page_view_restriction_id": found.pk, "page_id": found.page_id} for found in PageViewRestriction.objects.all()
    ],
    "pk booking_pk": lambda: [
        {"pk": line.order_id, "booking_pk": line.booking_id} for line in OrderLine.objects.order_by("pk")[:1]
    ],
    "secret booking_public_id": lambda: [
        {"secret": line.order.secret, "booking_public_id": line.booking.public_id}
        for line in OrderLine.objects.select_related("order", "booking").order_by("pk")[:1]
    ],
    "secret choice_public_id": lambda: [
        {"secret": row.order.secret, "choice_public_id": row.public_id}
        for row in GuestChoice.objects.select_related("order")
    ],
    "pk version_pk": lambda: [
        {"pk": row.document_id, "version_pk": row.pk} for row in DocumentVersion.objects.defer("words", "preview")
    ],
    "pk share_pk": lambda: [
        {"pk": row.version.document_id, "share_pk": row.pk} for row in DocumentShare.objects.select_related("version")
    ],
    "pk attachment_pk": lambda: [
        {"pk": row.protocol_id, "attachment_pk": row.pk} for row in ProtocolFile.objects.defer("content")
    ],
    "pk file_pk": lambda: [{"pk": row.dispute_id, "file_pk": row.pk} for row in DisputeFile.objects.all()],
    "pk sent_pk": lambda: [
        {"pk": row.evidence.dispute_id, "sent_pk": row.pk} for row in EvidenceFile.objects.select_related("evidence")
    ],
    "pk change_pk": lambda: [{"pk": row.schedule_id, "change_pk": row.pk} for row in DepartureChange.objects.all()],
    "pk gone_pk": lambda: [
        {"pk": pair.first_id, "gone_pk": pair.second_id} for pair in DuplicatePair.objects.order_by("pk")
    ],
    "pk link_pk": lambda: [{"pk": link.order_id, "link_pk": link.pk} for link in PaymentLink.objects.all()],
    "pk refund_pk": lambda: [
        {"pk": refund.payment.order_id, "refund_pk": refund.pk} for refund in Refund.objects.select_related("payment")
    ],
    "pk revision_id_a revision_id_b": lambda: [
        {"pk": revision.object_id, "revision_id_a": revision.pk, "revision_id_b": "latest"}
        for revision in Revision.page_revisions.all()[:3]
    ],
}


class Keys:
    """The keys of one organization's rows."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.of_model = functools.cache(self._of_model)

    def _of_model(self, label: str, field: str = "pk") -> list[Any]:
        model = apps.get_model(label)
        with organization_scope(self.organization.pk):
            if model is Page:
                return [page.pk for page in _pages()]
            return list(
                model._base_manager.exclude(**NOT_OWN.get(label, {})).order_by("pk").values_list(field, flat=True)[:1]
            )

    def values(self, name: str, params: tuple[str, ...]) -> list[Values]:
        """The values of a route's parameters, once for each row that is worth a visit.

        Raises `LookupError` for a parameter that nothing here explains.
        """
        found: list[Values] = [{}]
        left = list(params)
        with organization_scope(self.organization.pk):
            for key, rows in TOGETHER.items():
                if key == name or (" " in key and name not in TOGETHER and set(key.split()) <= set(left)):
                    found = rows()
                    left = [param for param in left if param not in found[0]] if found else []
                    break
        columns: list[list[Any]] = [found, *(self._options(name, param) for param in left)]
        if not all(columns):
            return []
        # Each value once rather than each with each.
        return [
            {**columns[0][turn % len(found)], **{p: c[turn % len(c)] for p, c in zip(left, columns[1:], strict=True)}}
            for turn in range(max(map(len, columns)))
        ]

    def _options(self, name: str, param: str) -> list[Any]:
        namespace = name.rpartition(":")[0]
        for key in (f"{name} {param}", f"{namespace} {param}", param):
            if key in CHOICES:
                return list(CHOICES[key]())
            if key in MODELS:
                label, _dot, field = MODELS[key].partition(" ")
                return self.of_model(label, field or "pk")
        model = models_of_viewsets().get(namespace)
        if param == "pk" and model is not None:
            return self.of_model(model)
        raise LookupError(f"Say in tests/isolation/keys.py what “{param}” of “{name}” is.")


@functools.cache
def models_of_viewsets() -> dict[str, str]:
    """The model of each viewset by its namespace."""
    return {
        viewset.url_namespace: resolve_model_string(viewset.model)._meta.label
        for viewset in viewsets.viewsets
        if isinstance(viewset, (ModelViewSet, ChooserViewSet))
    }
