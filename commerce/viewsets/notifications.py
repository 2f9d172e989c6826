from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import EditView
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import emails, queries
from commerce.enums import REMINDERS, TO_STAFF, NotificationKind
from commerce.forms import NotificationForm
from commerce.models import Notification
from commerce.rules import PLACEHOLDERS
from tenancy.lists import IndexView


def when_in_words(row):
    if row.kind in REMINDERS:
        return _("%(hours)d hours before the start") % {"hours": row.hours}
    if row.kind == NotificationKind.LOW_AVAILABILITY:
        return _("%(places)d places left, or fewer") % {"places": row.places}
    return _("at the time of decision")


class NotificationIndexView(IndexView):
    page_title = gettext_lazy("Notifications")
    default_ordering = "pk"

    @cached_property
    def columns(self):
        organization = self.request.organization
        return [
            self._get_title_column_class(TitleColumn)(
                "kind", label=_("What"), accessor="get_kind_display", get_url=self.get_edit_url
            ),
            Column("when", label=_("When"), accessor=when_in_words),
            Column(
                "recipient",
                label=_("To"),
                classname="wide-only",
                accessor=lambda row: (
                    (row.recipient or organization.business_email or _("Nobody yet")) if row.kind in TO_STAFF else ""
                ),
            ),
            StatusTagColumn(
                "is_active",
                label=_("Status"),
                accessor=lambda row: _("On") if row.is_active else _("Off"),
                primary=lambda row: row.is_active,
            ),
        ]


class NotificationEditView(EditView):
    template_name = "commerce/admin/notification.html"
    success_message = gettext_lazy("The notification is saved.")
    previews = ()

    def get_success_buttons(self):
        return []

    def form_valid(self, form):
        if "preview" not in self.request.POST:
            return super().form_valid(form)
        self.form = form
        self.previews = [self._preview(form, language) for language in form.languages]
        return self.render_to_response(self.get_context_data(form=form))

    def _preview(self, form, language):
        organization = self.request.organization
        with override(language):
            values = queries.example_values(form.kind, organization)
        return language, emails.notification(form.instance, values, language=language, organization=organization)

    def get_context_data(self, **kwargs):
        row = self.object
        return {
            **super().get_context_data(**kwargs),
            "placeholders": [
                (f"{{{name}}}", words) for name, words in PLACEHOLDERS[NotificationKind(row.kind)].items()
            ],
            "previews": self.previews,
            "nobody": row.kind in TO_STAFF and not (row.recipient or self.request.organization.business_email),
        }


class NotificationViewSet(ModelViewSet):
    """One row of each kind, which come with the organization and stay."""

    model = Notification
    url_prefix = "notifications"
    url_namespace = "notifications"
    menu_label = gettext_lazy("Notifications")
    icon = "mail"
    menu_order = 55
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_fields = None
    index_view_class = NotificationIndexView
    edit_view_class = NotificationEditView
    without = ("add", "delete", "usage")

    def get_form_class(self, for_update=False):
        return NotificationForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]
