"""Legal texts in the settings of an organization."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import TemplateView
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from cms import operations, queries
from cms.enums import NEEDED_LEGAL_TEXTS, LegalKind
from cms.models import LegalText
from cms.rules import LEGAL_OUTLINES
from tenancy.queries import current_organization, installed_languages


class ForOwners:
    """Lets in who may change the organization, and shows where in its settings one is."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tenancy.change_organization"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def crumbs(self):
        return [*self.breadcrumbs_items, {"url": reverse("organization:index"), "label": _("Organization")}]


class LegalTextsView(ForOwners, WagtailAdminTemplateMixin, TemplateView):
    """Which legal texts there are, in which languages."""

    template_name = "cms/admin/legal_texts.html"
    page_title = gettext_lazy("Legal texts")
    header_icon = "doc-full"

    def get_breadcrumbs_items(self):
        return [*self.crumbs, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        organization = current_organization()
        names, texts = installed_languages(), queries.legal_texts()
        rows = [
            {
                "kind": kind,
                "cells": [
                    {
                        "language": names.get(code, code),
                        "text": texts.get((kind.value, code)),
                        "url": reverse("legal_texts:edit", args=[kind.value, code]),
                        "is_needed": kind in NEEDED_LEGAL_TEXTS,
                    }
                    for code in organization.languages
                ],
            }
            for kind in LegalKind
        ]
        languages = [names.get(code, code) for code in organization.languages]
        return {**super().get_context_data(**kwargs), "rows": rows, "languages": languages}


class LegalTextEditView(ForOwners, EditView):
    """One legal text in one language, whether it is there yet or not."""

    model = LegalText
    permission_required = None
    header_icon = "doc-full"
    index_url_name = "legal_texts:index"
    success_message = gettext_lazy("Saved.")
    error_message = gettext_lazy("This could not be saved; see below why.")

    @cached_property
    def panel(self):
        help_text = _("Without words the text is removed from the site.")
        return ObjectList([FieldPanel("body", help_text=help_text)]).bind_to_model(LegalText)

    def get_object(self, queryset=None):
        kind, language = self.kwargs["kind"], self.kwargs["language"]
        if kind not in LegalKind.values or language not in current_organization().languages:
            raise Http404
        found = queries.legal_texts().get((kind, language))
        return found or LegalText(kind=kind, language=language, body=self.outline(LegalKind(kind), language))

    def outline(self, kind, language):
        # What is posted is what somebody wrote; until then nothing is kept.
        if self.request.method != "GET" or "outline" not in self.request.GET:
            return ""
        with override(language):
            return format_html_join("", "<h2>{}</h2><p>…</p>", ((heading,) for heading in LEGAL_OUTLINES[kind]))

    def get_form_class(self):
        form_class = super().get_form_class()
        form_class.base_fields["body"].required = False
        return form_class

    def get_page_title(self):
        return self.object.get_kind_display()

    def get_page_subtitle(self):
        language = installed_languages().get(self.object.language, self.object.language)
        return f"{self.object.get_kind_display()} ({language})"

    def get_breadcrumbs_items(self):
        texts = {"url": reverse("legal_texts:index"), "label": _("Legal texts")}
        return [*self.crumbs, texts, {"url": "", "label": self.get_page_subtitle()}]

    def get_edit_url(self):
        return reverse("legal_texts:edit", args=[self.kwargs["kind"], self.kwargs["language"]])

    def get_success_buttons(self):
        return []

    @cached_property
    def can_delete(self):
        return False

    def save_instance(self):
        given = self.form.instance
        operations.write_legal_text(
            LegalKind(given.kind), language=given.language, body=given.body, actor=self.request.user
        )
        return given


class LegalTextsViewSet(ViewSet):
    """The texts that the law asks for, as a part of the organization's settings."""

    url_prefix = "organization/legal"
    name = "legal_texts"

    def get_urlpatterns(self):
        return [
            path("", LegalTextsView.as_view(), name="index"),
            path("<slug:kind>/<slug:language>/", LegalTextEditView.as_view(), name="edit"),
        ]
