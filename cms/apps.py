from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        # All of them need the models to be loaded.
        from wagtail.admin.mail import EmailNotificationMixin
        from wagtail.admin.views.chooser import BrowseView
        from wagtail.admin.views.pages import edit, listing
        from wagtail.admin.widgets import BaseChooser
        from wagtail.contrib.redirects.filters import RedirectsReportFilterSet
        from wagtail.contrib.redirects.forms import ConfirmImportForm
        from wagtail.models import PagePermissionTester, Site, WorkflowState

        from cms.operations import publish_approved
        from cms.pages.forms import HOME_DEPTH
        from cms.panels import render_chooser
        from cms.permissions import can_delete_page
        from cms.receivers import mail_about_comments, mail_about_review
        from cms.viewsets.chooser import browse_from_home
        from tenancy.models import Organization

        BaseChooser.render = render_chooser
        BrowseView.get = browse_from_home
        # Our homes stand below the container of their organization, not below the root.
        listing.ExplorableIndexView.show_locale_labels = property(lambda view: view.parent_page.depth < HOME_DEPTH)
        PagePermissionTester.can_delete = can_delete_page
        WorkflowState.on_finish = publish_approved
        # Wagtail would send them in the middle of a request, in the name of the installation.
        EmailNotificationMixin.send_emails = mail_about_review
        edit.send_notification = mail_about_comments
        # Which sites there are is nobody's business but the platform's: lists of them hold one's own.
        own = Site.objects.filter(pk__in=Organization.objects.values("site"))
        ConfirmImportForm.base_fields["site"].queryset = own
        RedirectsReportFilterSet.base_filters["site"].extra["queryset"] = own
