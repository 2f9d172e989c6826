"""Wagtail's redirects, of one's own site only."""

from wagtail.contrib.redirects import views

from cms.forms import OwnRedirectForm


class RedirectIndexView(views.IndexView):
    columns = [column for column in views.IndexView.columns if column.name != "site"]
    list_export = [name for name in views.IndexView.list_export if name != "site"]


class RedirectCreateView(views.CreateView):
    form_class = OwnRedirectForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}


class RedirectEditView(views.EditView):
    form_class = OwnRedirectForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}
