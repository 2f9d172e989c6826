from django.urls import path
from wagtail.admin.viewsets.base import ViewSet

from crm import views


class RecordsViewSet(ViewSet):
    name = "records"

    def get_urlpatterns(self):
        return [path("find/", views.find_records, name="find")]
