"""What there is to do for a customer."""

from datetime import date
from typing import Any, Final

from wagtail.admin.ui.components import Component

from crm.models import Customer
from crm.queries import (
    open_tasks_with,
    record_key,
)

# How many tasks stand on pages that show other things too.
SHOWN: Final = 10


class CustomerTasks(Component):
    """What there is to do for a customer, on the profile."""

    template_name = "crm/customer_tasks.html"

    def __init__(self, customer: Customer, *, today: date, may_add: bool, may_change: bool) -> None:
        self.customer, self.today, self.may_add, self.may_change = customer, today, may_add, may_change

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        tasks = open_tasks_with(self.customer, limit=SHOWN + 1)
        return {
            "customer": self.customer,
            "tasks": tasks[:SHOWN],
            "more": len(tasks) > SHOWN,
            "today": self.today,
            "may_add": self.may_add,
            "may_change": self.may_change,
            "csrf_token": parent_context["csrf_token"],
            "key": record_key(self.customer),
        }
