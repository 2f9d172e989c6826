from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from crm import queries


@require_safe
def find_records(request):
    if not queries.linkable_kinds(request.user):
        raise PermissionDenied
    found = queries.find_records(request.GET.get("q", ""), user=request.user)
    return JsonResponse(
        {"records": [{"key": queries.record_key(record), "name": queries.record_name(record)} for record in found]}
    )
