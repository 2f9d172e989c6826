from django.urls import path

from tenancy import views

urlpatterns = [
    path("livez", views.livez),
    path("readyz", views.readyz),
    path("media/<path:name>", views.media, name="media"),
    path("invitation/<str:token>/", views.InvitationView.as_view(), name="invitation"),
    path("invitation/<str:token>/decline/", views.DeclineInvitationView.as_view(), name="decline_invitation"),
]
