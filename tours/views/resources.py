from django.db.models import Count
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView

from tenancy.lists import IndexView
from tours import operations


class GuardedSave:
    """Saves as Wagtail does, and says in the form what departures that are booked already do not allow."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except operations.ResourceRefused as refused:
            form.add_error(None, str(refused))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    def save_instance(self):
        return operations.save_resource(super().save_instance, variants=self.form.variants, now=timezone.now())


class ResourceCreateView(GuardedSave, CreateView):
    pass


class ResourceEditView(GuardedSave, EditView):
    pass


class ResourceIndexView(IndexView):
    default_ordering = "name"

    def get_base_queryset(self):
        return super().get_base_queryset().annotate(users=Count("needs"))

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column("stock", label=_("How many there are"), sort_key="stock"),
            Column("users", label=_("Needed by"), sort_key="users"),
            BooleanColumn("is_active", label=_("In service"), sort_key="is_active"),
        ]
