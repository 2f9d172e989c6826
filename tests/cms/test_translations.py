from wagtail.models import Locale, Page
from wagtail_localize.models import SegmentOverride, StringTranslation, Translation, TranslationSource

from cms import operations, queries
from cms.blocks import ContentBlock
from cms.models import ContentPage, LandingPage, TourIndexPage, TourPage
from tenancy.enums import Role
from tenancy.operations import add_language
from tenancy.scope import every_organization, organization_scope
from tests.cms.factories import PictureFactory
from tests.cms.test_pages import build_site, home_of
from tests.fixtures import client_for

TABLE = {
    "columns": [{"type": "text", "heading": "Boat"}, {"type": "number", "heading": "Seats"}],
    "rows": [{"values": ["Gull", "12"]}, {"values": ["Tern", "8"]}, {"values": ["Boat", ""]}],
    "caption": "Our boats",
}
GERMAN = {
    "About us": "Über uns",
    "about": "ueber-uns",
    "Boat": "Boot",
    "Seats": "Plätze",
    "Gull": "Möwe",
    "Our boats": "Unsere Boote",
    "Welcome": "Willkommen",
}


def body(*blocks: dict) -> object:
    block = ContentBlock()
    return block.clean(block.to_python([{**one, "id": f"id{number}"} for number, one in enumerate(blocks)]))


def about(*blocks: dict) -> ContentPage:
    page = ContentPage(title="About us", slug="about", body=body(*blocks))
    home_of(None).add_child(instance=page)
    page.save_revision().publish()
    return ContentPage.objects.get(pk=page.pk)


def translate(translation: Translation, words: dict[str, str]) -> None:
    for segment in translation.source.stringsegment_set.select_related("string", "context"):
        if segment.string.data in words:
            StringTranslation.objects.update_or_create(
                translation_of=segment.string,
                locale=translation.target_locale,
                context=segment.context,
                defaults={"data": words[segment.string.data]},
            )


def states(organization) -> list[tuple[str, str, int, int]]:
    found = queries.page_translations(organization.site.root_page, languages=organization.languages)
    return [(one.page.slug, one.state.value, one.words, one.total) for one in found]


def german(slug: str) -> ContentPage:
    return ContentPage.objects.get(slug=slug, locale__language_code="de")


def test_a_page_is_begun_translated_and_kept_in_step(harbour, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk):
        notice = {"type": "notice", "value": {"text": "<p>Welcome</p>", "warning": False}}
        page = about({"type": "table", "value": TABLE}, notice)
        assert states(harbour) == [("about", "missing", 0, 0), ("home", "current", 0, 0)]
        assert operations.draft_translations(harbour, language="de", actor=None) == 1
        assert operations.draft_translations(harbour, language="de", actor=None) == 0
        draft = Page.objects.get(translation_key=page.translation_key, locale__language_code="de")
        assert (draft.live, draft.get_parent().pk) == (False, home_of(harbour, "de").pk)
        assert ("about", "incomplete", 0, 8) in states(harbour)

        translation = Translation.objects.get(source__object_id=page.translation_key)
        translate(translation, GERMAN)
        assert ("about", "incomplete", 7, 8) in states(harbour)
        translate(translation, {"Tern": "Seeschwalbe"})
        assert ("about", "ready", 8, 8) in states(harbour)
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        assert ("about", "current", 8, 8) in states(harbour)
        shown = german("ueber-uns").body[0].value
        assert (shown.caption, [column["heading"] for column in shown.columns]) == ("Unsere Boote", ["Boot", "Plätze"])
        assert [row["values"] for row in shown.row_data] == [["Möwe", "12"], ["Seeschwalbe", "8"], ["Boot", ""]]

        # What is no word follows by itself; a new word waits, and guests go on seeing the old page.
        fewer = {**TABLE, "rows": [{"values": ["Tern", "10"]}, {"values": ["Gull", "12"]}]}
        page.body = body({"type": "table", "value": fewer}, notice)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        rows = [["Seeschwalbe", "10"], ["Möwe", "12"]]
        assert [row["values"] for row in german("ueber-uns").body[0].value.row_data] == rows
        more = {**fewer, "rows": [*fewer["rows"], {"values": ["Puffin", "4"]}]}
        page.body = body({"type": "table", "value": more}, notice)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        assert [row["values"] for row in german("ueber-uns").body[0].value.row_data] == rows
        assert ("about", "incomplete", 8, 9) in states(harbour)
    text = client_for(harbour).get("/de/ueber-uns/").content.decode()
    assert ("Seeschwalbe" in text, "Willkommen" in text, "Puffin" in text) == (True, True, False)


