import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override
from wagtail_localize.models import Translation

from cms import operations
from cms.models import LandingPage, TourPagePicture, TourPageStop
from tenancy.enums import Role
from tenancy.models import AuditEntry, TenantImage
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes, picture_file
from tests.cms.test_pages import build_site, home_of
from tests.cms.test_translations import translate

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


def alts(client, path: str) -> list[str]:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    return [str(img["alt"]) for img in page.select("main img")]


def test_a_block_says_what_its_picture_shows_there(harbour, harbour_client, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk):
        pier = PictureFactory(description="A pier", description_translations={"de": "Ein Steg"}).pk
        beside, tile = (
            {"image": pier, "text": "<p>Come.</p>"},
            {"image": pier, "title": "Boats", "text": "", "phone": "+49 40 123456"},
        )
        hero = {"heading": "Come", "text": "", "button": ""}
        gallery = {
            "pictures": [{"type": "item", "id": "p", "value": {"image": pier, "image_words": "Planks", "caption": ""}}]
        }
        body = [
            # As it was written before a block had words of its own.
            {"type": "picture_text", "id": "a", "value": beside},
            {"type": "picture_text", "id": "b", "value": {**beside, "image_words": "Where boats land"}},
            {"type": "gallery", "id": "c", "value": gallery},
            {"type": "hero", "id": "d", "value": {**hero, "image": pier, "image_words": "Our landing stage"}},
            {"type": "hero", "id": "e", "value": {**hero, "image": pier}},
            {"type": "tiles", "id": "f", "value": {"heading": "", "tiles": [
                {"type": "call", "id": "t", "value": tile},
                {"type": "call", "id": "u", "value": {**tile, "image_words": "Two boats"}},
            ]}},
        ]  # fmt: skip
        page = LandingPage(title="Here", slug="here", body=LandingPage(body=[]).body.stream_block.to_python(body))
        home_of(harbour).add_child(instance=page)
        page.save_revision().publish()
        operations.draft_translations(harbour, language="de", actor=None)
        translation = Translation.objects.get(source__object_id=page.translation_key)
        german = {"Where boats land": "Wo Boote anlegen", "Planks": "Planken", "Two boats": "Zwei Boote"}
        translate(translation, german)
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
    with new_sizes():
        assert alts(harbour_client, "/here/") == [
            "A pier", "Where boats land", "Planks", "Our landing stage", "A pier", "", "Two boats",
        ]  # fmt: skip
        assert alts(harbour_client, "/de/here/") == [
            "Ein Steg", "Wo Boote anlegen", "Planken", "Our landing stage", "Ein Steg", "", "Zwei Boote",
        ]  # fmt: skip


def test_pictures_of_a_tour_page_have_words_and_captions_in_each_language(
    harbour, harbour_client, django_capture_on_commit_callbacks
):
    with organization_scope(harbour.pk):
        page = build_site(harbour, stops=1)
        pier = PictureFactory(description="A pier", description_translations={"de": "Ein Steg"})
        page.cover, page.cover_words = pier, "Lamps in fog"
        page.pictures.add(
            TourPagePicture(image=pier, caption="At six", image_words="Planks"), TourPagePicture(image=pier)
        )
        stop = page.tour.stops.get()
        page.stop_contents.add(TourPageStop(stop=stop, text="<p>Look.</p>", image=pier, image_words="A crane"))
        page.save_revision().publish()
        operations.draft_translations(harbour, language="de", actor=None)
        translation = Translation.objects.get(source__object_id=page.translation_key)
        german = {"Lamps in fog": "Lampen im Nebel", "At six": "Um sechs", "Planks": "Planken", "A crane": "Ein Kran"}
        translate(translation, german)
        with django_capture_on_commit_callbacks(execute=True):
            for one in Translation.objects.all():
                one.save_target(publish=True)
    with new_sizes():
        assert alts(harbour_client, "/tours/lights/") == ["Lamps in fog", "Planks", "A pier", "A crane"]
        assert alts(harbour_client, "/de/tours/lights/") == ["Lampen im Nebel", "Planken", "Ein Steg", "Ein Kran"]
        assert "Um sechs" in harbour_client.get("/de/tours/lights/").content.decode()


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
        with django_assert_num_queries(9):
            editor.get(REPORT)


def test_draft_from_before_pictures_had_languages_is_published(in_harbour):
    page = build_site(in_harbour, stops=1)
    page.pictures.add(TourPagePicture(image=PictureFactory()))
    page.save_revision()
    draft = page.latest_revision
    for name in ("translation_key", "locale", "image_words"):
        del draft.content["pictures"][0][name]
    draft.save()
    draft.publish()
    picture = TourPagePicture.objects.get()
    assert (picture.locale, picture.image_words) == (page.locale, "")
