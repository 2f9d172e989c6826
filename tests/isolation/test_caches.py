import pytest
from django.core.cache import cache
from django.template import Context, Template
from wagtail.models import Site

from cms.models import LandingPage
from tenancy.scope import no_scope, organization_scope

FRAGMENT = Template("{% load cache %}{% cache 60 greeting %}{{ organization.name }}{% endcache %}")


def test_a_kept_value_is_not_found_by_another_organization_nor_without_one(harbour, kyoto):
    with organization_scope(kyoto.pk):
        cache.set("season", "maple")
    with organization_scope(harbour.pk):
        assert cache.get("season") is None
        cache.delete("season")
    with no_scope():
        assert cache.get("season") is None
    with organization_scope(kyoto.pk):
        assert cache.get("season") == "maple"


def test_a_kept_piece_of_a_template_stays_with_its_organization(harbour, kyoto):
    shown = []
    for organization in (kyoto, harbour, kyoto):
        with organization_scope(organization.pk):
            shown.append(FRAGMENT.render(Context({"organization": organization})))
    assert shown == ["Kyoto Trails", "Harbour Walks", "Kyoto Trails"]


@pytest.mark.django_db(transaction=True)
def test_a_stored_page_is_served_to_guests_of_its_host_only(harbour, kyoto, harbour_client, kyoto_client):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            home = LandingPage.objects.get(locale__language_code="en")
            home.title = f"Welcome to {organization.name}"
            home.save_revision().publish()
    answers = [(client, client.get("/")) for client in (kyoto_client, kyoto_client, harbour_client, harbour_client)]
    assert [answer.headers.get("X-Cache") for _client, answer in answers] == ["miss", "hit", "miss", "hit"]
    for client, answer in answers:
        assert (b"Kyoto Trails" in answer.content, b"Harbour Walks" in answer.content) == (
            client is kyoto_client,
            client is harbour_client,
        )


def test_the_kept_list_of_sites_leads_to_no_page_of_another_organization(harbour, kyoto):
    # Wagtail keeps it under one key; asked for by one organization, it must not be what the other one is given.
    for organization, host in ((kyoto, "kyoto.localhost"), (harbour, "harbour.localhost")):
        with organization_scope(organization.pk):
            home = LandingPage.objects.get(locale__language_code="en")
            assert {paths.site_id for paths in Site.get_site_root_paths()} == {organization.site_id}
            assert home.full_url == f"http://{host}:8000/"
