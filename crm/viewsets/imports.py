from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from crm import views
from crm.forms import ImportUploadForm
from crm.models import Import


class ImportViewSet(ModelViewSet):
    model = Import
    url_prefix = "imports"
    url_namespace = "imports"
    menu_label = _("Import")
    icon = "upload"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    index_view_class = views.ImportIndexView
    add_view_class = views.ImportCreateView
    inspect_view_class = views.ImportView
    export_filename = "imports"
    list_export = [
        "name",
        "get_kind_display",
        "get_state_display",
        "rows",
        "made",
        "changed",
        "unchanged",
        "left_out",
        "author",
        "created_at",
    ]

    def get_form_class(self, for_update=False):
        return ImportUploadForm

    def get_common_view_kwargs(self, **kwargs):
        # What was imported is neither edited nor deleted, but undone.
        without = {"edit_url_name": None, "delete_url_name": None, "usage_url_name": None}
        return {**super().get_common_view_kwargs(**kwargs), **without}

    def get_urlpatterns(self):
        kept = ("index", "index_results", "add", "inspect", "history", "history_results")
        verbs = {"start": views.start_import, "stop": views.stop_import, "undo": views.undo_import}
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name in kept),
            path("<int:pk>/columns/", views.import_columns, name="columns"),
            path("<int:pk>/problems.csv", views.import_problems, name="problems"),
            *(path(f"<int:pk>/{name}/", view, name=name) for name, view in verbs.items()),
        ]