def test_what_waits_to_be_published_is_not_published_by_a_change_of_the_source(
    harbour, django_capture_on_commit_callbacks
):
    with organization_scope(harbour.pk):
        page = about({"type": "quote", "value": {"text": "Welcome", "who": ""}})
        operations.draft_translations(harbour, language="de", actor=None)
        translation = Translation.objects.get(source__object_id=page.translation_key)
        translate(translation, GERMAN)
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        translate(translation, {"Welcome": "Moin"})
        assert ("about", "ready", 3, 3) in states(harbour)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        assert german("ueber-uns").body[0].value["text"] == "Willkommen"


def test_a_picture_chosen_for_a_translation_is_published_by_whoever_chose_it(
    harbour, django_capture_on_commit_callbacks
):
    with organization_scope(harbour.pk):
        own, other = PictureFactory(), PictureFactory()
        gone = {"type": "picture_text", "value": {"image": own.pk, "text": "<p>Welcome</p>", "picture_right": False}}
        page = about(gone)
        operations.draft_translations(harbour, language="de", actor=None)
        translation = Translation.objects.get(source__object_id=page.translation_key)
        translate(translation, GERMAN)
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        segment = translation.source.overridablesegment_set.get(context__path="body.id0.image")
        override = SegmentOverride.objects.create(
            locale=translation.target_locale, context=segment.context, data_json=str(other.pk)
        )
        assert ("about", "ready", 3, 3) in states(harbour)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        assert german("ueber-uns").body[0].value["image"] == own
        with django_capture_on_commit_callbacks(execute=True):
            translation.save_target(publish=True)
        assert german("ueber-uns").body[0].value["image"] == other

        # A picture that is gone is no reason why the page itself cannot be published.
        SegmentOverride.objects.filter(pk=override.pk).update(data_json=str(other.pk + 100))
        page.title = "About our boats"
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        assert ContentPage.objects.get(pk=page.pk).title == "About our boats"


def test_a_tour_page_written_on_its_own_is_the_translation(harbour):
    with organization_scope(harbour.pk):
        page = build_site(harbour)
        index = home_of(harbour, "de").add_child(instance=TourIndexPage(title="Touren", slug="touren"))
        index.add_child(instance=TourPage(title="Lichter", slug="lichter", tour=page.tour, summary="Bei Nacht."))
        found = dict.fromkeys(slug for slug, state, _words, _total in states(harbour) if state == "missing")
        assert list(found) == ["tours"]
        assert operations.draft_translations(harbour, language="de", actor=None) == 1


def test_a_page_written_on_its_own_is_older_when_its_source_is_published_later(harbour):
    with organization_scope(harbour.pk):
        own, other = home_of(harbour), home_of(harbour, "de")
        other.body = [("notice", {"text": "<p>Moin</p>", "warning": False})]
        other.save_revision().publish()
        assert states(harbour) == [("home", "current", 0, 0)]
        own.save_revision().publish()
        assert states(harbour) == [("home", "older", 0, 0)]
        assert operations.draft_translations(harbour, language="de", actor=None) == 0
        assert states(harbour) == [("home", "older", 0, 0)]


