"""What stands on a customer's profile."""

from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from crm.models import Customer
from crm.panels.attention import CustomerAttention
from crm.panels.tasks import CustomerTasks


def customer_panels(request: Any, customer: Customer) -> list[Component]:
    """Return what needs attention about a customer, and the tasks, each for those who may see it."""
    today = timezone.localdate(timezone=request.organization.zone)
    panels: list[Component] = []
    if request.user.has_perm("crm.view_attentionitem"):
        panels.append(CustomerAttention(customer, user=request.user, today=today))
    if request.user.has_perm("crm.view_task"):
        may_add, may_change = (request.user.has_perm(f"crm.{verb}_task") for verb in ("add", "change"))
        panels.append(CustomerTasks(customer, today=today, may_add=may_add, may_change=may_change))
    return panels
