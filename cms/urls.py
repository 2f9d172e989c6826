from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("branding.css", views.branding, name="branding"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
