from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from tours import views


class MyDeparturesMenuItem(MenuItem):
    def is_shown(self, request):
        # Who plans departures has all of them in the menu already; the way to the own ones begins there.
        return request.user.has_perm("tours.lead_schedule") and not request.user.has_perm("tours.view_schedule")


class MyDeparturesViewSet(ViewSet):
    name = "my_departures"
    url_prefix = "my-departures"
    icon = "calendar-alt"
    menu_label = _("My departures")
    menu_order = 105
    add_to_admin_menu = True

    @cached_property
    def menu_item_class(self):
        return MyDeparturesMenuItem

    def get_urlpatterns(self):
        return [
            path("", views.MyDeparturesView.as_view(), name="index"),
            path("<int:pk>/accept/", views.AnswerRequestView.as_view(accepts=True), name="accept"),
            path("<int:pk>/decline/", views.AnswerRequestView.as_view(), name="decline"),
        ]
