from django.contrib import messages
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView, ChosenMultipleView, ChosenView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from places.models import Place
from tenancy.lists import IndexView

LOOK = ["add", "change", "delete", "view"]


class PlaceIndexView(IndexView):
    default_ordering = "name"


class PlaceDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, _("“%(place)s” is used by a tour and stays.") % {"place": self.object})
            return redirect(self.get_success_url())


class _PermittedMixin(PermissionCheckedMixin):
    model = Place
    any_permission_required = LOOK

    @property
    def columns(self):
        return [*super().columns, Column("address")]


class PlaceChooseView(_PermittedMixin, ChooseView):
    pass


class PlaceChooseResultsView(_PermittedMixin, ChooseResultsView):
    pass


class PlaceChosenView(PermissionCheckedMixin, ChosenView):
    any_permission_required = LOOK


class PlaceChosenMultipleView(PermissionCheckedMixin, ChosenMultipleView):
    any_permission_required = LOOK
