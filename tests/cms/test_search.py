import datetime as dt
from html import unescape

import pytest
import time_machine
from wagtail.models import PageViewRestriction

from cms import operations
from cms.models import ContentPage, FaqPage, SearchEntry, SearchMiss, SearchWord
from cms.queries.search import search
from cms.rules import words_of_query
from tenancy.enums import Role
from tenancy.models import OutboxDelivery
from tenancy.outbox import deliver
from tenancy.scope import organization_scope
from tests.cms.test_pages import build_site, home_of
from tests.cms.test_shared import add_page, make_notice, make_questions, notice_block, questions_block
from tests.factories import PlaceFactory
from tests.fixtures import client_for
from tours.enums import TourStatus

NOON = dt.datetime(2031, 6, 2, 12, tzinfo=dt.UTC)
ALWAYS = {"visibility": {}, "freshness": {}}


def publish(organization, page, language="en"):
    with organization_scope(organization.pk):
        home_of(organization, language).add_child(instance=page)
        page.save_revision().publish()
    return page


@pytest.fixture
def site(harbour):
    """A tour with two stops, a page about food, and questions."""
    with organization_scope(harbour.pk):
        tour_page = build_site(harbour, name="Lights of the harbour")
        stop = tour_page.tour.stops.order_by("pk")[0]
        stop.title = "Elbphilharmonie"
        stop.save()
        tour_page.highlights = "<p>Walk through the <b>Speicherstadt</b> &amp; its cafés.</p>"
        tour_page.save_revision().publish()
        home_of(harbour).save_revision().publish()
    text = "<p>Our kitchen serves fish &lt;script&gt;alert(1)&lt;/script&gt; all day.</p>"
    publish(harbour, ContentPage(title="Food and drink", slug="food", body=[("rich_text", text)]))
    questions = [
        {**ALWAYS, "question": "Do you walk in the rain?", "answer": "<p>Yes, umbrellas are lent.</p>"},
        {
            **ALWAYS,
            "question": "Is there mulled wine?",
            "answer": "<p>In winter.</p>",
            "visibility": {"first_day": dt.date(2031, 12, 1)},
        },
    ]
    publish(
        harbour, FaqPage(title="Questions", slug="questions", body=[("faq", {"heading": "", "questions": questions})])
    )
    with organization_scope(harbour.pk):
        yield harbour


def found(text, **options):
    results = search(text, language="en", now=NOON, **options)
    return {str(group.kind): [hit.name for hit in group.hits] for group in results.groups}


EXPECTED = [
    ("lights", {"tour": ["Lights of the harbour"]}),
    # A beginning, another ending, no accent, small letters.
    ("Speich", {"tour": ["Lights of the harbour"]}),
    ("light", {"tour": ["Lights of the harbour"]}),
    ("cafe", {"tour": ["Lights of the harbour"]}),
    ("kitchens", {"page": ["Food and drink"]}),
    # Slips, also two in a long word.
    ("Spiecherstadt", {"tour": ["Lights of the harbour"]}),
    ("Elbfilharmonie", {"place": ["Elbphilharmonie"]}),
    # All words, whatever only fills.
    ("the fish of the kitchen", {"page": ["Food and drink"]}),
    ("umbrella", {"question": ["Do you walk in the rain?"]}),
    # Some of the words, where nothing has all of them.
    ("fish umbrella", {"page": ["Food and drink"], "question": ["Do you walk in the rain?"]}),
    ("mulled wine", {}),
    ("ahoi", {}),
    # What opens the Wi-Fi is on the page, not in the index.
    ("zzzz", {}),
    ("", {}),
    ("%_'\"\\ --", {}),
]


def test_search_finds(site):
    assert [(text, found(text)) for text, _expected in EXPECTED] == EXPECTED


def test_search_says_what_it_searched_for_instead(site):
    assert search("Spiecherstadt", language="en", now=NOON).instead == "speicherstadt"
    assert search("fish umbrella", language="en", now=NOON).only_some_words


def test_question_is_found_while_it_is_shown(site):
    winter = search("mulled wine", language="en", now=dt.datetime(2031, 12, 24, 12, tzinfo=dt.UTC))
    assert [hit.name for group in winter.groups for hit in group.hits] == ["Is there mulled wine?"]


