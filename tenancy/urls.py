from django.urls import path

from tenancy import views

urlpatterns = [
    path("livez", views.livez),
    path("readyz", views.readyz),
    path("media/<path:name>", views.media, name="media"),
]
