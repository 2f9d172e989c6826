from django.urls import path

from crm import views

app_name = "crm"
urlpatterns = [
    path("file/<str:token>/", views.shared_file, name="shared_file"),
    path("file/<str:token>/download/", views.shared_download, name="shared_download"),
]
