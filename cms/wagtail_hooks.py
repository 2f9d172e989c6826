from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.urls import path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from cms.models import SearchMiss
from cms.panels import (
    PANELS_OF_EDITORS,
    ImagesMenuItem,
    PagesMenuItem,
    TodayMenuItem,
    TodayPanel,
    audit_areas,
    check_pages,
    message_kinds,
    organization_cards,
    today_items,
)
from cms.permissions import may_enter
from cms.queries import texts_to_accept
from cms.viewsets import (
    FreshnessViewSet,
    LegalTextsViewSet,
    LinksViewSet,
    PageTemplateViewSet,
    PictureWordsViewSet,
    SearchMissViewSet,
    SharedContentGroup,
    StarterViewSet,
    TranslationsViewSet,
    UnfinishedPagesViewSet,
)
from cms.viewsets.branding import branding_sample
from cms.viewsets.pictures import PictureCreateView, PictureEditView
from cms.viewsets.redirects import RedirectCreateView, RedirectEditView, RedirectIndexView
from cms.viewsets.templates import can_be_kept
from cms.viewsets.translations import SubmitSharedTranslationView, SubmitTranslationView, machine_translate
from tenancy.permissions import ReadOnlyPolicy

# Where Wagtail's own entries stand among ours (Schedules 110 … Places 150).
MENU_ORDER = {"explorer": 200, "images": 300, "documents": 310}


register_permission_policy(SearchMiss, ReadOnlyPolicy(SearchMiss))

hooks.register("audit_sentences", audit_areas)
hooks.register("construct_wagtail_userbar", check_pages)
hooks.register("message_kinds", message_kinds)
hooks.register("organization_cards", organization_cards)
hooks.register("today_items", today_items)
hooks.register("texts_to_accept", texts_to_accept)
register_snippet(SharedContentGroup)


@hooks.register("register_icons")
def register_own_icons(icons):
    return [*icons, "cms/icons/wifi.svg"]


@hooks.register("register_admin_menu_item")
def register_today():
    return TodayMenuItem(_("Today"), reverse_lazy("wagtailadmin_home"), name="today", icon_name="home", order=50)


@hooks.register("register_admin_viewset")
def register_legal_texts():
    return LegalTextsViewSet()


@hooks.register("register_admin_viewset")
def register_freshness():
    return FreshnessViewSet()


@hooks.register("register_reports_menu_item")
def register_freshness_report():
    return PagesMenuItem(_("Still right?"), reverse_lazy("freshness:index"), icon_name="check", order=650)


@hooks.register("register_admin_viewset")
def register_links():
    return LinksViewSet()


@hooks.register("register_reports_menu_item")
def register_links_report():
    return PagesMenuItem(_("Broken links"), reverse_lazy("links:index"), icon_name="link", order=656)


@hooks.register("register_admin_viewset")
def register_unfinished_pages():
    return UnfinishedPagesViewSet()


@hooks.register("register_reports_menu_item")
def register_unfinished_pages_report():
    return PagesMenuItem(
        _("Unfinished pages"), reverse_lazy("unfinished_pages:index"), icon_name="doc-empty", order=658
    )


@hooks.register("register_admin_viewset")
def register_picture_words():
    return PictureWordsViewSet()


@hooks.register("register_reports_menu_item")
def register_picture_words_report():
    return ImagesMenuItem(
        _("Pictures without words"), reverse_lazy("picture_words:index"), icon_name="image", order=657
    )


@hooks.register("register_admin_viewset")
def register_search_misses():
    return SearchMissViewSet()


@hooks.register("register_admin_viewset")
def register_translations():
    return TranslationsViewSet()


@hooks.register("register_admin_viewset")
def register_starter():
    return StarterViewSet()


@hooks.register("register_admin_viewset")
def register_page_templates():
    return PageTemplateViewSet()


@hooks.register("register_page_header_buttons")
def template_buttons(page, user, view_name, next_url=None):
    if can_be_kept(page, user):
        yield Button(
            _("Save as template"), reverse("page_templates:keep", args=[page.pk]), icon_name="copy", priority=35
        )
    if page.permissions_for_user(user).can_add_subpage():
        start = reverse("page_templates:start", args=[page.pk])
        yield Button(_("Start from a template"), start, icon_name="plus-inverse", priority=16)


@hooks.register("register_reports_menu_item")
def register_translations_report():
    return PagesMenuItem(
        _("Translations"), reverse_lazy("translations:index"), icon_name="wagtail-localize-language", order=660
    )


# Before wagtail-localize's own, at the same address.
@hooks.register("register_admin_urls", order=-1)
def submit_translation():
    return [
        path("localize/submit/page/<int:page_id>/", SubmitTranslationView.as_view(), name="submit_page_translation"),
        path(
            "localize/submit/snippet/<slug:app_label>/<slug:model_name>/<str:pk>/",
            SubmitSharedTranslationView.as_view(),
            name="submit_snippet_translation",
        ),
        path("localize/translate/<int:translation_id>/machine_translate/", machine_translate, name="machine_translate"),
    ]


# Wagtail's own views would offer the sites of all organizations.
@hooks.register("register_admin_urls", order=-1)
def own_redirects():
    return [
        path("redirects/", RedirectIndexView.as_view(), name="own_redirects"),
        path("redirects/results/", RedirectIndexView.as_view(results_only=True), name="own_redirects_results"),
        path("redirects/add/", RedirectCreateView.as_view(), name="add_own_redirect"),
        path("redirects/<int:redirect_id>/", RedirectEditView.as_view(), name="edit_own_redirect"),
    ]


# Wagtail's own say nothing of a picture that was made smaller.
@hooks.register("register_admin_urls", order=-1)
def own_pictures():
    return [
        path("images/add/", PictureCreateView.as_view(), name="wagtailimages_add"),
        path("images/<int:image_id>/", PictureEditView.as_view(), name="wagtailimages_edit"),
    ]


@hooks.register("register_admin_urls")
def sample_of_branding():
    return [path("branding/sample/", branding_sample, name="branding_sample")]


@hooks.register("construct_homepage_panels")
def show_today(request, panels):
    hidden = set() if may_enter(request.user, "pages") else PANELS_OF_EDITORS
    panels[:] = [TodayPanel(), *(panel for panel in panels if panel.name not in hidden)]


@hooks.register("construct_reports_menu")
def hide_other_reports(request, menu_items):
    # Ours says the same and more.
    url = reverse("wagtail_localize:translations_report")
    menu_items[:] = [item for item in menu_items if item.url != url]


@hooks.register("construct_help_menu")
def hide_help_for_editors(request, menu_items):
    if not may_enter(request.user, "pages"):
        menu_items[:] = [
            item for item in menu_items if not item.name.startswith(("whats-new-in-wagtail", "editor-guide"))
        ]


@hooks.register("construct_main_menu")
def order_menu(request, menu_items):
    for item in menu_items:
        item.order = MENU_ORDER.get(item.name, item.order)


@hooks.register("insert_global_admin_css")
def admin_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("insert_global_admin_js")
def admin_start():
    return format_html('<script src="{}"></script>', static("js/admin-start.js"))


@hooks.register("insert_global_admin_js")
def admin_uploads():
    limit = settings.REQUEST_MAX_BYTES
    return format_html(
        '<script src="{}" data-limit="{}" data-too-big="{}"></script>',
        static("js/uploads.js"),
        limit,
        _("At most %(limit)s can be sent at once. Choose smaller files, or send them one after the other.")
        % {"limit": filesizeformat(limit)},
    )
