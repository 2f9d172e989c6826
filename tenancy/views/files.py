import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

# What a browser may show in place; anything else is offered as a download.
SHOWN_TYPES = ("image/", "audio/", "video/")


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    prefix = f"{request.organization.public_id}/"  # type: ignore[attr-defined]
    if not name.startswith(prefix) or name.startswith((f"{prefix}documents/", f"{prefix}private/")):
        raise Http404
    try:
        if not default_storage.exists(name):
            raise Http404
    except SuspiciousFileOperation as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(
        default_storage.open(name),
        content_type=content_type,
        as_attachment=not content_type.startswith(SHOWN_TYPES) or "svg" in content_type,
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Whatever is in the file, a browser that opens it by itself runs nothing of it.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    # Pictures are shown in e-mails and by those who link to a page.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
