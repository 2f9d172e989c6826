"""Links that lead nowhere."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Locale, Page

from cms import operations
from cms.enums import LinkKind
from cms.models import FoundLink, LegalText
from cms.queries.links import broken_links, link_check
from cms.viewsets.freshness import ForEditors
from tenancy.jobs import enqueue

ON_A_PAGE = 50
OWN = {
    LinkKind.PAGE: gettext_lazy("The page is not published, or was deleted"),
    LinkKind.DOCUMENT: gettext_lazy("The document was deleted"),
    LinkKind.PICTURE: gettext_lazy("The picture was deleted"),
}


def title_of(holder, languages):
    title = holder.get_admin_display_title() if isinstance(holder, Page) else str(holder)
    language = languages.get(getattr(holder, "locale_id", None), "")
    return f"{title} ({language.upper()})" if language else title


def edit_url_of(link, finder):
    if isinstance(link.holder, LegalText):
        url = reverse("legal_texts:edit", args=[link.holder.kind, link.holder.language])
    else:
        url = finder.get_edit_url(link.holder) or ""
    return f"{url}#block-{link.part}-section" if url and link.part else url


class LinksView(ForEditors, WagtailAdminTemplateMixin, TemplateView):
    """Where they stand, what is the matter, and a way to mend them."""

    template_name = "cms/admin/links.html"
    page_title = gettext_lazy("Broken links")
    header_icon = "link"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        ignored = "ignored" in self.request.GET
        found = broken_links().filter(is_ignored=ignored).order_by("holder_type", "holder_id", "pk")
        page = Paginator(found.prefetch_related("holder"), ON_A_PAGE).get_page(self.request.GET.get("p"))
        titles = dict(
            Page.objects.filter(pk__in=[link.target for link in page if link.kind == LinkKind.PAGE]).values_list(
                "pk", "title"
            )
        )
        languages = dict(Locale.objects.values_list("pk", "language_code"))
        finder = AdminURLFinder(self.request.user)
        rows = [
            {
                "link": link,
                "where": title_of(link.holder, languages),
                "edit_url": edit_url_of(link, finder),
                "leads_to": link.url or titles.get(link.target, ""),
                "problem": OWN.get(link.kind) or link.get_problem_display(),
            }
            for link in page
            if link.holder is not None
        ]
        return {
            **super().get_context_data(**kwargs),
            "rows": rows,
            "zone": self.request.organization.zone,
            "page_of_links": page,
            "ignored": ignored,
            "check": link_check(now=timezone.now()),
        }


class CheckLinksView(ForEditors, View):
    """A tap on “Look again”."""

    def post(self, request):
        operations.look_again(now=timezone.now())
        enqueue("cms.find_links")
        messages.success(request, _("All links are looked at again; this list follows by itself."))
        return redirect("links:index")


class IgnoreLinkView(ForEditors, View):
    """A tap on “It is right so”, or on “Tell me again”."""

    def post(self, request, pk):
        link = get_object_or_404(FoundLink, pk=pk)
        ignored = "again" not in request.POST
        operations.ignore_link(link, ignored=ignored)
        return redirect("links:index" if ignored else f"{reverse('links:index')}?ignored")


class LinksViewSet(ViewSet):
    """Below the reports of the admin."""

    name = "links"
    url_prefix = "reports/broken-links"

    def get_urlpatterns(self):
        return [
            path("", LinksView.as_view(), name="index"),
            path("look/", CheckLinksView.as_view(), name="check"),
            path("<int:pk>/ignore/", IgnoreLinkView.as_view(), name="ignore"),
        ]
