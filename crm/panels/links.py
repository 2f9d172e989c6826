"""Which records of this app others can be about."""

from crm.models import Customer, Document, Milestone, Project, Task
from crm.queries import LinkableKind, readable_documents, search_customers, search_documents


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Customer, "crm.view_customer", search_customers),
        LinkableKind(
            Project, "crm.view_project", lambda text: Project.objects.filter(name__icontains=text).order_by("name")
        ),
        LinkableKind(
            Milestone,
            "crm.view_project",
            lambda text: (
                Milestone.objects.filter(name__icontains=text).select_related("project").order_by("name", "pk")
            ),
            lambda milestone: f"{milestone.name} ({milestone.project})",
            ("project",),
        ),
        LinkableKind(Task, "crm.view_task", lambda text: Task.objects.filter(title__icontains=text).order_by("-pk")),
        LinkableKind(
            Document,
            "crm.view_document",
            lambda text: search_documents(Document.objects.order_by("-pk"), text),
            seen_by=readable_documents,
        ),
    ]
