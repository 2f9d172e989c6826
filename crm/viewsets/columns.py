from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import TitleColumn


def customer_column():
    return TitleColumn(
        "customer",
        label=_("Customer"),
        get_url=lambda row: reverse("customers:inspect", args=[row.customer_id]) if row.customer_id else None,
    )
