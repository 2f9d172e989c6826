import datetime as dt

import pytest
from django.core.management import get_commands
from django.core.management.base import CommandError
from django.utils import timezone
from wagtail.models import ReferenceIndex

from cms.models import ContentPage, LandingPage
from tenancy.management.scopes import EACH_ORGANIZATION, ONE_ORGANIZATION, OWNER_COMMANDS, run
from tenancy.models import TenantImage
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes

# A command closes its connection at its end, so what it is to find must be committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pages(harbour, kyoto) -> dict[str, ContentPage]:
    """A page of each organization, due for publishing, with a picture."""
    made = {}
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk), new_sizes():
            home = LandingPage.objects.get(locale__language_code="en")
            image = PictureFactory(title=f"Moonquail of {organization.slug}")
            page = home.add_child(
                instance=ContentPage(
                    title=f"Moonquail at {organization.slug}", slug="moonquail", share_image=image, live=False
                )
            )
            page.go_live_at = timezone.now() - dt.timedelta(hours=1)
            page.save_revision(approved_go_live_at=page.go_live_at)
            made[organization.slug] = page
    return made


def test_listed_commands_are_there():
    assert (EACH_ORGANIZATION | ONE_ORGANIZATION) - get_commands().keys() == set()
    assert ONE_ORGANIZATION <= EACH_ORGANIZATION
    assert set() == EACH_ORGANIZATION & OWNER_COMMANDS


def test_update_index_lets_each_organization_find_its_own_only(harbour, kyoto, pages):
    run(["manage.py", "update_index", "--verbosity", "0"])
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            assert [page.title for page in ContentPage.objects.search("Moonquail")] == [
                f"Moonquail at {organization.slug}"
            ]
            assert [image.title for image in TenantImage.objects.search("Moonquail")] == [
                f"Moonquail of {organization.slug}"
            ]


def test_publish_scheduled_publishes_for_each_organization_and_for_one_when_named(harbour, kyoto, pages):
    run(["manage.py", "publish_scheduled", "--organization", "kyoto"])
    live = {}
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            live[organization.slug] = ContentPage.objects.get().live
    assert live == {"harbour": False, "kyoto": True}
    run(["manage.py", "publish_scheduled"])
    with organization_scope(harbour.pk):
        assert ContentPage.objects.get().live


@pytest.mark.parametrize(
    "command", ["rebuild_references_index", "fixtree", "purge_revisions", "purge_embeds", "sync_locale_trees"]
)
def test_a_command_leaves_every_row_with_its_organization(harbour, kyoto, pages, command):
    run(["manage.py", command])
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            page = ContentPage.objects.get()
            assert page.title == f"Moonquail at {organization.slug}"
            assert {entry.to_object_id for entry in ReferenceIndex.objects.filter(object_id=str(page.pk))} >= {
                str(page.share_image_id)
            }


def test_an_organization_must_be_named_where_keys_are_given(harbour):
    with pytest.raises(CommandError, match="--organization"):
        run(["manage.py", "move_pages", "1", "2"])


def test_an_unknown_organization_is_refused(harbour):
    with pytest.raises(CommandError, match="nowhere"):
        run(["manage.py", "update_index", "--organization", "nowhere"])


def test_a_command_without_a_scope_sees_nothing(harbour, kyoto, pages):
    assert ContentPage.objects.count() == 0
