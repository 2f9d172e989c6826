from django.urls import path, re_path

from cms import views

app_name = "cms"
urlpatterns = [
    path("branding.css", views.branding, name="branding"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    # Wagtail's pattern, but for its own pages such as the one to sign in.
    re_path(r"^(?!_util/)((?:[\w-]+/)*)$", views.page, name="page"),
]
