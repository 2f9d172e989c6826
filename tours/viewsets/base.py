from wagtail.admin.viewsets.model import ModelViewSet


class TourViews(ModelViewSet):
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    # Names of views of Wagtail's that these records do not have.
    without = ("usage",)

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]
