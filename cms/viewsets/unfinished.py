"""Pages that somebody has begun, and pages that lack a description."""

from django.core.paginator import Paginator
from django.urls import path, reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from cms.queries.desk import drafts_of, undescribed_pages
from cms.viewsets.freshness import ForEditors

ON_A_PAGE = 50


class UnfinishedPagesView(ForEditors, WagtailAdminTemplateMixin, TemplateView):
    """One of two lists: one's own drafts, or published pages without a description."""

    template_name = "cms/admin/unfinished_pages.html"
    page_title = gettext_lazy("Unfinished pages")
    header_icon = "doc-empty"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        drafts = "drafts" in self.request.GET
        found = drafts_of(self.request.user) if drafts else undescribed_pages()
        page = Paginator(found.select_related("locale"), ON_A_PAGE).get_page(self.request.GET.get("p"))
        rows = [{"page": one, "edit_url": reverse("wagtailadmin_pages:edit", args=[one.pk])} for one in page]
        return {
            **super().get_context_data(**kwargs),
            "drafts": drafts,
            "rows": rows,
            "page_of_pages": page,
            "zone": self.request.organization.zone,
        }


class UnfinishedPagesViewSet(ViewSet):
    """Below the reports of the admin."""

    name = "unfinished_pages"
    url_prefix = "reports/unfinished-pages"

    def get_urlpatterns(self):
        return [path("", UnfinishedPagesView.as_view(), name="index")]
