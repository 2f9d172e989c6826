import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.translation import get_language, get_language_from_request, override


def in_own_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view below `/admin/` speak the language of the visitor's browser, or else the organization's.

    Addresses without a language in front of them are English for the site; staff are asked nothing there before they sign in.
    """

    @functools.wraps(view)
    def localized(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        asked = "Accept-Language" in request.headers
        language = get_language_from_request(request) if asked else request.organization.default_language
        with override(language):
            response = view(request, *args, **kwargs)
            # Rendered here: otherwise it would be when the language is the old one again.
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            # Django would say the language of the address.
            response.headers.setdefault("Content-Language", get_language())
        return response

    return localized
