"""Jobs of Wagtail and of wagtail-localize, which run inside the request: they see what its organization sees."""

import pytest
from django_tasks import TaskResultStatus
from wagtail.images.tasks import set_image_focal_point_task
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail.tasks import update_reference_index_task
from wagtail_localize.models import LocaleSynchronization
from wagtail_localize.operations import translate_page_subtree
from wagtail_localize.synctree import create_aliases_for_new_page

from cms.models import ContentPage, LandingPage
from tenancy.models import TenantImage
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes


@pytest.fixture
def page_of_kyoto(kyoto) -> ContentPage:
    with organization_scope(kyoto.pk), new_sizes():
        home = LandingPage.objects.get(locale__language_code="en")
        return home.add_child(
            instance=ContentPage(title="Moonquail", slug="moonquail", share_image=PictureFactory(title="Moonquail"))
        )


@pytest.mark.parametrize(
    ("job", "model"),
    [(update_reference_index_task, "cms.contentpage"), (set_image_focal_point_task, "tenancy.tenantimage")],
    ids=["reference index", "focal point"],
)
def test_a_job_about_anothers_row_does_not_find_it(harbour, kyoto, page_of_kyoto, job, model):
    with organization_scope(kyoto.pk):
        before = list(ReferenceIndex.objects.order_by("pk").values())
        key = page_of_kyoto.pk if model == "cms.contentpage" else page_of_kyoto.share_image_id
    with organization_scope(harbour.pk):
        result = job.enqueue(*model.split("."), pk=key)
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class_path.endswith(".DoesNotExist")
    with organization_scope(kyoto.pk):
        assert list(ReferenceIndex.objects.order_by("pk").values()) == before
        assert TenantImage.objects.get().focal_point_x is None


def test_translating_a_tree_of_another_finds_nothing(harbour, page_of_kyoto):
    with organization_scope(harbour.pk), pytest.raises(Page.DoesNotExist):
        translate_page_subtree(page_of_kyoto.pk, [Locale.objects.get(language_code="de")], None, None)


def test_keeping_languages_in_step_copies_ones_own_pages_only(harbour, kyoto, page_of_kyoto):
    english, german = (Locale.objects.get(language_code=code) for code in ("en", "de"))
    with organization_scope(harbour.pk):
        # Made in bulk, because saving it copies the tree at once, which is not what this is about.
        LocaleSynchronization.objects.bulk_create([LocaleSynchronization(locale=german, sync_from=english)])
        home = LandingPage.objects.get(locale=english)
        create_aliases_for_new_page(home.add_child(instance=ContentPage(title="Herring gull", slug="gull")))
        assert [page.title for page in ContentPage.objects.filter(locale=german)] == ["Herring gull"]
    with organization_scope(kyoto.pk):
        create_aliases_for_new_page(page_of_kyoto)
        assert [page.locale_id for page in ContentPage.objects.all()] == [english.pk]
