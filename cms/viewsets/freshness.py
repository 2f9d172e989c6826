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


def edit_url_of(holder):
    if isinstance(holder, Page):
        return reverse("wagtailadmin_pages:edit", args=[holder.pk])
    return reverse(holder.snippet_viewset.get_url_name("edit"), args=[holder.pk])


def confirm_url_of(part):
    if isinstance(part.page, Page):
        return reverse("freshness:confirm", args=[part.page.pk, part.block_id])
    return reverse("freshness:confirm_shared", args=[part.page._meta.model_name, part.page.pk, part.block_id])


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
                "name": part.page.get_admin_display_title() if isinstance(part.page, Page) else part.page.name,
                "edit_url": f"{edit_url_of(part.page)}#block-{part.block_id}-section",
                "confirm_url": confirm_url_of(part),
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


class ConfirmSharedView(ForEditors, View):
    """A tap on “Still right” at something that pages share."""

    def post(self, request, kind, pk, block):
        models = {model._meta.model_name: model for model in queries.shared_models()}
        if kind not in models:
            raise Http404
        found = get_object_or_404(models[kind], pk=pk)
        if not request.user.has_perm(f"cms.change_{kind}"):
            raise PermissionDenied
        if not operations.confirm_shared_part(found, block, today=today()):
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
            path("shared/<slug:kind>/<int:pk>/<str:block>/", ConfirmSharedView.as_view(), name="confirm_shared"),
            path("<int:page>/<str:block>/", ConfirmView.as_view(), name="confirm"),
        ]