def test_a_language_that_is_added_begins_with_the_words_of_the_home(kyoto):
    with organization_scope(kyoto.pk):
        home = home_of(kyoto)
        home.body = [("notice", {"text": "<p>Welcome</p>", "warning": False})]
        home.save_revision().publish()
        kyoto.refresh_from_db()
        add_language(kyoto, language="de", actor=None)
        kyoto.refresh_from_db()
        assert states(kyoto) == [("home", "incomplete", 0, 3)]
        assert not LandingPage.objects.get(locale__language_code="de").live


def test_fields_that_came_after_a_page_was_written_keep_nobody_from_translating_it(in_harbour):
    tile = {"type": "clock", "value": {"title": "Now in Hamburg"}, "id": "b"}
    raw = [{"type": "tiles", "value": {"tiles": [tile]}, "id": "a"}]
    raw.append({"type": "quote", "value": {"text": "Ahoy", "who": None}, "id": "c"})
    home = home_of(in_harbour)
    home.body = home.body.stream_block.to_python(raw)
    home.save_revision().publish()
    source, _made = TranslationSource.get_or_create_from_instance(home)
    words = set(source.stringsegment_set.values_list("string__data", flat=True))
    assert words >= {"Now in Hamburg", "Ahoy"}


def test_list_asks_the_same_for_any_number_of_pages(harbour, django_assert_num_queries):
    with organization_scope(harbour.pk):
        home = home_of(harbour)
        for number in range(6):
            home.add_child(instance=ContentPage(title=f"Page {number}", slug=f"page-{number}"))
        operations.draft_translations(harbour, language="de", actor=None)
        root = harbour.site.root_page
        with django_assert_num_queries(10):
            assert len(queries.page_translations(root, languages=harbour.languages)) == 7


def test_editor_begins_and_is_offered_only_languages_of_the_site(
    harbour, kyoto, member_client, run_jobs, django_capture_on_commit_callbacks
):
    with organization_scope(harbour.pk):
        page = about({"type": "quote", "value": {"text": "Welcome", "who": ""}})
    editor = member_client(harbour, Role.EDITOR)
    text = editor.get("/admin/reports/languages/").content.decode()
    assert "1 page has not been begun in German." in text
    with django_capture_on_commit_callbacks(execute=True):
        answer = editor.post("/admin/reports/languages/de/begin/", follow=True)
    assert "The drafts are being made." in answer.content.decode()
    assert "cms.draft_translations" in run_jobs()
    text = editor.get("/admin/reports/languages/?language=de&state=incomplete").content.decode()
    assert ("Texts are missing" in text, "0 of 3" in text) == (True, True)
    assert editor.post("/admin/reports/languages/en/begin/").status_code == 404
    answer = editor.get(f"/admin/localize/submit/page/{page.pk}/", follow=True)
    assert "This page is there in all languages of your site." in answer.content.decode()
    other = member_client(kyoto, Role.EDITOR)
    assert "Your site speaks one language." in other.get("/admin/reports/languages/").content.decode()
    assert other.post("/admin/reports/languages/de/begin/").status_code == 404
    assert member_client(harbour, Role.MANAGER).get("/admin/reports/languages/").status_code == 302


def test_a_site_from_right_to_left(kyoto, settings):
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    with every_organization():
        Locale.objects.get_or_create(language_code="ar")
    with organization_scope(kyoto.pk):
        add_language(kyoto, language="ar", actor=None)
        home = LandingPage.objects.get(locale__language_code="ar")
        home.body = [("notice", {"text": "<p>أهلا وسهلا</p>", "warning": False})]
        home.save_revision().publish()
    text = client_for(kyoto).get("/ar/").content.decode()
    assert ('<html lang="ar" dir="rtl">' in text, "أهلا وسهلا" in text) == (True, True)
    assert '<html lang="en">' in client_for(kyoto).get("/").content.decode()