def test_search_speaks_one_language(site):
    publish(site, ContentPage(title="Essen und Trinken", slug="essen", locale=home_of(site, "de").locale), "de")
    assert found("essen") == {}
    german = search("Essens", language="de", now=NOON)
    assert [hit.name for group in german.groups for hit in group.hits] == ["Essen und Trinken"]


def test_drafts_closed_pages_and_tours_off_sale_are_not_found(site):
    food, faq = ContentPage.objects.get(slug="food"), FaqPage.objects.get()
    assert found("rain", closed=[faq.path]) == {}
    food.title = "Bread and butter"
    food.save_revision()
    assert found("butter") == {}
    food.unpublish()
    assert found("kitchen") == {}
    tour = home_of(site).get_descendants().get(slug="lights").specific.tour
    tour.status = TourStatus.ARCHIVED
    tour.save()
    assert found("Speicherstadt") == {}


def test_words_go_with_their_page(site):
    faq = FaqPage.objects.get()
    assert SearchWord.objects.filter(entry__page_id=faq.pk).exists()
    faq.delete()
    assert set(SearchWord.objects.values_list("entry_id", flat=True)) == set(
        SearchEntry.objects.values_list("pk", flat=True)
    )
    assert found("umbrella") == {}


def test_change_of_a_record_reaches_the_pages_that_show_it(site):
    page = home_of(site).get_descendants().get(slug="lights").specific
    page.tour.stops.order_by("pk")[0].delete()
    stop = page.tour.stops.get()
    stop.place.name = "Old lighthouse"
    stop.place.save()
    PlaceFactory(name="Elsewhere")
    waiting = OutboxDelivery.objects.filter(event__topic="page.words_changed", status="pending")
    assert {delivery.event.payload["page_id"] for delivery in waiting} == {page.pk}
    for delivery in waiting:
        deliver(delivery.pk, now=dt.datetime(2031, 6, 2, tzinfo=dt.UTC))
    assert found("Elbphilharmonie") == {}
    assert found("lighthouse") == {"place": [stop.title]}


def test_what_pages_share_is_found_where_it_is_shown(site):
    questions = make_questions("Are llamas welcome?")
    page = add_page("animals", questions_block(questions), notice_block(make_notice("Zebra crossing closed")))
    assert (found("llamas"), found("zebra")) == ({"question": ["Are llamas welcome?"]}, {"page": ["Animals"]})
    questions.body = [("question", {"question": "Are alpacas welcome?", "answer": "<p>Yes.</p>"})]
    OutboxDelivery.objects.all().delete()
    questions.save()
    waiting = OutboxDelivery.objects.filter(event__topic="page.words_changed", status="pending")
    assert [delivery.event.payload for delivery in waiting] == [{"page_id": page.pk}]
    deliver(waiting.get().pk, now=dt.datetime(2031, 6, 2, tzinfo=dt.UTC))
    assert (found("llamas"), found("alpacas")) == ({}, {"question": ["Are alpacas welcome?"]})


def test_rebuilding_writes_the_same_again(site):
    def written():
        return sorted(SearchWord.objects.values_list("entry__title", "entry__part", "word", "weight"))

    # The list of tours was never published by a verb of Wagtail's.
    assert operations.index_new_pages() == 1
    before = written()
    SearchEntry.objects.filter(page_id=FaqPage.objects.get().pk).delete()
    assert operations.index_new_pages() == 1
    assert written() == before
    assert operations.index_site() == 6
    assert written() == before


@pytest.mark.parametrize("count", [1, 3])
def test_search_takes_the_same_queries_however_much_there_is(site, django_assert_num_queries, count):
    for number in range(count):
        publish(site, ContentPage(title=f"Fish {number}", slug=f"fish-{number}"))
    client = client_for(site)
    client.get("/search/?q=fish")
    with django_assert_num_queries(6):
        client.get("/search/?q=fish")
    with django_assert_num_queries(4):
        client.get("/search/suggestions/?q=fish")


def test_page_of_results_marks_words_and_nothing_else(site):
    answer = client_for(site).get("/search/?q=serves <script>")
    text = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"], "X-Cache" in answer) == (200, "private, no-cache", False)
    assert '<a href="/food/">Food and drink</a>' in text
    assert "<mark>serves</mark> fish &lt;<mark>script</mark>&gt;alert(1)" in text
    assert '<meta name="robots" content="noindex, follow">' in text
    # The page itself has some.
    assert text.count("<script>") == client_for(site).get("/search/").content.decode().count("<script>")


