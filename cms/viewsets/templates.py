"""Pages that others are begun with."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from cms import operations
from cms.forms import KeepTemplateForm
from cms.models import PageTemplate, TourPage, written_fields
from cms.viewsets.once import ToldWhenTaken
from tenancy.lists import IndexView


def can_be_kept(page, user):
    """Return whether a person may make a template of a page, and whether there is anything in it to begin with."""
    return bool(
        user.has_perm("cms.add_pagetemplate")
        and page.specific_class
        and page.depth > 2
        and written_fields(page.specific_class)
        and page.permissions_for_user(user).can_edit()
    )


def parent_for(user, parent_page_id):
    """Return the page below which a person begins one; raises what the admin answers when there is none or they may not."""
    parent = get_object_or_404(Page, pk=parent_page_id).specific
    if not parent.permissions_for_user(user).can_add_subpage():
        raise PermissionDenied
    return parent


class KeepFormView(WagtailAdminTemplateMixin, FormView):
    """Makes a template of a page."""

    template_name = "cms/admin/keep_template.html"
    form_class = KeepTemplateForm
    page_title = gettext_lazy("Save as template")
    header_icon = "copy"

    @cached_property
    def page(self):
        found = get_object_or_404(Page, pk=self.kwargs["page_id"])
        if not can_be_kept(found, self.request.user):
            raise PermissionDenied
        return found.specific

    def get_page_subtitle(self):
        return self.page.get_admin_display_title()

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}]

    def get_initial(self):
        return {"name": self.page.get_admin_display_title()[:120]}

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "page_kept": self.page}

    def form_valid(self, form):
        given = form.cleaned_data
        operations.keep_as_template(self.page, name=given["name"], note=given["note"], actor=self.request.user)
        messages.success(self.request, _("“%(name)s” can be begun with from now on.") % {"name": given["name"]})
        return redirect("wagtailadmin_pages:edit", self.page.pk)


class KeepView(ToldWhenTaken, KeepFormView):
    pass


class StartView(WagtailAdminTemplateMixin, TemplateView):
    """The templates that a page below another one can begin with."""

    template_name = "cms/admin/start_from_template.html"
    page_title = gettext_lazy("Start from a template")
    header_icon = "copy"

    @cached_property
    def parent(self):
        return parent_for(self.request.user, self.kwargs["parent_page_id"])

    def get_page_subtitle(self):
        return self.parent.get_admin_display_title()

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}]

    def get_context_data(self, **kwargs):
        kinds = {
            model._meta.model_name
            for model in type(self.parent).creatable_subpage_models()
            if model.can_create_at(self.parent)
        }
        templates = PageTemplate.objects.filter(page_type__in=kinds).order_by("name")
        return {
            **super().get_context_data(**kwargs),
            "parent": self.parent,
            "templates": [
                {
                    "template": template,
                    "begin_url": reverse("page_templates:begin", args=[template.pk, self.parent.pk]),
                    # The page of a tour shows nothing without the tour.
                    "preview_url": ""
                    if template.page_class is TourPage
                    else reverse("page_templates:preview", args=[template.pk, self.parent.pk]),
                }
                for template in templates
            ],
        }


class BeginView(CreateView):
    """Wagtail's form for a new page with the words and blocks of a template in it; it is sent to where that form is sent."""

    http_method_names = ("get", "head", "options")

    def dispatch(self, request, pk, parent_page_id):
        self.begun_with = get_object_or_404(PageTemplate, pk=pk)
        return super().dispatch(request, "cms", self.begun_with.page_type, parent_page_id)

    def get(self, request):
        operations.fill_page(self.begun_with, self.page, with_html=request.user.has_perm("cms.use_html"))
        return super().get(request)

    def get_context_data(self, **kwargs):
        # Nothing of it is stored yet.
        self.has_unsaved_changes = True
        return super().get_context_data(**kwargs)


class PreviewView(View):
    """A page as it would be when it had just been begun."""

    def get(self, request, pk, parent_page_id):
        parent = parent_for(request.user, parent_page_id)
        template = get_object_or_404(PageTemplate, pk=pk)
        if template.page_class is TourPage or template.page_class not in type(parent).creatable_subpage_models():
            raise Http404
        page = template.page_class(title=template.name, slug="preview", locale=parent.locale)
        page.depth = parent.depth + 1
        page.path = page._get_path(parent.path, page.depth, 1)
        page.set_url_path(parent)
        operations.fill_page(template, page, with_html=True)
        return page.make_preview_request(request, page.default_preview_mode)


class TemplateEditView(ToldWhenTaken, EditView):
    pass


class TemplateIndexView(IndexView):
    introduction = gettext_lazy(
        "What others begin pages with. “Save as template” in the menu of a page makes one;"
        " “Start from a template” in the menu of the page above uses it."
    )


class PageTemplateViewSet(ModelViewSet):
    model = PageTemplate
    index_view_class = TemplateIndexView
    edit_view_class = TemplateEditView
    name = "page_templates"
    url_prefix = "page-templates"
    icon = "copy"
    menu_label = gettext_lazy("Page templates")
    # After the branding.
    menu_order = 1010
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ("name", "note")
    list_display = ("name", Column("page_type_name", label=gettext_lazy("Kind of page")), "note", "updated_at")
    ordering = ("name",)
    form_fields = ("name", "note")
    # A template is made of a page.
    without = ("add", "usage")

    def get_form_class(self, for_update=False):
        return KeepTemplateForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without),
            path("keep/<int:page_id>/", KeepView.as_view(), name="keep"),
            path("start/<int:parent_page_id>/", StartView.as_view(), name="start"),
            path("begin/<int:pk>/<int:parent_page_id>/", BeginView.as_view(), name="begin"),
            path("preview/<int:pk>/<int:parent_page_id>/", PreviewView.as_view(), name="preview"),
        ]
