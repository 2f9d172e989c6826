"""What guests searched for and did not find."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet

from cms.models import SearchMiss
from tenancy.lists import IndexView


class SearchMissIndexView(IndexView):
    default_ordering = "-count"
    page_title = _("Not found")

    def get_page_title(self):
        return self.page_title

    def get_add_url(self):
        return None


class SearchMissViewSet(ModelViewSet):
    """Words that a page, a question or another name of a tour could answer, what is searched for most first."""

    model = SearchMiss
    url_prefix = "reports/not-found"
    url_namespace = "search_misses"
    add_to_reference_index = False
    menu_label = _("Not found")
    menu_hook = "register_reports_menu_item"
    menu_order = 655
    icon = "search"
    index_view_class = SearchMissIndexView
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        Column("words", label=_("Words"), sort_key="words"),
        Column("language", label=_("Language"), sort_key="language"),
        Column("count", label=_("Searches"), sort_key="count"),
        DateColumn("last_on", label=_("Last on"), sort_key="last_on"),
    ]
    list_filter = ["language", "last_on"]
    list_export = ["words", "language", "count", "last_on"]
    export_filename = "not-found"
    search_fields = ["words"]
    search_backend_name = None
    # Never shown: the list is only looked at.
    form_fields = ["words"]