def test_results_lead_to_the_part_of_the_page(site):
    client = client_for(site)
    rain, stop = (client.get(f"/search/suggestions/?q={word}").json() for word in ("rain", "elbphil"))
    (question,) = rain["suggestions"]
    page, _hash, part = question["url"].partition("#")
    assert (question["name"], question["kind"], page) == ("Do you walk in the rain?", "Question", "/questions/")
    assert f'id="{part}"' in client.get(page).content.decode()
    assert stop == {"suggestions": [{"name": "Elbphilharmonie", "kind": "Place", "url": "/tours/lights/#stop-1"}]}


def test_private_page_is_found_by_those_who_may_read_it(site, member_client):
    PageViewRestriction.objects.create(
        page=ContentPage.objects.get(slug="food"), restriction_type=PageViewRestriction.LOGIN
    )
    guest, guide = client_for(site), member_client(site, Role.GUIDE)
    asked = [client.get("/search/suggestions/?q=kitchen").json()["suggestions"] for client in (guest, guide)]
    assert asked == [[], [{"name": "Food and drink", "kind": "Page", "url": "/food/"}]]
    assert "Food and drink" not in guest.get("/search/?q=kitchen").content.decode()


def test_nothing_found_helps_on_and_is_counted_without_who_it_was(site):
    client = client_for(site)
    with time_machine.travel(dt.datetime(2031, 6, 2, 12, tzinfo=dt.UTC)):
        text = unescape(client.get("/search/?q=Submarine  Ride").content.decode())
        client.get("/search/?q=submarine ride")
        for private in ("grete@example.com", "+49 170 1234567", "x" * 61, "\0", " "):
            client.get("/search/", {"q": private})
    assert "We found nothing for “Submarine  Ride”" in text
    assert ('<a href="/tours/">Tours</a>' in text, '<a href="/questions/">Questions</a>' in text) == (True, True)
    assert 'href="mailto:hello@harbour.example"' in text
    rows = SearchMiss.objects.values_list("language", "words", "count", "last_on")
    assert list(rows) == [("en", "submarine ride", 2, dt.date(2031, 6, 2))]


@pytest.mark.parametrize("path", ["/harbour-lights/", "/tours/harbor-lights-by-night/", "/tours/old/lights"])
def test_missing_page_suggests_what_its_address_says(site, path):
    answer = client_for(site).get(path, follow=True)
    text = answer.content.decode()
    assert (answer.status_code, '<a href="/tours/lights/">Lights of the harbour</a>' in text) == (404, True)
    assert not SearchMiss.objects.exists()


def test_missing_page_without_words_suggests_nothing(site):
    for path in ("/wp-login.php", "/order/7a1f/", "/admin/lights/"):
        assert "Perhaps you mean" not in client_for(site).get(path, follow=True).content.decode()


def test_only_so_many_misses_are_kept(in_harbour, monkeypatch):
    monkeypatch.setattr("cms.operations.search.MOST_MISSES", 2)
    for day in (1, 2, 3):
        operations.note_miss(f"word {day}", language="en", today=dt.date(2031, 6, day))
    assert sorted(SearchMiss.objects.values_list("words", flat=True)) == ["word 2", "word 3"]


def test_editors_read_what_was_not_found(site, member_client):
    operations.note_miss("submarine", language="en", today=dt.date(2031, 6, 2))
    text = member_client(site, Role.EDITOR).get("/admin/reports/not-found/").content.decode()
    assert ("submarine" in text, "2 June 2031" in text) == (True, True)


def test_search_of_one_organization_finds_nothing_of_another(site, kyoto):
    client = client_for(kyoto)
    assert client.get("/search/suggestions/?q=harbour").json() == {"suggestions": []}
    assert "Food and drink" not in client.get("/search/?q=kitchen").content.decode()


def test_language_that_is_not_spoken_leads_to_one_that_is(kyoto):
    assert client_for(kyoto).get("/de/search/?q=tee").url == "/search/?q=tee"


def test_words_of_a_query():
    assert words_of_query("A Walk in the Würzburg-Gärten, a 2 walk") == ["walk", "in", "the", "wurzburg", "garten", "2"]
    assert words_of_query("京都 tour") == ["京", "都", "tour"]
    assert words_of_query("x") == ["x"]
