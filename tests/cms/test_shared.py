import datetime as dt
import re

import pytest
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.operations import translate_object

from cms import operations, queries
from cms.models import ContentPage, FaqPage, SharedNotice, SharedQuestions
from crm.models import Task
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import every_organization, organization_scope
from tests.cms.test_pages import forget_pages_now, home_of
from tests.cms.test_translations import translate
from tests.fixtures import client_for

TODAY = dt.date(2031, 6, 2)
BEHIND_THE_GEAR = {
    **{f"body-0-value-visibility-{name}": "" for name in ("first_day", "last_day", "begins", "ends")},
    **{f"body-0-value-freshness-{name}": "" for name in ("confirmed_on", "valid_until", "owner")},
}
KNOWN = {"confirmed_on": None, "valid_until": dt.date(2031, 5, 1), "owner": ""}


def locale(code: str = "en") -> Locale:
    return Locale.objects.get(language_code=code)


def make_notice(title: str = "No lift", **values: object) -> SharedNotice:
    body = [("notice", {"title": title, "text": "<p>Until May.</p>", "warning": True, **values})]
    return SharedNotice.objects.create(name="Lift", locale=locale(), body=body)


def make_questions(*questions: str, **values: object) -> SharedQuestions:
    body = [("question", {"question": one, "answer": f"<p>{one} Yes.</p>", **values}) for one in questions]
    return SharedQuestions.objects.create(name="General", locale=locale(), body=body)


def add_page(slug: str, *body: tuple[str, object], model: type = ContentPage, language: str = "en") -> ContentPage:
    page = home_of(None, language).add_child(instance=model(title=slug.title(), slug=slug, body=list(body)))
    page.save_revision().publish()
    return page


def notice_block(notice: SharedNotice) -> tuple[str, object]:
    return "shared_notice", {"shared_notice": notice}


def questions_block(questions: SharedQuestions) -> tuple[str, object]:
    return "shared_questions", {"heading": "Ask", "shared_questions": questions}


