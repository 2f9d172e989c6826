"""Pictures that are uploaded, and those without words: one page on which many of them get some."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.auth import permission_denied
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.images.views import images
from wagtail.permissions import policy_registry

from cms import queries
from cms.forms import PictureWordsForm
from tenancy.audit.wagtail import AuditedEdit
from tenancy.forms import smaller_note
from tenancy.models import TenantImage

ON_A_PAGE = 20


class ToldWhenSmaller:
    """Says that a picture was too large to be kept as it came."""

    def get_success_message(self, *args):
        return f"{super().get_success_message(*args)} {smaller_note(self.form.instance)}".rstrip()


class PictureCreateView(ToldWhenSmaller, images.CreateView):
    pass


class PictureEditView(ToldWhenSmaller, images.EditView):
    pass


class PictureWordsView(WagtailAdminTemplateMixin, TemplateView):
    """The pictures that lack words; what is left empty stays as it is."""

    template_name = "cms/admin/picture_words.html"
    page_title = gettext_lazy("Pictures without words")
    header_icon = "image"

    def dispatch(self, request, *args, **kwargs):
        policy = policy_registry.get_by_type(TenantImage)
        if not policy.user_has_permission(request.user, "change"):
            return permission_denied(request)
        self.pictures = policy.instances_user_has_permission_for(request.user, "change")
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def form_of(self, picture, data=None):
        return PictureWordsForm(data, instance=picture, prefix=f"picture-{picture.pk}")

    def get_context_data(self, forms=None, **kwargs):
        found = Paginator(queries.wordless_pictures(among=self.pictures), ON_A_PAGE).get_page(self.request.GET.get("p"))
        return {
            **super().get_context_data(**kwargs),
            "forms": forms or [self.form_of(picture) for picture in found],
            "page_of_pictures": found,
        }

    def post(self, request):
        keys = [key for key in request.POST.getlist("picture") if key.isdecimal()][:ON_A_PAGE]
        shown = self.pictures.filter(pk__in=keys).order_by("-created_at", "-pk")
        forms = [self.form_of(picture, request.POST) for picture in shown]
        changed = [form for form in forms if form.has_changed()]
        if [form for form in changed if not form.is_valid()]:
            messages.error(request, _("Some words could not be saved; see below why."))
            return self.render_to_response(self.get_context_data(forms=forms))
        for form in changed:
            AuditedEdit(form.instance, user=request.user, form=form).execute()
        if changed:
            text = ngettext("%(count)d picture has words now.", "%(count)d pictures have words now.", len(changed))
            messages.success(request, text % {"count": len(changed)})
        return redirect("picture_words:index")


class PictureWordsViewSet(ViewSet):
    """Below the reports of the admin."""

    name = "picture_words"
    url_prefix = "reports/pictures-without-words"

    def get_urlpatterns(self):
        return [path("", PictureWordsView.as_view(), name="index")]
