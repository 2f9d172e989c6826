from functools import wraps
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from devtools.mailbox import find_mail, read_mails

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
# An e-mail may look as it likes, but runs nothing, loads nothing, and opens its links only when somebody clicks them.
MAIL_POLICY = (
    "sandbox allow-top-navigation-by-user-activation allow-popups; default-src 'none'; style-src 'unsafe-inline';"
    " img-src 'self' data:; form-action 'none'; frame-ancestors 'self'"
)


def on_this_machine_only(view):
    """The e-mails hold links that open bookings: they are shown to nobody but the person at this machine."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        host = split_domain_port(request.get_host())[0]
        named_here = host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "[::1]")
        if not named_here or not ip_address(request.META["REMOTE_ADDR"]).is_loopback or not settings.EMAIL_FILE_PATH:
            return HttpResponseNotFound()
        return view(request, *args, **kwargs)

    return never_cache(require_safe(checked))


@on_this_machine_only
def mailbox(request):
    mails = read_mails(Path(settings.EMAIL_FILE_PATH))
    response = render(request, "devtools/mailbox.html", {"mails": mails, "folder": settings.EMAIL_FILE_PATH})
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


@on_this_machine_only
def mail(request, key):
    found = find_mail(Path(settings.EMAIL_FILE_PATH), key)
    if found is None:
        return HttpResponseNotFound()
    response = render(request, "devtools/mail.html", {"mail": found})
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


@xframe_options_sameorigin
@on_this_machine_only
def mail_html(request, key):
    found = find_mail(Path(settings.EMAIL_FILE_PATH), key)
    if found is None:
        return HttpResponseNotFound()
    response = HttpResponse(f'<base target="_top">{found.html}')
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response
