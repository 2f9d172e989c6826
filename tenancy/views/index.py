from wagtail.admin.views import generic


class IndexView(generic.IndexView):
    """A list whose rows keep one order from page to page, also those that are equal in the column it is ordered by."""

    def order_queryset(self, queryset):
        queryset = super().order_queryset(queryset)
        fields = queryset.query.order_by or queryset.model._meta.ordering
        return queryset if {"pk", "-pk"} & set(fields) else queryset.order_by(*fields, "pk")
