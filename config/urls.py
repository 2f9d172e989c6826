from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from tenancy.views import private_page

urlpatterns = [
    path("", include("tenancy.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("tours.urls")),
    path("", include("commerce.webhook_urls")),
]
if "devtools" in settings.INSTALLED_APPS:
    urlpatterns.append(path("", include("devtools.urls")))
urlpatterns += i18n_patterns(
    # Wagtail's own form for private pages would let people in without their second factor.
    path("_util/login/", private_page),
    path("", include("commerce.urls")),
    path("", include("crm.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
# Also django-allauth's answer to who signs in too often.
handler429 = "cms.views.too_many_tries"
handler404 = "cms.views.not_found"
handler500 = "cms.views.server_error"
