"""How several editors work on pages: reviews, comments, who is here, and what is published by the clock."""

import datetime as dt

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Comment, Page, PageSubscription, TaskState
from wagtail.users.models import UserProfile

from cms.models import ContentPage, ReviewTask
from cms.tasks import publish_scheduled
from crm.models import Message
from tenancy.enums import Role
from tenancy.operations import change_organization
from tenancy.scope import organization_scope
from tests.cms.test_html_block import form_of
from tests.cms.test_pages import home_of
from tests.fixtures import client_for, make_member

QUOTE = ("quote", "", "Mind the step")


@pytest.fixture
def page(harbour) -> ContentPage:
    with organization_scope(harbour.pk):
        page = ContentPage(title="About us", slug="about", live=False)
        home_of(harbour).add_child(instance=page)
        page.save_revision()
        return page


@pytest.fixture
def team(harbour):
    """Two editors, one who reads German, and an owner."""
    people = {
        "writer": make_member(harbour, Role.EDITOR, "writer@harbour.example"),
        "reader": make_member(harbour, Role.EDITOR, "reader@harbour.example"),
        "owner": make_member(harbour, Role.OWNER, "owner@harbour.example"),
    }
    with organization_scope(harbour.pk):
        UserProfile.objects.filter(user=people["reader"]).update(preferred_language="de")
    return people


def edit_url(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def send(client, page, action, **fields):
    form = {**form_of(QUOTE), action: "1", **fields}
    if action != "action-publish":
        del form["action-publish"]
    return client.post(edit_url(page), form)


def letters():
    found = Message.objects.order_by("recipient").values_list("kind", "recipient", "language", "subject")
    return [tuple(one) for one in found]


@pytest.fixture
def reviewed(harbour, team):
    owner = client_for(harbour, team["owner"])
    assert owner.post(reverse("organization:publishing"), {"reviews_pages": "on"}).status_code == 302
    return owner


def task_state(harbour):
    with organization_scope(harbour.pk):
        return TaskState.objects.get(status="in_progress")


def test_another_editor_publishes_what_an_editor_wrote(harbour, team, reviewed, page):
    writer, reader = client_for(harbour, team["writer"]), client_for(harbour, team["reader"])
    text = writer.get(edit_url(page)).content.decode()
    assert ('name="action-publish"' in text, 'name="action-submit"' in text) == (False, True)
    assert send(writer, page, "action-submit").status_code == 302
    waits = task_state(harbour)
    with organization_scope(harbour.pk):
        assert letters() == [
            ("page_submitted", "owner@harbour.example", "en", "Please look at “About us”"),
            ("page_submitted", "reader@harbour.example", "de", letters()[1][3]),
        ]
        text = Message.objects.get(recipient="owner@harbour.example").text
    assert f"http://harbour.localhost{text.partition('http://harbour.localhost')[2].splitlines()[0]}".endswith(
        edit_url(page)
    )
    approve = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", waits.pk])
    # Who asked neither decides nor goes on writing; who looks finds it on the home.
    writer.post(approve)
    assert task_state(harbour) == waits
    assert "action-submit" not in writer.get(edit_url(page)).content.decode()
    assert [approve in one.get("/admin/").content.decode() for one in (reader, writer)] == [True, False]
    assert reader.post(approve).status_code == 302
    with organization_scope(harbour.pk):
        assert Page.objects.get(pk=page.pk).live is True
        assert letters()[-1] == ("page_approved", "writer@harbour.example", "en", "“About us” is approved")


def test_what_needs_changes_comes_back_with_words(harbour, team, reviewed, page):
    writer, reader = client_for(harbour, team["writer"]), client_for(harbour, team["reader"])
    send(writer, page, "action-submit")
    reject = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", task_state(harbour).pk])
    assert reader.post(reject, {"comment": "Which step?\nThe last one?"}).status_code == 302
    with organization_scope(harbour.pk):
        message = Message.objects.get(recipient="writer@harbour.example")
        assert (message.kind, message.subject) == ("page_rejected", "“About us” needs changes")
        assert message.text.splitlines()[4:6] == ["> Which step?", "> The last one?"]
        assert Page.objects.get(pk=page.pk).live is False


def test_without_reviews_editors_publish_and_what_waited_is_a_draft(harbour, team, reviewed, page):
    writer = client_for(harbour, team["writer"])
    send(writer, page, "action-submit")
    with organization_scope(harbour.pk):
        for reviews in (False, True, True, False):
            change_organization(harbour, changes={"reviews_pages": reviews}, actor=None)
        assert (ReviewTask.objects.count(), TaskState.objects.filter(status="in_progress").count()) == (1, 0)
    assert 'name="action-publish"' in writer.get(edit_url(page)).content.decode()
    assert send(writer, page, "action-publish").status_code == 302
    with organization_scope(harbour.pk):
        assert Page.objects.get(pk=page.pk).live is True


def test_who_follows_a_page_is_told_of_comments(harbour, team, page):
    with organization_scope(harbour.pk):
        PageSubscription.objects.create(page=page, user=team["reader"], comment_notifications=True)
    comment = {
        "comments-TOTAL_FORMS": "1",
        "comments-0-id": "",
        "comments-0-text": "Is that so?",
        "comments-0-contentpath": "title",
        "comments-0-position": "",
        "comments-0-replies-TOTAL_FORMS": "0",
        "comments-0-replies-INITIAL_FORMS": "0",
    }
    assert send(client_for(harbour, team["writer"]), page, "action-save", **comment).status_code == 302
    with organization_scope(harbour.pk):
        assert Comment.objects.get().text == "Is that so?"
        message = Message.objects.get()
    assert (message.kind, message.recipient, message.language) == ("page_commented", "reader@harbour.example", "de")
    assert "> Is that so?" in message.text.splitlines()


def test_editors_see_who_else_is_on_a_page(harbour, kyoto, team, page):
    found = {}
    kind = ContentType.objects.get_for_model(ContentPage)
    for name in ("writer", "reader"):
        client = client_for(harbour, team[name])
        session = client.get(edit_url(page)).context["editing_sessions"].current_session
        ping = reverse("wagtailadmin_editing_sessions:ping", args=["cms", "contentpage", page.pk, session.pk])
        found[name] = [one["user"] for one in client.post(ping).json()["other_sessions"]]
    assert found == {"writer": [], "reader": ["Editor Test"]}
    assert kind.model == "contentpage"
    stranger = client_for(kyoto, make_member(kyoto, Role.EDITOR))
    assert stranger.post(ping).status_code == 404


def test_pages_come_and_go_by_the_clock(
    harbour, harbour_client, run_jobs, time_machine, django_capture_on_commit_callbacks, page
):
    now = timezone.now().replace(microsecond=0)
    with organization_scope(harbour.pk):
        page.go_live_at, page.expire_at = now + dt.timedelta(hours=1), now + dt.timedelta(hours=2)
        page.save_revision().publish()

    def status(after):
        time_machine.move_to(now + dt.timedelta(minutes=after), tick=False)
        with django_capture_on_commit_callbacks(execute=True):
            publish_scheduled.apply(throw=True)
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()
        return harbour_client.get("/about/").status_code

    # Before; once its time has come; from the stored page; once it is over.
    assert [status(minutes) for minutes in (59, 61, 62, 121)] == [404, 200, 200, 404]
