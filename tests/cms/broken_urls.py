"""The product's addresses and, in front of them, some that are broken."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from config import urls


def broken(request):
    raise RuntimeError("The pump is leaking.")


urlpatterns = [*i18n_patterns(path("broken/", broken), prefix_default_language=False), *urls.urlpatterns]
handler404, handler500 = urls.handler404, urls.handler500
