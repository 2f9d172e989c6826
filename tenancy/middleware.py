"""The host name decides the organization, for guests and for the admin alike; and what browsers are told to hold to."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from allauth.usersessions.models import UserSession
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override
from whitenoise.responders import SlicedFile

from tenancy.enums import OrganizationStatus
from tenancy.origin import ADMIN, SITE, Origin, network_of, origin_scope
from tenancy.presence import note_presence
from tenancy.queries import has_second_factor, host_entry
from tenancy.rules import device_name
from tenancy.scope import no_scope, organization_scope
from tenancy.throttle import client_address

# What a person may do at an organization that asks for two-factor sign-in before having set it up.
WITHOUT_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "wagtailadmin_sprite",
    "wagtailadmin_javascript_catalog",
}


class BrowserRulesMiddleware:
    """Tells browsers what pages may do, and who may use our answers.

    A view lets its page do more by `response.permissions`, the origins for each feature: `{"payment": ["self"]}`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.permissions = self._permissions({})

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        more = getattr(response, "permissions", None)
        response.headers.setdefault("Permissions-Policy", self._permissions(more) if more else self.permissions)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not settings.SEARCH_ENGINES:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    @staticmethod
    def _permissions(more: dict[str, list[str]]) -> str:
        features = {**settings.PERMISSIONS_POLICY, **more}
        return ", ".join(f"{name}=({' '.join(origins)})" for name, origins in features.items())


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the guests' Content-Security-Policy, and below `/admin/` the admin's."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/") and not report_only:
            parts.config = settings.ADMIN_CONTENT_POLICY
        return parts


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
        entry = host_entry(host_name)
        if entry is None or not self._serves(request, entry.organization.status):
            with no_scope():
                response = SimpleTemplateResponse("tenancy/no_site.html", status=404).render()
            # The middleware below, which would say it, does not see this answer.
            response.headers["Content-Security-Policy"] = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"
            return response
        if host_name != entry.main_host and self._moves(request):
            return self._at_main_host(request, entry.main_host)
        organization = entry.organization
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
    def _moves(request: HttpRequest) -> bool:
        """Whether a request is one that a browser can repeat at the main host name; what was sent is taken where it arrives."""
        return request.method in ("GET", "HEAD") and not request.path.startswith(settings.EVERY_HOST_PATHS)

    @staticmethod
    def _at_main_host(request: HttpRequest, host: str) -> HttpResponse:
        port = split_domain_port(request.get_host())[1]
        address = f"{request.scheme}://{host}{f':{port}' if port else ''}{request.get_full_path()}"
        response = HttpResponsePermanentRedirect(address, preserve_request=True)
        # The main host name may change back; browsers keep a permanent redirect for ever unless told otherwise.
        response.headers["Cache-Control"] = "max-age=300"
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


class SecondFactorMiddleware:
    """Where the organization asks for two-factor sign-in, lets who has not set it up do that and nothing else.

    On guest pages such a person is a guest.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        organization = getattr(request, "organization", None)
        if organization is None or not organization.requires_two_factor:
            return None
        user = request.user
        if not request.path.startswith("/admin/"):
            request.user = SimpleLazyObject(lambda: user if self._complete(user) else AnonymousUser())
            return None
        if not user.is_authenticated or self._complete(user):
            return None
        # The pages for setting it up come without the menu of the admin.
        request.second_factor_missing = True  # type: ignore[attr-defined]
        if request.resolver_match.url_name in WITHOUT_SECOND_FACTOR:
            return None
        return redirect("mfa_index")

    @staticmethod
    def _complete(user: Any) -> bool:
        return user.is_authenticated and has_second_factor(user)


class SessionActivityMiddleware:
    """Notes when and from where a session of the admin was last used, and follows a session whose key changes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/") or not request.user.is_authenticated:
            return self.get_response(request)
        key = request.session.session_key
        response = self.get_response(request)
        changed = request.session.session_key
        if changed and request.user.is_authenticated:
            if changed != key:
                self._follow(key, changed)
            note_presence(changed, at=timezone.now(), address=client_address(request))
        return response

    @staticmethod
    def _follow(key: str, changed: str) -> None:
        old = UserSession.objects.filter(session_key=key)
        if UserSession.objects.filter(session_key=changed).exists():
            old.delete()
        else:
            old.update(session_key=changed)


class OriginMiddleware:
    """Lets the log know where a request came from; of guests only that they are on the guest site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with origin_scope(self._origin(request)):
            return self.get_response(request)

    @staticmethod
    def _origin(request: HttpRequest) -> Origin:
        host = getattr(request, "host_name", "")
        if not request.path.startswith(("/admin/", "/invitation/")):
            return Origin(SITE, host)
        with override(None):
            device = device_name(request.headers.get("User-Agent", ""))
        return Origin(ADMIN, host, network_of(client_address(request)), device)


# One part of a file: from where to where, or the last so many bytes. Several parts at once may be answered with the whole file.
BYTE_RANGE: Final = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))")


class ByteRangeMiddleware:
    """Sends the part of a file that a browser asks for. Without it iPhones play no video, and nobody can jump ahead in one.

    Files are answered as Django's `FileResponse`, from wherever they are stored. A part of an older version of the file
    (`If-Range`), or one that cannot be read, is answered with the whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, FileResponse) and response.status_code == 200:
            # Wagtail says so of files without an encoding.
            if response.get("Content-Encoding") == "None":
                del response.headers["Content-Encoding"]
            if "Content-Length" in response.headers and "Content-Encoding" not in response.headers:
                response.headers["Accept-Ranges"] = "bytes"
                self._cut(request, response)
        return response

    @staticmethod
    def _cut(request: HttpRequest, response: FileResponse) -> None:
        asked = BYTE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
        same = request.headers.get("If-Range")
        if (
            asked is None
            or request.method != "GET"
            or (same and same not in (response.get("ETag"), response.get("Last-Modified")))
        ):
            return
        size = int(response.headers["Content-Length"])
        first, last, tail = (int(number) if number else None for number in asked.groups())
        if first is not None and last is not None and last < first:
            return
        start = max(size - (tail or 0), 0) if first is None else first
        end = size - 1 if last is None else min(last, size - 1)
        if start > end:
            response.status_code = 416
            response.headers["Content-Range"] = f"bytes */{size}"
            response.headers["Content-Length"] = "0"
            response.streaming_content = []
            return
        part = SlicedFile(response.file_to_stream, start, end)
        block_size = response.block_size
        response.streaming_content = iter(lambda: part.read(block_size), b"")
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        response.headers["Content-Length"] = str(end - start + 1)


class RequestSizeMiddleware:
    """Refuses what is too big to be taken before a byte of it is read; anything else would fill the disk first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if told.isdecimal() and int(told) > settings.REQUEST_MAX_BYTES:
            limit = filesizeformat(settings.REQUEST_MAX_BYTES)
            return render(request, "413.html", {"limit": limit}, status=413)
        return self.get_response(request)
