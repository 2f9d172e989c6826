"""The first site of an organization."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from cms import operations, queries
from cms.forms import StarterForm
from cms.permissions import may_build_starter
from cms.rules import STARTERS
from tenancy.queries import current_organization


class StarterView(WagtailAdminTemplateMixin, FormView):
    """Choose a style; one click makes the pages."""

    template_name = "cms/admin/starter.html"
    form_class = StarterForm
    page_title = gettext_lazy("Starter site")
    header_icon = "home"

    def dispatch(self, request, *args, **kwargs):
        if not may_build_starter(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "starters": STARTERS.values(),
            "is_empty": queries.is_site_empty(current_organization()),
        }

    def form_valid(self, form):
        publish = form.cleaned_data["publish"]
        try:
            operations.build_starter(STARTERS[form.cleaned_data["style"]], publish=publish, actor=self.request.user)
        except operations.SiteNotEmpty:
            messages.error(self.request, _("Your site has pages already. They were left as they are."))
            return redirect("starter_site:index")
        if publish:
            messages.success(self.request, _("Your site is there. Change whatever you like."))
        else:
            messages.success(self.request, _("Your pages are there as drafts. Publish them when you like them."))
        return redirect("wagtailadmin_explore", current_organization().site.root_page_id)


class StarterViewSet(ViewSet):
    """Offered on the first page while the site is empty."""

    name = "starter_site"
    url_prefix = "starter-site"

    def get_urlpatterns(self):
        return [path("", StarterView.as_view(), name="index")]
