from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class TenancyConfig(AppConfig):
    name = "tenancy"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        # Wagtail's views can only be imported once the models are loaded.
        from wagtail.admin.views.mixins import SpreadsheetExportMixin

        from tenancy.rules import plain_cell

        SpreadsheetExportMixin.custom_value_preprocess[str] = {SpreadsheetExportMixin.FORMAT_CSV: plain_cell}
        autodiscover_modules("receivers")
