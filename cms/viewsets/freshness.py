"""What stands on pages, and whether it is still right."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Page

from cms import operations, queries
from cms.permissions import may_enter
from tenancy.queries import current_organization


class ForEditors:
    """Lets in those who keep pages."""

    def dispatch(self, request, *args, **kwargs):
        if not may_enter(request.user, "pages"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def today():
    return timezone.localdate(timezone=current_organization().zone)


class FreshnessView(ForEditors, WagtailAdminTemplateMixin, TemplateView):
    """Tiles and answers by what is the matter with them."""

    template_name = "cms/admin/freshness.html"
    page_title = gettext_lazy("Still right?")
    header_icon = "check"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        parts = queries.kept_parts(today=today())
        mine = "mine" in self.request.GET
        if mine:
            parts = [part for part in parts if part.owner == self.request.user]
        rows = [
            {
                "part": part,
                "edit_url": f"{reverse('wagtailadmin_pages:edit', args=[part.page.pk])}#block-{part.block_id}-section",
                "confirm_url": reverse("freshness:confirm", args=[part.page.pk, part.block_id]),
            }
            for part in parts
        ]
        stale = [row for row in rows if row["part"].staleness]
        return {
            **super().get_context_data(**kwargs),
            "stale": stale,
            "fresh": [row for row in rows if not row["part"].staleness],
            "mine": mine,
        }


class ConfirmView(ForEditors, View):
    """A tap on “Still right”."""

    def post(self, request, page, block):
        found = get_object_or_404(Page.objects.live().filter(depth__gt=2), pk=page)
        if not found.permissions_for_user(request.user).can_publish():
            raise PermissionDenied
        if not operations.confirm_part(found, block, today=today(), actor=request.user):
            raise Http404
        messages.success(request, _("Noted: looked at today."))
        return redirect("freshness:index")


class FreshnessViewSet(ViewSet):
    """Below the reports of the admin."""

    name = "freshness"
    url_prefix = "reports/still-right"

    def get_urlpatterns(self):
        return [
            path("", FreshnessView.as_view(), name="index"),
            path("<int:page>/<str:block>/", ConfirmView.as_view(), name="confirm"),
        ]
