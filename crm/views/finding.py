from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm import queries


@require_safe
def find_customers(request):
    if not request.user.has_perm("crm.view_customer"):
        raise PermissionDenied
    found = [
        {
            "name": str(customer),
            "contact": " · ".join(filter(None, [customer.email, customer.phone and customer.phone.as_international])),
            "profile": reverse("customers:inspect", args=[customer.pk]),
            "log": reverse("customers:log_protocol", args=[customer.pk]),
        }
        for customer in queries.find_customers(request.GET.get("q", ""))
    ]
    return JsonResponse({"customers": found})
