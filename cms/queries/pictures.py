"""Pictures that nobody has said what they show."""

from django.db.models import QuerySet

from tenancy.models import TenantImage


def wordless_pictures(*, among: QuerySet[TenantImage]) -> QuerySet[TenantImage]:
    """Return those among some pictures that are without a description and no decoration, the latest first."""
    found = among.filter(description="", is_decorative=False)
    return found.prefetch_related("renditions").order_by("-created_at", "-pk")