@pytest.mark.parametrize("count", [1, 3])
def test_pages_show_what_is_shared_with_a_query_for_each_kind(harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        blocks = []
        for number in range(count):
            blocks += [
                notice_block(make_notice(f"Notice {number}")),
                questions_block(make_questions(f"Dogs {number}?")),
            ]
        add_page("about", *blocks)
    client = client_for(harbour)
    client.get("/about/")
    forget_pages_now(harbour)
    # Five for a page of text.
    with django_assert_num_queries(6):
        text = client.get("/about/").content.decode()
    assert (text.count("<strong>Notice "), text.count('<summary itemprop="name">Dogs ')) == (count, count)
    assert text.count("https://schema.org/FAQPage") == count


def test_questions_that_stand_on_a_page_twice_have_one_id_each(harbour):
    with organization_scope(harbour.pk):
        questions, others = make_questions("Dogs?", "Prams?"), make_questions("Rain?")
        add_page("about", *map(questions_block, (questions, others, questions)))
        ids = [f'id="q-{one.id}"' for shared in (questions, others) for one in shared.body]
    text = client_for(harbour).get("/about/").content.decode()
    assert (re.findall('id="q-[^"]*"', text), text.count("Dogs? Yes.")) == (ids, 2)


def test_questions_page_tells_search_engines_of_shared_questions(harbour):
    with organization_scope(harbour.pk):
        add_page("questions", questions_block(make_questions("Dogs?", "Prams?")), model=FaqPage)
    text = client_for(harbour).get("/questions/").content.decode()
    assert (text.count('itemtype="https://schema.org/Question"'), text.count("Prams? Yes.")) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_change_is_seen_at_once_where_it_is_shown_and_other_pages_stay_stored(harbour):
    with organization_scope(harbour.pk):
        notice = make_notice()
        add_page("shown", notice_block(notice))
        add_page("other", ("quote", {"text": "Ahoy", "who": ""}))
    client = client_for(harbour)
    for path in ("/shown/", "/other/"):
        client.get(path)
    assert [client.get(path)["X-Cache"] for path in ("/shown/", "/other/")] == ["hit", "hit"]
    with organization_scope(harbour.pk):
        notice.body[0].value["title"] = "The lift is back"
        notice.save()
    answers = [client.get(path) for path in ("/shown/", "/other/")]
    assert [answer["X-Cache"] for answer in answers] == ["miss", "hit"]
    assert "The lift is back" in answers[0].content.decode()
    assert client.get("/shown/")["X-Cache"] == "hit"
    with organization_scope(harbour.pk):
        assert [page.slug for page in queries.pages_showing(notice)] == ["shown"]
        notice.delete()
    answers = [client.get(path) for path in ("/shown/", "/other/")]
    assert [(answer.status_code, answer["X-Cache"]) for answer in answers] == [(200, "miss"), (200, "hit")]
    assert "The lift is back" not in answers[0].content.decode()


def test_guests_read_it_in_their_language(harbour, member_client):
    with organization_scope(harbour.pk):
        notice = make_notice()
        add_page("hinweis", notice_block(notice), language="de")
    guest = client_for(harbour)
    assert "<strong>No lift</strong>" in guest.get("/de/hinweis/").content.decode()
    client = member_client(harbour, Role.EDITOR)
    url = reverse("wagtail_localize:submit_snippet_translation", args=["cms", "sharednotice", notice.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"locales": [locale("de").pk]}).status_code == 302
    with organization_scope(harbour.pk):
        german = SharedNotice.objects.get(locale=locale("de"))
        (translation,) = german_source(notice).translations.all()
        translate(translation, {"No lift": "Kein Aufzug", "Until May.": "Bis Mai."})
        translation.save_target()
        forget_pages_now(harbour)
    assert client.get(reverse("wagtailsnippets_cms_sharednotice:edit", args=[german.pk])).status_code == 200
    assert "<strong>Kein Aufzug</strong>" in guest.get("/de/hinweis/").content.decode()
    with organization_scope(harbour.pk):
        # What is not text follows by itself; new words wait.
        notice.body[0].value["warning"] = False
        notice.save()
        german.refresh_from_db()
        assert (german.body[0].value["title"], german.body[0].value["warning"]) == ("Kein Aufzug", False)
        notice.body[0].value["title"] = "Still no lift"
        notice.save()
        german.refresh_from_db()
        assert german.body[0].value["title"] == "Kein Aufzug"


def test_chooser_offers_each_once_also_when_it_is_not_in_the_sites_own_language(harbour, member_client):
    with organization_scope(harbour.pk):
        notice = make_notice()
        german = SharedNotice.objects.create(
            name="Lift", locale=locale("de"), body=notice.body, translation_key=notice.translation_key
        )
        url = notice.snippet_viewset.chooser_viewset.get_url_name("choose")
    client = member_client(harbour, Role.EDITOR)
    offered = []
    for language in ("en", "de", "fr"):
        with every_organization():
            Organization.objects.filter(pk=harbour.pk).update(default_language=language)
        offered.append([one.pk for one in client.get(reverse(url)).context["results"]])
    assert offered == [[notice.pk], [german.pk], [notice.pk]]


def test_notice_in_another_language_than_the_page_says_so(harbour):
    with organization_scope(harbour.pk):
        notice = make_notice()
        add_page("hinweis", notice_block(notice), language="de")
        add_page("notice", notice_block(notice))
    texts = [client_for(harbour).get(path).content.decode() for path in ("/de/hinweis/", "/notice/")]
    assert [text.count('<p lang="en"><strong>No lift</strong></p>') for text in texts] == [1, 0]


def german_source(notice):
    from wagtail_localize.models import TranslationSource

    return TranslationSource.objects.get(object_id=notice.translation_key)


def test_stale_parts_are_listed_confirmed_and_asked_about(harbour, member_client):
    with organization_scope(harbour.pk):
        questions = make_questions("Dogs?", freshness=KNOWN)
        page = add_page("about", questions_block(questions), notice_block(make_notice(freshness=KNOWN)))
        assert [(part.name, part.staleness.value) for part in queries.kept_parts(today=TODAY)] == [
            ("No lift", "ended"), ("Dogs?", "ended"),
        ]  # fmt: skip
        part = questions.body[0].id
    guest = client_for(harbour)
    url = re.search(r'href="(/still-right/[^"]+)"', guest.get("/about/").content.decode())[1]
    assert url == f"/still-right/{page.translation_key}/{part}/"
    assert "Dogs?" in guest.get(url).content.decode()
    assert "Thank you" in guest.post(url, {"words": "No."}).content.decode()
    with organization_scope(harbour.pk):
        task = Task.objects.get()
        edit_url = reverse("wagtailsnippets_cms_sharedquestions:edit", args=[questions.pk])
    assert (task.title, edit_url in task.notes) == ("Is “Dogs?” on the page “General” still right?", True)
    editor = member_client(harbour, Role.EDITOR)
    assert "General" in editor.get("/admin/reports/still-right/").content.decode()
    confirm = reverse("freshness:confirm_shared", args=["sharedquestions", questions.pk, part])
    assert [editor.post(confirm).status_code, editor.post(confirm.replace(part, "gone")).status_code] == [302, 404]
    assert editor.post(confirm.replace("sharedquestions", "legaltext")).status_code == 404
    with organization_scope(harbour.pk):
        questions.refresh_from_db()
        assert questions.body[0].value["freshness"]["confirmed_on"] is not None
        assert not operations.confirm_shared_part(questions, "gone", today=TODAY)


def test_editor_keeps_them_and_is_told_where_they_are_shown(harbour, kyoto, member_client):
    editor = member_client(harbour, Role.EDITOR)
    names = {
        name: f"wagtailsnippets_cms_sharednotice:{name}"
        for name in ("add", "list", "edit", "delete", "usage", "history")
    }
    form = {
        "name": "Storm",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "notice",
        "body-0-id": "",
        "body-0-value-title": "Storm",
        "body-0-value-text": '{"blocks": [], "entityMap": {}}',
        **BEHIND_THE_GEAR,
    }
    empty = editor.get(reverse(names["add"])).context["form"]["body"].value()
    assert [block.block_type for block in empty] == ["notice"]
    assert editor.post(reverse(names["add"]), form).status_code == 302
    with organization_scope(harbour.pk):
        notice = SharedNotice.objects.get()
        add_page("about", notice_block(notice))
        assert (notice.locale.language_code, notice.body[0].value["title"]) == ("en", "Storm")
    urls = {name: reverse(names[name], args=[notice.pk]) for name in ("edit", "delete", "usage", "history")}
    assert "Storm" in editor.get(reverse(names["list"])).content.decode()
    assert "About" in editor.get(urls["usage"]).content.decode()
    assert "Used 1 time" in editor.get(urls["edit"]).content.decode()
    assert "Editor Test" in editor.get(urls["history"]).content.decode()
    asked = editor.get(urls["delete"]).content.decode()
    assert ("referenced 1 time" in asked, urls["usage"] in asked) == (True, True)
    stranger, manager = member_client(kyoto, Role.OWNER), member_client(harbour, Role.MANAGER)
    assert [stranger.get(url).status_code for url in urls.values()] == [404] * 4
    assert [manager.get(url).status_code for url in urls.values()] == [302] * 4
    assert editor.post(urls["delete"]).status_code == 302
    assert client_for(harbour).get("/about/").status_code == 200


def test_preview_is_a_page_of_the_site_in_its_language(harbour, member_client):
    with organization_scope(harbour.pk):
        questions = make_questions("Hunde?")
        translate_object(questions, [locale("de")])
        german = SharedQuestions.objects.get(locale=locale("de"))
    client = member_client(harbour, Role.EDITOR)
    url = reverse("wagtailsnippets_cms_sharedquestions:preview_on_edit", args=[german.pk])
    (part,) = german.body
    form = {
        "name": "General",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "question",
        "body-0-id": part.id,
        "body-0-value-question": "Hunde?",
        "body-0-value-answer": '{"blocks": [], "entityMap": {}}',
        **BEHIND_THE_GEAR,
    }
    assert client.post(url, form).json() == {"is_valid": True, "is_available": True}
    text = client.get(url).content.decode()
    assert ("Hunde?" in text, '<html lang="de"' in text, "Harbour Walks" in text) == (True, True, True)
