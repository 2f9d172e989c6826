import pytest
from django.test import Client
from wagtail.signals import page_published

from cms.models import LandingPage
from tenancy.scope import organization_scope

OTHERS = (b"Kyoto", b"kyoto", b"Traceback", b"wagtailcore", b"SELECT ")


@pytest.fixture
def page_of_kyoto(kyoto):
    from cms.models import ContentPage

    with organization_scope(kyoto.pk):
        home = LandingPage.objects.get(locale__language_code="en")
        page = home.add_child(instance=ContentPage(title="Kyoto in autumn", slug="kyoto-in-autumn"))
        page_published.send(type(page), instance=page, revision=None)
        return page


def test_page_of_another_organization_is_one_that_is_not_there(harbour_client, kyoto_client, page_of_kyoto):
    assert kyoto_client.get("/kyoto-in-autumn/").status_code == 200
    answers = [harbour_client.get(path) for path in ("/kyoto-in-autumn/", "/never-there-in-autumn/")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content.replace(b"kyoto-in-autumn", b"") == answers[1].content.replace(
        b"never-there-in-autumn", b""
    )


def test_a_crash_shows_the_organizations_own_page(harbour, kyoto, monkeypatch):
    monkeypatch.setattr(LandingPage, "serve", lambda *_arguments: 1 / 0)
    client = Client(headers={"host": "harbour.localhost"}, raise_request_exception=False)
    answer = client.get("/")
    assert (answer.status_code, b"Harbour Walks" in answer.content) == (500, True)
    assert [word for word in (*OTHERS, b"division") if word in answer.content] == []


def test_an_unknown_host_names_nobody(harbour, kyoto):
    answer = Client(headers={"host": "elsewhere.example"}).get("/")
    assert (answer.status_code, [word for word in (*OTHERS, b"Harbour") if word in answer.content]) == (404, [])
