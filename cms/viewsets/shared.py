"""Notices and questions that many pages show."""

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.models import Locale
from wagtail.snippets.views import chooser
from wagtail.snippets.views import snippets as generic
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.models import SharedNotice, SharedQuestions
from tenancy.forms import TenantForm
from tenancy.lists import IndexView
from tenancy.queries import current_organization

LOOK = ["add", "change", "delete", "view"]


class OwnLanguages:
    """Offers the organization's own languages; Wagtail would offer those of all."""

    def get_locale(self):
        if getattr(self, "object", None):
            return self.object.locale
        organization = current_organization()
        asked = self.request.GET.get("locale", "")
        code = asked if asked in organization.languages else organization.default_language
        return get_object_or_404(Locale, language_code=code)

    def get_translations(self):
        spoken = current_organization().languages
        return [one for one in super().get_translations() if one["locale"].language_code in spoken]


class SharedIndexView(OwnLanguages, IndexView, generic.IndexView):
    pass


class SharedCreateView(OwnLanguages, generic.CreateView):
    def get_initial_form_instance(self):
        shared = super().get_initial_form_instance()
        # One to write in, not an empty list that says that it needs one.
        for name, block in shared.body.stream_block.child_blocks.items():
            shared.body.append((name, block.get_default()))
        return shared


class SharedEditView(OwnLanguages, generic.EditView):
    pass


class _ChosenOnce(PermissionCheckedMixin):
    """Offers each once: in the organization's own language, else in the first one it was written in."""

    any_permission_required = LOOK

    def get_object_list(self):
        shared, own = self.model_class.objects.all(), current_organization().default_language
        before = Q(locale__language_code=own) | Q(pk__lt=OuterRef("pk"))
        offered_instead = shared.filter(before, translation_key=OuterRef("translation_key"))
        return shared.filter(Q(locale__language_code=own) | ~Exists(offered_instead)).order_by("name", "pk")


class SharedChooseView(_ChosenOnce, chooser.ChooseView):
    pass


class SharedChooseResultsView(_ChosenOnce, chooser.ChooseResultsView):
    pass


class SharedChosenView(PermissionCheckedMixin, chooser.SnippetChosenView):
    any_permission_required = LOOK


class SharedChosenMultipleView(PermissionCheckedMixin, chooser.SnippetChosenMultipleView):
    any_permission_required = LOOK


class SharedChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = SharedChooseView
    choose_results_view_class = SharedChooseResultsView
    chosen_view_class = SharedChosenView
    chosen_multiple_view_class = SharedChosenMultipleView

    def get_urlpatterns(self):
        # They are written on a page of their own.
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


class SharedViewSet(SnippetViewSet):
    index_view_class = SharedIndexView
    add_view_class = SharedCreateView
    edit_view_class = SharedEditView
    chooser_viewset_class = SharedChooserViewSet
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ("name",)
    ordering = ("name", "pk")
    list_display = ("name", Column("updated_at", label=_("Changed"), sort_key="updated_at"))
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("body")], base_form_class=TenantForm)


class SharedNoticeViewSet(SharedViewSet):
    model = SharedNotice
    icon = "warning"
    menu_label = _("Notices")


class SharedQuestionsViewSet(SharedViewSet):
    model = SharedQuestions
    icon = "help"
    menu_label = _("Questions")


class SharedContentGroup(SnippetViewSetGroup):
    items = (SharedNoticeViewSet, SharedQuestionsViewSet)
    menu_label = _("Shared content")
    menu_icon = "copy"
    menu_order = 205
    add_to_admin_menu = True
