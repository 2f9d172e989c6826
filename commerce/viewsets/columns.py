from django.utils.formats import date_format
from wagtail.admin.ui.tables import Column


class MomentColumn(Column):
    """A day and time by the organization's clock. Wagtail's own says “just now” of what is to come."""

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        moment, zone = context["value"], parent_context["request"].organization.zone
        return {
            **context,
            "value": date_format(moment.astimezone(zone), "SHORT_DATETIME_FORMAT") if moment else "",
        }
