import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone
from wagtail.blocks import StreamValue

from cms import operations, queries
from cms.enums import Staleness
from cms.models import FaqPage, LandingPage
from cms.rules import Freshness
from crm.models import Task
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.test_pages import build_site, home_of
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel

PLAIN = {"text": "", "icon": "", "image": None, "size": "small", "colour": "plain"}
TODAY = dt.date(2031, 6, 2)


@pytest.fixture
def owner(in_harbour):
    return make_member(in_harbour, Role.OWNER)


@pytest.mark.parametrize(
    ("freshness", "expected"),
    [
        (Freshness(), None),
        (Freshness(valid_until=TODAY - dt.timedelta(days=1)), Staleness.ENDED),
        (Freshness(valid_until=TODAY), Staleness.ENDS_SOON),
        (Freshness(valid_until=TODAY + dt.timedelta(days=14)), Staleness.ENDS_SOON),
        (Freshness(valid_until=TODAY + dt.timedelta(days=15)), None),
        (Freshness(confirmed_on=TODAY - dt.timedelta(days=180)), None),
        (Freshness(confirmed_on=TODAY - dt.timedelta(days=181)), Staleness.UNCONFIRMED),
    ],
)
def test_staleness(freshness, expected):
    assert freshness.staleness(TODAY) == expected


def write_parts(owner=None) -> LandingPage:
    """A tile that has ended, one that nobody keeps, and an answer that is well."""
    home = home_of(None)
    ended = {"confirmed_on": None, "valid_until": dt.date(2031, 5, 1), "owner": str(owner.pk) if owner else ""}
    home.body = [
        (
            "tiles",
            {
                "heading": "",
                "tiles": [
                    ("info", {**PLAIN, "title": "Ice rink", "details": "Open", "freshness": ended}),
                    ("info", {**PLAIN, "title": "Lockers", "details": "Stairs"}),
                ],
            },
        )
    ]
    home.save_revision().publish()
    known = {"confirmed_on": dt.date(2031, 5, 20), "valid_until": None, "owner": ""}
    question = {"question": "Dogs?", "answer": "<p>Yes.</p>", "freshness": known}
    page = FaqPage(title="Questions", slug="questions", body=[("faq", {"heading": "", "questions": [question]})])
    home.add_child(instance=page)
    return home


def listed() -> list[tuple[str, str | None, str]]:
    return [(part.name, part.staleness, str(part.owner or "")) for part in queries.kept_parts(today=TODAY)]


def test_list_of_what_is_stale_comes_before_what_is_well(in_harbour, owner, django_assert_num_queries):
    write_parts(owner)
    with django_assert_num_queries(7):
        found = listed()
    assert found == [("Ice rink", "ended", str(owner)), ("Dogs?", None, "")]


def test_confirming_writes_the_day_and_nothing_else(in_harbour, owner):
    home = write_parts()
    part = queries.kept_parts(today=TODAY)[0]
    draft = LandingPage.objects.get(pk=home.pk)
    draft.title = "Not yet"
    draft.save_revision()
    assert operations.confirm_part(part.page, part.block_id, today=TODAY, actor=owner)
    home = LandingPage.objects.get(pk=home.pk)
    assert (home.title, home.has_unpublished_changes) == (in_harbour.name, True)
    assert home.get_latest_revision_as_object().title == "Not yet"
    days = [
        page.body[0].value["tiles"][0].value["freshness"]["confirmed_on"]
        for page in (home, home.get_latest_revision_as_object())
    ]
    assert days == [TODAY, TODAY]
    assert not operations.confirm_part(part.page, "gone", today=TODAY, actor=owner)


def test_guest_asks_and_staff_have_one_task(harbour):
    with organization_scope(harbour.pk):
        keeper = make_member(harbour, Role.EDITOR)
        home = write_parts(keeper)
        part = queries.kept_parts(today=TODAY)[0]
    url = f"/still-right/{home.translation_key}/{part.block_id}/"
    guest = client_for(harbour)
    assert "Ice rink" in guest.get(url).content.decode()
    for words in ("", "It is closed since May.", "It is closed since May."):
        assert "Thank you" in guest.post(url, {"words": words}).content.decode()
    with organization_scope(harbour.pk):
        task = Task.objects.get()
        assert (task.assignee, task.state) == (keeper, "open")
        assert task.title == f"Is “Ice rink” on the page “{home.title}” still right?"
        assert [line for line in task.notes.splitlines() if line and "/admin/pages/" not in line] == [
            "A guest asks whether it still is.",
            "A guest says: It is closed since May.",
        ]
        assert (task.title in guest.get("/").content.decode()) is False
    too_long = guest.post(url, {"words": "x" * 501})
    assert "x" * 501 in too_long.content.decode()
    assert guest.get(f"/still-right/{home.translation_key}/gone/").status_code == 404
    assert guest.get(f"/still-right/{uuid.uuid4()}/{part.block_id}/").status_code == 404


def test_answers_written_without_ids_have_no_link_that_leads_nowhere(harbour):
    with organization_scope(harbour.pk):
        raw = [{"type": "faq", "value": {"heading": "", "questions": [{"question": "Dogs?", "answer": "<p>Yes.</p>"}]}}]
        page = FaqPage(title="Questions", slug="questions")
        page.body = StreamValue(page.body.stream_block, raw, is_lazy=True)
        home_of(harbour).add_child(instance=page)
    text = client_for(harbour).get("/questions/").content.decode()
    assert ("Dogs?" in text, "/still-right/" in text) == (True, False)


def test_answers_on_the_page_of_a_tour_are_kept_too(harbour):
    with organization_scope(harbour.pk):
        page = build_site(harbour)
        known = {"confirmed_on": None, "valid_until": dt.date(2031, 5, 1), "owner": ""}
        question = {"question": "Prams?", "answer": "<p>Yes.</p>", "freshness": known}
        page.body = [("faq", {"heading": "", "questions": [question]})]
        page.save_revision().publish()
        assert listed() == [("Prams?", "ended", "")]
    text = client_for(harbour).get("/tours/lights/").content.decode()
    url = re.search(r'href="(/still-right/[^"]+)"', text)[1]
    assert client_for(harbour).get(url).status_code == 200


def test_only_one_task_when_many_guests_ask_at_once(harbour, transactional_db):
    with organization_scope(harbour.pk):
        home = write_parts()
        part = queries.kept_parts(today=TODAY)[0]

    def ask(number: int) -> None:
        operations.ask_to_look(home, part.block_id, words=f"Closed {number}", now=timezone.now())

    assert in_parallel(harbour, 8, ask) == [None] * 8
    with organization_scope(harbour.pk):
        assert Task.objects.get().notes.count("A guest says") == 8


def test_editor_confirms_with_one_click(harbour, member_client):
    with organization_scope(harbour.pk):
        write_parts()
        part = queries.kept_parts(today=timezone.localdate())[0]
    editor = member_client(harbour, Role.EDITOR)
    assert "Ice rink" in editor.get("/admin/reports/still-right/").content.decode()
    answer = editor.post(f"/admin/reports/still-right/{part.page.pk}/{part.block_id}/")
    assert (answer.status_code, answer.url) == (302, "/admin/reports/still-right/")
    with organization_scope(harbour.pk):
        parts = {part.name: part.freshness.confirmed_on for part in queries.kept_parts(today=timezone.localdate())}
    assert parts["Ice rink"] is not None
    assert member_client(harbour, Role.MANAGER).get("/admin/reports/still-right/").status_code == 302
    assert client_for(harbour).get("/").status_code == 200
