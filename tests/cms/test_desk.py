"""What the home of the admin tells editors to do."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.models import ContentPage, SharedNotice
from cms.queries import kept_parts
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory
from tests.cms.test_pages import home_of
from tests.fixtures import client_for, make_member

TODAY = dt.date(2031, 6, 2)


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(dt.datetime(2031, 6, 2, 10, tzinfo=dt.UTC), tick=False)


def question(**freshness):
    return {"question": "Dogs?", "answer": '<p><a linktype="page" id="9999">Yes</a></p>', "freshness": freshness}


def write(harbour, editor, number):
    """A published page with an answer to look at, one that is fine, and a broken link; a draft; a picture."""
    questions = [
        question(valid_until=TODAY + dt.timedelta(days=14)),
        question(valid_until=TODAY + dt.timedelta(days=15)),
        question(confirmed_on=TODAY - dt.timedelta(days=180)),
        question(confirmed_on=TODAY - dt.timedelta(days=181), valid_until=TODAY + dt.timedelta(days=99)),
        question(),
    ]
    page = ContentPage(title="About", slug=f"about-{number}", body=[("faq", {"heading": "", "questions": questions})])
    home_of(harbour).add_child(instance=page)
    page.save_revision().publish()
    draft = ContentPage(title="Soon", slug=f"soon-{number}", live=False)
    home_of(harbour).add_child(instance=draft)
    draft.save_revision(user=editor)
    PictureFactory()
    notice = SharedNotice(name="Lift", locale=page.locale)
    ended = {"valid_until": TODAY - dt.timedelta(days=1)}
    notice.body = [("notice", {"title": "No lift", "text": "", "freshness": ended})]
    notice.save()


@pytest.mark.parametrize("count", [1, 3])
def test_editors_read_what_there_is_to_do(harbour, django_assert_num_queries, count):
    editor = make_member(harbour, Role.EDITOR)
    client = client_for(harbour, editor)
    with organization_scope(harbour.pk):
        for number in range(count):
            write(harbour, editor, number)
        stale = [part for part in kept_parts(today=TODAY) if part.staleness]
    home = client.get("/admin/")
    waiting = [(item.text, item.url) for item in home.context["items"]]
    several = "s" if count > 1 else ""
    assert len(stale) == 3 * count
    report = reverse("unfinished_pages:index")
    assert waiting == [
        (f"{count} draft{several} of yours", f"{report}?drafts"),
        (f"{3 * count} tiles or answers to look at", "/admin/reports/still-right/"),
        (f"{5 * count} broken links", "/admin/reports/broken-links/"),
        (f"{count} page{'s are' if count > 1 else ' is'} not translated", reverse("translations:index")),
        (f"{count} picture{several} without words", "/admin/reports/pictures-without-words/"),
        (f"{count} page{several} without a description for search engines", report),
    ]
    assert [row["page"].title for row in client.get(f"{report}?drafts").context["rows"]] == ["Soon"] * count
    assert [row["page"].title for row in client.get(report).context["rows"]] == ["About"] * count
    with django_assert_num_queries(16):
        client.get("/admin/")


def test_who_keeps_no_pages_reads_none_of_it(harbour, member_client):
    with organization_scope(harbour.pk):
        PictureFactory()
    assert member_client(harbour, Role.MANAGER).get("/admin/").context["items"] == []
    assert timezone.localdate() == TODAY
