"""What records of all kinds offer, and which of this app others can be about."""

from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.admin.widgets.button import Button

from crm.models import Customer, Project, Task
from crm.queries import (
    LinkableKind,
    linkable_kinds,
    record_key,
    search_customers,
)


def record_buttons(request: HttpRequest, record: Model) -> list[Button]:
    """Return what makes a task about a record in one click, and what shows those that there are."""
    buttons, query = [], urlencode({"about": record_key(record)})
    if request.user.has_perm("crm.add_task"):
        url = f"{reverse('tasks:add')}?{query}"
        buttons.append(Button(gettext("New task"), url=url, icon_name="tasks", priority=80))
    if request.user.has_perm("crm.view_task"):
        url = f"{reverse('tasks:index')}?{query}"
        buttons.append(Button(gettext("Its tasks"), url=url, icon_name="list-ul", priority=81))
    if request.user.has_perm("crm.view_document") and type(record) in linkable_kinds(request.user):
        url = f"{reverse('private_documents:index')}?{query}"
        buttons.append(Button(gettext("Its documents"), url=url, icon_name="doc-full", priority=82))
    return buttons


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Customer, "crm.view_customer", search_customers),
        LinkableKind(
            Project, "crm.view_project", lambda text: Project.objects.filter(name__icontains=text).order_by("name")
        ),
        LinkableKind(Task, "crm.view_task", lambda text: Task.objects.filter(title__icontains=text).order_by("-pk")),
    ]
