from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        # All of them need the models to be loaded.
        from wagtail.admin.widgets import BaseChooser
        from wagtail.contrib.redirects.filters import RedirectsReportFilterSet
        from wagtail.contrib.redirects.forms import ConfirmImportForm
        from wagtail.models import Site

        from cms.panels import render_chooser
        from tenancy.models import Organization

        BaseChooser.render = render_chooser
        # Which sites there are is nobody's business but the platform's: lists of them hold one's own.
        own = Site.objects.filter(pk__in=Organization.objects.values("site"))
        ConfirmImportForm.base_fields["site"].queryset = own
        RedirectsReportFilterSet.base_filters["site"].extra["queryset"] = own
