"""The host name decides the organization, for guests and for the admin alike."""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.request import split_domain_port
from django.template.response import SimpleTemplateResponse

from tenancy.enums import OrganizationStatus
from tenancy.queries import organization_for_host
from tenancy.scope import no_scope, organization_scope


class OrganizationMiddleware:
    """Runs the request in the scope of the organization its host name belongs to, as `request.organization`.

    `request.host_name` is that name, without the port.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.PLATFORM_PATHS):
            with no_scope():
                return self.get_response(request)
        host_name = split_domain_port(request.get_host())[0]
        organization = organization_for_host(host_name)
        if organization is None or not self._serves(request, organization.status):
            with no_scope():
                return SimpleTemplateResponse("tenancy/no_site.html", status=404).render()
        request.organization = organization  # type: ignore[attr-defined]
        request.host_name = host_name  # type: ignore[attr-defined]
        # What Wagtail would look up by host name and port, which knows nothing of further domains.
        request._wagtail_site = organization.site  # type: ignore[attr-defined]
        with organization_scope(organization.pk):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _in_scope(organization.pk, response.streaming_content)
        return response

    @staticmethod
    def _serves(request: HttpRequest, status: str) -> bool:
        if status == OrganizationStatus.SETUP:
            return request.path.startswith(("/admin/", "/invitation/"))
        return status == OrganizationStatus.ACTIVE


def _in_scope(organization_id: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Make each piece of an answer that is made while it is sent (an export) in the scope of its request."""
    pieces = iter(chunks)
    while True:
        with organization_scope(organization_id):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
