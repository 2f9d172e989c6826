from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        # Both need the models to be loaded.
        from wagtail.admin.widgets import BaseChooser

        from cms.panels import render_chooser

        BaseChooser.render = render_chooser
