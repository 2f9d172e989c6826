from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from crm import views
from crm.filters import DocumentFilterSet
from crm.forms import DocumentForm, UploadForm
from crm.models import Document
from tenancy.panels import page_finder


class DocumentViewSet(ModelViewSet):
    model = Document
    url_prefix = "private-documents"
    url_namespace = "private_documents"
    menu_label = _("Private documents")
    icon = "doc-full"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    filterset_class = DocumentFilterSet
    index_view_class = views.DocumentIndexView
    add_view_class = views.DocumentCreateView
    edit_view_class = views.DocumentEditView
    delete_view_class = views.DocumentDeleteView
    inspect_view_class = views.DocumentView
    export_filename = "private-documents"
    list_export = ["title", "note", "expires_on", "is_private", "author", "created_at"]

    @cached_property
    def history_view_class(self):
        # As for protocols: the kernel puts another view in the place of Wagtail's when the project starts.
        return type("DocumentHistoryView", (views.ReadableDocumentMixin, ModelViewSet.history_view_class), {})

    def get_form_class(self, for_update=False):
        return DocumentForm if for_update else UploadForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), "usage_url_name": None}

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))

    def get_urlpatterns(self):
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"),
            path("limits/", views.document_limits, name="limits"),
            path("<int:pk>/versions/", views.add_version, name="add_version"),
            path("<int:pk>/versions/<int:version_pk>/", views.document_file, name="file"),
            path("<int:pk>/versions/<int:version_pk>/preview/", views.document_preview, name="preview"),
            path("<int:pk>/versions/<int:version_pk>/share/", views.share_version, name="share"),
            path("<int:pk>/shares/<int:share_pk>/revoke/", views.revoke_share, name="revoke"),
        ]
