from wagtail import hooks

from places.viewsets import PlaceChooserViewSet, PlaceViewSet


@hooks.register("register_admin_viewset")
def register_places():
    return [PlaceViewSet(), PlaceChooserViewSet()]
