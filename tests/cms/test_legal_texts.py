import json

import pytest
from django.test import Client
from django.urls import reverse

from cms import page_cache
from cms.enums import LegalKind
from cms.models import LegalText
from cms.operations import write_legal_text
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.operations import change_organization
from tenancy.scope import organization_scope
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel


@pytest.fixture
def owner(harbour) -> Client:
    return client_for(harbour, make_member(harbour, Role.OWNER))


def raw_text(text: str) -> str:
    """What the editor of Wagtail sends for one paragraph."""
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def write(kind: LegalKind, text: str = "<p>Pier 1, Hamburg</p>", language: str = "en") -> LegalText | None:
    return write_legal_text(kind, language=language, body=text, actor=None)


def footer_of(client: Client, path: str = "/") -> list[str]:
    page = client.get(path, headers={"accept-language": path.strip("/") or "en"})
    return [str(kind.label) for kind in page.context["frame"].legal]


def test_texts_are_linked_at_the_foot_and_served(harbour, harbour_client):
    assert footer_of(harbour_client) == []
    with organization_scope(harbour.pk):
        write(LegalKind.TERMS, "<p>Be on time.</p>")
        write(LegalKind.IMPRINT)
    page_cache._forget(harbour.pk)
    assert footer_of(harbour_client) == ["Imprint", "Terms and conditions"]
    page = harbour_client.get("/legal/imprint/")
    assert page.status_code == 200
    assert "<p>Pier 1, Hamburg</p>" in page.content.decode()
    assert 'href="/legal/terms/"' in page.content.decode()
    assert harbour_client.get("/legal/imprint/")["X-Cache"] == "hit"
    assert harbour_client.get("/legal/privacy/").status_code == 404
    assert harbour_client.get("/legal/other/").status_code == 404


def test_text_is_shown_in_the_language_of_the_page_or_else_in_another(harbour, harbour_client):
    with organization_scope(harbour.pk):
        write(LegalKind.IMPRINT)
        write(LegalKind.TERMS)
        write(LegalKind.TERMS, "<p>Pünktlich sein.</p>", "de")
    assert "Pünktlich sein." in harbour_client.get("/de/legal/terms/").content.decode()
    fallback = harbour_client.get("/de/legal/imprint/").content.decode()
    assert ("Pier 1, Hamburg" in fallback, 'class="container stack legal" lang="en"' in fallback) == (True, True)


def test_site_of_one_language_leads_to_it(kyoto, kyoto_client):
    with organization_scope(kyoto.pk):
        write(LegalKind.IMPRINT)
    answer = kyoto_client.get("/de/legal/imprint/")
    assert (answer.status_code, answer["Location"]) == (302, "/legal/imprint/")


def test_texts_stay_in_their_organization(harbour, kyoto, kyoto_client):
    with organization_scope(harbour.pk):
        write(LegalKind.IMPRINT)
    assert footer_of(kyoto_client) == []
    assert kyoto_client.get("/legal/imprint/").status_code == 404


def test_owner_writes_a_text_and_takes_it_back(harbour, owner, harbour_client):
    url = reverse("legal_texts:edit", args=["terms", "en"])
    assert owner.get(url).status_code == 200
    answer = owner.post(url, {"body": raw_text("Be on time.")})
    assert (answer.status_code, answer["Location"]) == (302, reverse("legal_texts:index"))
    with organization_scope(harbour.pk):
        text = LegalText.objects.get()
        assert "Be on time." in text.body
        entry = AuditEntry.objects.get(action="legal_text.changed")
        assert entry.details == {"changes": [{"field": "body", "after": text.body}]}
        assert entry.subject_name == "Terms and conditions (en)"
    assert "Be on time." in owner.get(url).content.decode()
    owner.post(url, {"body": raw_text("Be on time.")})
    owner.post(url, {"body": raw_text("")})
    with organization_scope(harbour.pk):
        assert LegalText.objects.count() == 0
        assert AuditEntry.objects.filter(action="legal_text.changed").count() == 2


def test_text_holds_no_scripts(harbour, owner, harbour_client):
    owner.post(reverse("legal_texts:edit", args=["terms", "en"]), {"body": raw_text("<script>alert(1)</script>")})
    assert "<script>alert(1)" not in harbour_client.get("/legal/terms/").content.decode()


@pytest.mark.parametrize(("kind", "language"), [("other", "en"), ("terms", "fr")])
def test_text_that_cannot_be_is_not_there(owner, kind, language):
    assert owner.get(reverse("legal_texts:edit", args=[kind, language])).status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDITOR, Role.GUIDE])
def test_texts_are_written_by_owners_and_admins(harbour, role):
    client = client_for(harbour, make_member(harbour, role))
    assert client.get(reverse("legal_texts:index")).status_code == 302
    assert client.post(reverse("legal_texts:edit", args=["terms", "en"]), {"body": raw_text("x")}).status_code == 302
    with organization_scope(harbour.pk):
        assert LegalText.objects.count() == 0


def test_missing_texts_are_on_the_day_of_owners(harbour, owner):
    notice = "Legal texts are missing"
    assert notice in owner.get(reverse("wagtailadmin_home")).content.decode()
    manager = client_for(harbour, make_member(harbour, Role.MANAGER))
    assert notice not in manager.get(reverse("wagtailadmin_home")).content.decode()
    with organization_scope(harbour.pk):
        for kind in (LegalKind.IMPRINT, LegalKind.PRIVACY, LegalKind.TERMS):
            write(kind)
    assert notice not in owner.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_texts_has_a_fixed_number_of_queries(harbour, owner, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for kind in list(LegalKind)[:count]:
            write(kind)
    owner.get(reverse("legal_texts:index"))
    with django_assert_num_queries(8):
        owner.get(reverse("legal_texts:index"))


def test_changed_settings_are_seen_at_once(harbour, harbour_client, django_capture_on_commit_callbacks):
    assert harbour_client.get("/").status_code == 200
    assert harbour_client.get("/")["X-Cache"] == "hit"
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        change_organization(harbour, changes={"name": "Pier Walks"}, actor=None)
    for _time in range(2):
        # Nothing is stored while another process may still know the old name.
        page = harbour_client.get("/")
        assert ("Pier Walks" in page.content.decode(), page["X-Cache"]) == (True, "miss")


@pytest.mark.django_db(transaction=True)
def test_one_text_written_four_times_at_once(harbour):
    results = in_parallel(harbour, 4, lambda number: write(LegalKind.TERMS, f"<p>{number}</p>"))
    with organization_scope(harbour.pk):
        assert LegalText.objects.count() == 1
        assert AuditEntry.objects.filter(action="legal_text.changed").count() == 4
    assert [type(result) for result in results] == [LegalText] * 4
