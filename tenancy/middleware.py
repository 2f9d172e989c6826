"""The host name decides the organization, for guests and for the admin alike."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.response import SimpleTemplateResponse

from tenancy.enums import OrganizationStatus
from tenancy.queries import organization_for_host
from tenancy.scope import no_scope, organization_scope


class OrganizationMiddleware:
    """Runs the request in the scope of the organization its host name belongs to, as `request.organization`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.PLATFORM_PATHS):
            with no_scope():
                return self.get_response(request)
        organization = organization_for_host(split_domain_port(request.get_host())[0])
        if organization is None or not self._serves(request, organization.status):
            with no_scope():
                return SimpleTemplateResponse("tenancy/no_site.html", status=404).render()
        request.organization = organization  # type: ignore[attr-defined]
        # What Wagtail would look up by host name and port, which knows nothing of further domains.
        request._wagtail_site = organization.site  # type: ignore[attr-defined]
        with organization_scope(organization.pk):
            return self.get_response(request)

    @staticmethod
    def _serves(request: HttpRequest, status: str) -> bool:
        if status == OrganizationStatus.SETUP:
            return request.path.startswith("/admin/")
        return status == OrganizationStatus.ACTIVE
