from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from tenancy import views
from tenancy.forms import DomainForm
from tenancy.models import Domain


class DomainViewSet(ModelViewSet):
    """The host names of an organization. They are added and looked at; operations do the rest."""

    model = Domain
    url_prefix = "organization/addresses"
    url_namespace = "domains"
    add_to_reference_index = False
    menu_label = _("Web addresses")
    icon = "globe"
    index_view_class = views.DomainIndexView
    add_view_class = views.DomainCreateView
    inspect_view_class = views.DomainInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    search_fields = ["host"]
    search_backend_name = None
    kept = ("index", "index_results", "add", "inspect")

    def get_form_class(self, for_update=False):
        return DomainForm

    def get_common_view_kwargs(self, **kwargs):
        gone = ("edit", "delete", "copy", "history", "usage")
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in gone}}

    def get_urlpatterns(self):
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name in self.kept),
            path("<int:pk>/check/", views.CheckDomainView.as_view(), name="check"),
            path("<int:pk>/main/", views.MakeMainDomainView.as_view(), name="make_main"),
            path("<int:pk>/remove/", views.RemoveDomainView.as_view(), name="remove"),
        ]
