from django.contrib import messages
from django.db.models import F, ProtectedError
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import DeleteView, IndexView


class GuideIndexView(IndexView):
    default_ordering = "name"

    def get_base_queryset(self):
        # Accounts are seen only as long as they work here.
        return super().get_base_queryset().annotate(account=F("user__email"))

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column("account", label=_("Account")),
            BooleanColumn("is_active", label=_("Leads tours"), sort_key="is_active"),
        ]


class GuideDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            text = _("“%(guide)s” is down for departures and stays on record. Untick “leads tours” instead.")
            messages.error(self.request, text % {"guide": self.object})
            return redirect("guides:edit", self.object.pk)
