"""Pages in further languages: what is missing, and what is older than its source."""

import logging

import requests
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail_localize.views.edit_translation import machine_translate as ask_machine
from wagtail_localize.views.submit_translations import SubmitPageTranslationView, SubmitSnippetTranslationView

from cms import queries
from cms.enums import TranslationState
from cms.snippets import SharedContent
from cms.viewsets.freshness import ForEditors
from tenancy.jobs import enqueue
from tenancy.queries import current_organization, installed_languages

ROWS_ON_A_PAGE = 50
logger = logging.getLogger(__name__)


class TranslationsView(ForEditors, WagtailAdminTemplateMixin, TemplateView):
    """Each page in each further language, what needs most first."""

    template_name = "cms/admin/translations.html"
    page_title = gettext_lazy("Translations")
    header_icon = "wagtail-localize-language"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        organization = current_organization()
        names = installed_languages()
        found = queries.page_translations(organization.site.root_page, languages=organization.languages)
        missing = {
            code: {
                "name": names[code],
                "pages": sum(one.language == code and one.state == TranslationState.MISSING for one in found),
            }
            for code in organization.languages
            if code in names and code != organization.default_language
        }
        language, state = self.request.GET.get("language", ""), self.request.GET.get("state", "")
        shown = [
            one
            for one in found
            if (not language or one.language == language) and (not state or one.state.value == state)
        ]
        page = Paginator(shown, ROWS_ON_A_PAGE).get_page(self.request.GET.get("p"))
        rows = [
            {
                "translation": one,
                "language": names.get(one.language, one.language),
                "edit_url": reverse("wagtailadmin_pages:edit", args=[one.translated.pk]) if one.translated else "",
                "begin_url": reverse("wagtail_localize:submit_page_translation", args=[one.page.pk]),
            }
            for one in page.object_list
        ]
        return {
            **super().get_context_data(**kwargs),
            "rows": rows,
            "page_of_rows": page,
            "languages": missing,
            "states": TranslationState.choices,
            "language": language,
            "state": state,
            "all_in_step": bool(found) and all(one.state == TranslationState.CURRENT for one in found),
        }


class BeginView(ForEditors, View):
    """Makes drafts of all pages that are missing in a language."""

    def post(self, request, language):
        organization = current_organization()
        if language not in organization.languages or language == organization.default_language:
            raise Http404
        enqueue("cms.draft_translations", language=language, user_id=request.user.pk)
        messages.success(request, _("The drafts are being made. Load this page again in a moment to see them."))
        return redirect(f"{reverse('translations:index')}?language={language}")


class OwnLanguages:
    """The form of wagtail-localize, which would offer the languages of all organizations."""

    def get_form(self):
        form = super().get_form()
        locales = form.fields["locales"]
        locales.queryset = locales.queryset.filter(language_code__in=current_organization().languages)
        return form

    def get(self, request, *args, **kwargs):
        if not self.get_form().fields["locales"].queryset.exists():
            messages.info(request, _("This page is there in all languages of your site."))
            return redirect(self.get_success_url() or self.get_default_success_url())
        return super().get(request, *args, **kwargs)


class SubmitTranslationView(OwnLanguages, SubmitPageTranslationView):
    pass


class SubmitSharedTranslationView(OwnLanguages, SubmitSnippetTranslationView):
    def get_object(self):
        found = super().get_object()
        if not isinstance(found, SharedContent):
            raise Http404
        return found


def machine_translate(request, translation_id):
    """Translate what is missing as wagtail-localize does, and say so when the provider cannot be asked or answers nonsense."""
    try:
        return ask_machine(request, translation_id)
    except (requests.RequestException, KeyError, TypeError, ValueError):
        logger.warning("The machine translator did not answer as it should.", exc_info=True)
        messages.error(
            request, _("The machine did not answer as it should. Nothing was translated; please try again later.")
        )
        return redirect(get_valid_next_url_from_request(request) or "wagtailadmin_home")


class TranslationsViewSet(ViewSet):
    """Below the reports of the admin."""

    name = "translations"
    url_prefix = "reports/languages"

    def get_urlpatterns(self):
        return [
            path("", TranslationsView.as_view(), name="index"),
            path("<slug:language>/begin/", BeginView.as_view(), name="begin"),
        ]
