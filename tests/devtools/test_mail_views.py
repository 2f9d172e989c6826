"""The mailbox of the demo: newest first, HTML shut in, and for this machine only."""

import re

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

# A page that is not there is looked for among the redirects.
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def send(subject: str) -> None:
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend")
    mail = EmailMultiAlternatives(
        subject, "Straße: http://harbour.localhost:8000/order/abc/\n", to=["grete@guest.example"], connection=connection
    )
    mail.attach_alternative('<p><a href="http://harbour.localhost:8000/order/abc/">Straße</a></p>', "text/html")
    mail.send()


def test_mailbox_without_mails(folder) -> None:
    response = Client(headers={"host": "localhost"}).get("/__mail__/")
    assert (response.status_code, response.context["mails"]) == (200, [])


def test_mailbox_shows_newest_first_with_links_and_shut_in_html(folder) -> None:
    send("Grüße")
    send("Second")
    client = Client(headers={"host": "127.0.0.1"})
    mails = client.get("/__mail__/").context["mails"]
    assert [(mail.subject, mail.recipient) for mail in mails] == [
        ("Second", "grete@guest.example"),
        ("Grüße", "grete@guest.example"),
    ]
    page = client.get(f"/__mail__/{mails[1].key}/").content.decode()
    assert re.findall(r'<pre.*?href="([^"]+)"', page, re.DOTALL) == ["http://harbour.localhost:8000/order/abc/"]
    assert 'sandbox="allow-top-navigation-by-user-activation allow-popups"' in page
    html = client.get(f"/__mail__/{mails[1].key}/html/")
    assert html.content.decode().startswith(
        '<base target="_top"><p><a href="http://harbour.localhost:8000/order/abc/">'
    )
    assert html.headers["Content-Security-Policy"].startswith("sandbox ")
    assert client.get("/__mail__/0123456789abcdef/").status_code == 404


@pytest.mark.parametrize(
    ("host", "address"),
    [("harbour.example.com", "127.0.0.1"), ("localhost", "192.0.2.7"), ("localhost", "2001:db8::1")],
)
def test_mailbox_is_hidden_from_other_machines(folder, host: str, address: str) -> None:
    send("Secret")
    assert Client(headers={"host": host}, REMOTE_ADDR=address).get("/__mail__/").status_code == 404


def test_mailbox_is_hidden_where_mails_are_sent(settings) -> None:
    settings.EMAIL_FILE_PATH = ""
    assert Client(headers={"host": "localhost"}).get("/__mail__/").status_code == 404
