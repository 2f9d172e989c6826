"""Wagtail's redirects, of one's own site only."""

from wagtail.contrib.redirects import views

from cms.forms import OwnRedirectForm
from cms.viewsets.once import ToldWhenTaken
from tenancy.lists import IndexView


class RedirectIndexView(IndexView, views.IndexView):
    columns = [column for column in views.IndexView.columns if column.name != "site"]
    list_export = [name for name in views.IndexView.list_export if name != "site"]


class RedirectCreateView(ToldWhenTaken, views.CreateView):
    unique_field = "old_path"
    form_class = OwnRedirectForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}


class RedirectEditView(ToldWhenTaken, views.EditView):
    unique_field = "old_path"
    form_class = OwnRedirectForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}
