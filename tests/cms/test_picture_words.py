import pytest
from django.utils.translation import override

from tenancy.enums import Role
from tenancy.models import AuditEntry, TenantImage
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes, picture_file

REPORT = "/admin/reports/pictures-without-words/"
NEEDS_WORDS = "Say what the picture shows, for those who cannot see it, or tick “Only decoration”."


@pytest.fixture
def editor(harbour, member_client):
    return member_client(harbour, Role.EDITOR)


def words(title="Pier", **fields):
    return {"title": title, "file": picture_file(), "collection": "", "tags": "", "credit": "", **fields}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"description": ""}, None),
        ({"description": "", "is_decorative": "on"}, ("", True)),
        ({"description": "A pier at dawn"}, ("A pier at dawn", False)),
    ],
)
def test_a_picture_is_uploaded_with_words_or_as_decoration(harbour, editor, given, kept):
    response = editor.post("/admin/images/add/", words(**given))
    with organization_scope(harbour.pk):
        found = TenantImage.objects.values_list("description", "is_decorative").first()
    assert found == kept
    errors = response.context["form"].errors.get("description") if response.status_code == 200 else None
    assert errors == ([NEEDS_WORDS] if kept is None else None)


def test_screen_readers_hear_the_words_in_the_language_of_the_page(in_harbour):
    said = {"description": "A pier", "description_translations": {"de": "Ein Steg"}}
    pictures = [PictureFactory.build(title="Pier", collection=None, **fields) for fields in (
        said, {}, {**said, "is_decorative": True},
    )]  # fmt: skip
    with override("de"):
        assert [picture.default_alt_text for picture in pictures] == ["Ein Steg", "Pier", ""]
    assert pictures[0].default_alt_text == "A pier"


def test_many_pictures_get_words_on_one_page(harbour, editor, member_client):
    with organization_scope(harbour.pk):
        first, second, third, fourth = (PictureFactory(title=f"Pier {number}") for number in range(4))
        PictureFactory(title="Told", description="A pier")
        PictureFactory(title="Line", is_decorative=True)
    with new_sizes():
        page = editor.get(REPORT)
    assert [form.instance for form in page.context["forms"]] == [fourth, third, second, first]
    sent = {
        "picture": [first.pk, second.pk, third.pk, "x"],
        f"picture-{first.pk}-description": "A pier at noon",
        f"picture-{first.pk}-description_translations_de": "Ein Steg am Mittag",
        f"picture-{second.pk}-is_decorative": "on",
        f"picture-{third.pk}-description": "",
        # Not on the page that was sent.
        f"picture-{fourth.pk}-description": "A pier at night",
    }
    assert editor.post(REPORT, sent).url == REPORT
    with organization_scope(harbour.pk):
        kept = [
            (picture.description, picture.description_translations, picture.is_decorative)
            for picture in TenantImage.objects.filter(title__startswith="Pier").order_by("pk")
        ]
        assert AuditEntry.objects.filter(action="wagtail.edit").count() == 2
    assert kept == [
        ("A pier at noon", {"de": "Ein Steg am Mittag"}, False), ("", {}, True), ("", {}, False), ("", {}, False),
    ]  # fmt: skip
    german = {f"picture-{third.pk}-description_translations_de": "Ein Steg", f"picture-{third.pk}-description": ""}
    wrong = editor.post(REPORT, {"picture": third.pk, **german})
    assert wrong.context["forms"][0].errors == {"description": [NEEDS_WORDS]}
    assert member_client(harbour, Role.MANAGER).get(REPORT).status_code == 302


def test_the_list_of_pictures_asks_as_often_for_one_as_for_three(harbour, editor, django_assert_num_queries):
    for _picture in range(2):
        with organization_scope(harbour.pk):
            PictureFactory()
        with new_sizes():
            editor.get(REPORT)
        with django_assert_num_queries(11):
            editor.get(REPORT)
