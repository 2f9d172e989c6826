import warnings
from datetime import datetime

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class TenancyConfig(AppConfig):
    name = "tenancy"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        # Wagtail's views can only be imported once the models are loaded.
        from django.conf import settings
        from PIL import Image
        from wagtail.admin.views.mixins import SpreadsheetExportMixin
        from wagtail.admin.viewsets.model import ModelViewSet
        from wagtail.snippets.views.snippets import SnippetViewSet

        from tenancy.rules import plain_value, workbook_value
        from tenancy.views.history import RecordHistoryView, local_moment, logged_export

        # Names of other records too, and the words of a list: in a workbook Wagtail keeps them from being formulas itself.
        for preprocess in (
            SpreadsheetExportMixin.custom_value_preprocess.setdefault(kind, {}) for kind in (list, object)
        ):
            preprocess[SpreadsheetExportMixin.FORMAT_CSV] = plain_value
            preprocess[SpreadsheetExportMixin.FORMAT_XLSX] = workbook_value
        SpreadsheetExportMixin.custom_value_preprocess[datetime] = dict.fromkeys(
            SpreadsheetExportMixin.FORMATS, local_moment
        )
        # Every list leaves the admin through this one method, and every record's history is told in the same words, Wagtail's own included.
        SpreadsheetExportMixin.as_spreadsheet = logged_export(SpreadsheetExportMixin.as_spreadsheet)
        ModelViewSet.history_view_class = SnippetViewSet.history_view_class = RecordHistoryView
        # Pillow warns of a picture from here on, and refuses to decode one of twice as many pixels.
        Image.MAX_IMAGE_PIXELS = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 2
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        autodiscover_modules("receivers")
