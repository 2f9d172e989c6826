import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction

from tenancy.enums import Role
from tenancy.models import TenantDocument
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes


@pytest.fixture
def files(kyoto) -> dict[str, str]:
    """Addresses of files of Kyoto: a picture, a size of it, a document and one that only staff may read."""
    with organization_scope(kyoto.pk), new_sizes():
        image = PictureFactory()
        collection = Collection.objects.get(depth=2)
        private = collection.add_child(name="Private")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        documents = [
            TenantDocument.objects.create(
                title="Plan", collection=place, file=ContentFile(b"the plan", name="plan.txt")
            )
            for place in (collection, private)
        ]
        return {
            "picture": image.file.url,
            "size": image.get_rendition("width-20").url,
            "document": documents[0].url,
            "private document": documents[1].url,
            "file of the document": reverse("media", args=[documents[0].file.name]),
        }


def _answers(client, files: dict[str, str]) -> dict[str, int]:
    answers = {}
    for name, url in files.items():
        response = client.get(url)
        b"".join(response.streaming_content) if response.streaming else None
        answers[name] = response.status_code
    return answers


def test_files_are_served_at_the_host_of_their_organization_only(kyoto_client, harbour_client, files):
    at_home = {"picture": 200, "size": 200, "document": 200, "private document": 302, "file of the document": 404}
    assert _answers(kyoto_client, files) == at_home
    assert _answers(harbour_client, files) == dict.fromkeys(files, 404)


def test_staff_of_another_organization_get_no_file(harbour, member_client, files):
    assert _answers(member_client(harbour, Role.OWNER), files) == dict.fromkeys(files, 404)
