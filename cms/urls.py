from django.urls import path, re_path

from cms import views
from cms.enums import LegalKind

app_name = "cms"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.suggestions, name="suggestions"),
    path("share/<int:page_id>-<slug:version>.jpg", views.share_image, name="share_image"),
    path("branding.css", views.branding, name="branding"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-<slug:language>.xml", views.sitemap_of_language, name="sitemap_of_language"),
    re_path(rf"^legal/(?P<kind>{'|'.join(LegalKind.values)})/$", views.legal, name="legal"),
    path("similar/<uuid:tour_public_id>/", views.similar_tours, name="similar_tours"),
    path("still-right/<uuid:key>/<str:part>/", views.still_right, name="still_right"),
    # Wagtail's pattern, but for its own pages such as the one to sign in.
    re_path(r"^(?!_util/)((?:[\w-]+/)*)$", views.page, name="page"),
]
