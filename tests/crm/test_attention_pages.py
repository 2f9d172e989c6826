"""What needs attention: the list, the menu, the rules and the e-mail."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import override
from wagtail.admin.menu import admin_menu

from crm.enums import DigestFrequency
from crm.models import (
    AttentionItem,
    AttentionRule,
    Customer,
    CustomerTag,
)
from crm.operations import (
    evaluate_attention,
    finish_attention,
    send_digest,
    set_digest,
)
from crm.queries import due_digests
from crm.rules import digest_is_due
from tenancy.enums import Role
from tenancy.models import Membership
from tenancy.operations import remove_member
from tenancy.scope import every_organization, organization_scope
from tests.crm.attention import DAY, NOW, TODAY, late_task, only
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(harbour, ada):
    return client_for(harbour, ada)


def test_list_shows_reasons_and_settles(harbour, client, ada):
    with organization_scope(harbour.pk):
        only("task_overdue")
        task = late_task(ada, title="Call Grete")
        evaluate_attention(now=NOW)
        item = AttentionItem.objects.get()
    url, settle = reverse("attention:index"), reverse("attention:settle", args=[item.pk])
    page = client.get(url).content.decode()
    assert "Overdue task: Call Grete" in page
    assert "It was due on 7 January 2031." in page
    assert reverse("tasks:inspect", args=[task.pk]) in page

    def press(**data: str) -> tuple[str, object]:
        response = client.post(settle, data, follow=True)
        assert response.redirect_chain[0][0] == url
        with organization_scope(harbour.pk):
            item.refresh_from_db()
        return str(list(response.context["messages"])[-1]), (item.state, item.snoozed_until)

    assert press(do="done") == ("1 seen to.", ("done", None))
    assert client.get(url).context["items_count"] == 0
    assert client.get(url, {"state": "done"}).context["items_count"] == 1
    export = b"".join(client.get(url, {"state": "done", "export": "csv"}).streaming_content).decode().splitlines()
    assert export[0] == "What,Record,Why,For whom,Since,How pressing,Status,Until,By"
    assert export[1].startswith("Overdue task,Call Grete,It was due on 7 January 2031.,Ada Lovelace,2031-01-10")
    assert press(do="open") == ("1 opened again.", ("open", None))
    assert press(do="day")[1] == ("snoozed", TODAY + DAY)
    assert press(do="week")[1] == ("snoozed", TODAY + 7 * DAY)
    assert press(do="date", until="2031-02-01")[1] == ("snoozed", dt.date(2031, 2, 1))
    assert press(do="date", until="2031-01-10")[0] == "Choose a day that lies ahead."
    assert press(do="date")[1] == ("snoozed", dt.date(2031, 2, 1))
    assert client.post(settle, {"do": "nonsense"}).status_code == 404
    assert client.get(settle).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_however_long(harbour, client, ada, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        only("task_overdue")
        for _number in range(count):
            late_task(ada, customer=CustomerFactory())
        evaluate_attention(now=NOW)
    client.get(reverse("attention:index"))
    with django_assert_num_queries(9):
        response = client.get(reverse("attention:index"), {"whose": "mine"})
    assert response.context["items_count"] == count


def test_empty_list_says_that_all_is_well(client):
    url = reverse("attention:index")
    said = [
        "All is well" in client.get(url, data).content.decode()
        for data in ({}, {"whose": "mine"}, {"state": "open"}, {"state": "done"}, {"rule": "task_overdue"})
    ]
    assert said == [True, True, True, False, False]
    assert reverse("attention_rules:index") in client.get(reverse("attention:index_results")).content.decode()


def test_menu_says_how_much_is_open(harbour, client, ada, ben, django_capture_on_commit_callbacks):
    def label(who):
        menu = next(item for item in admin_menu.registered_menu_items if item.name == "attention")
        return str(menu.render_component(who).label)

    with organization_scope(harbour.pk):
        only("task_overdue")
        request = SimpleNamespace(user=ada)
        assert label(request) == "Needs attention"
        cache.clear()
        for user in (ada, ada, ben):
            late_task(user)
        evaluate_attention(now=NOW)
        assert label(request) == "Needs attention (2)"
        with django_capture_on_commit_callbacks(execute=True):
            finish_attention(list(AttentionItem.objects.filter(holder=ada)[:1]), now=NOW, actor=ada)
        assert label(request) == "Needs attention (1)"


def test_several_are_settled_at_once(harbour, client, ada):
    with organization_scope(harbour.pk):
        only("task_overdue")
        for _number in range(3):
            late_task(ada)
        evaluate_attention(now=NOW)
        first, second, third = AttentionItem.objects.order_by("pk").values_list("pk", flat=True)
    url = f"{reverse('attention:bulk_settle')}?id={first}&id={second}&id=nonsense"
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "date", "until": ""}).status_code == 200
    client.post(url, {"do": "week"})
    with organization_scope(harbour.pk):
        assert dict(AttentionItem.objects.values_list("pk", "state")) == {
            first: "snoozed",
            second: "snoozed",
            third: "open",
        }


def test_nobody_else_settles(harbour, kyoto, ada, member_client):
    with organization_scope(harbour.pk):
        only("task_overdue")
        late_task(ada)
        evaluate_attention(now=NOW)
        item, rule = AttentionItem.objects.get(), AttentionRule.objects.first()
    urls = [
        reverse("attention:index"),
        reverse("attention_rules:index"),
        reverse("attention_rules:edit", args=[rule.pk]),
        reverse("attention_rules:count", args=[rule.pk]),
        reverse("attention:bulk_settle") + f"?id={item.pk}",
    ]
    home = reverse("wagtailadmin_home")
    for role in (Role.EDITOR, Role.GUIDE):
        client = member_client(harbour, role)
        assert {client.get(url).get("Location") for url in urls} == {home}
        assert client.post(reverse("attention:settle", args=[item.pk]), {"do": "done"}).get("Location") == home
    foreign = member_client(kyoto, Role.OWNER)
    assert [foreign.get(url).status_code for url in urls] == [200, 200, 404, 404, 404]
    assert foreign.post(reverse("attention:settle", args=[item.pk]), {"do": "done"}).status_code == 404


def test_rule_is_changed_and_says_how_much_it_would_show(harbour, client, ada, ben):
    with organization_scope(harbour.pk):
        rule = only("no_contact", amount=30)
        vip, other = CustomerFactory(), CustomerFactory()
        for customer, days in ((other, 40), (vip, 35)):
            Customer.objects.filter(pk=customer.pk).update(created_at=NOW - days * DAY)
        CustomerTag.objects.create(customer=vip, name="VIP")
    url, count = (reverse(f"attention_rules:{name}", args=[rule.pk]) for name in ("edit", "count"))
    assert client.get(url).context["would_show"] == "Would show 2 today."
    values = {"is_active": "on", "amount": "30", "tag": "", "severity": "3", "audience": f"user:{ben.pk}"}
    said = [
        client.get(count, {**values, **change}).content.decode()
        for change in ({}, {"tag": "VIP"}, {"amount": "36"}, {"amount": ""}, {"amount": "-1"})
    ]
    assert said == ["Would show 2 today.", "Would show 1 today.", "Would show 1 today.", "", ""]
    assert client.post(url, {**values, "amount": "99999"}).context["form"].errors.keys() == {"amount"}
    assert client.post(url, {**values, "audience": "user:0"}).context["form"].errors.keys() == {"audience"}
    assert client.post(url, {**values, "tag": "VIP"}).url == reverse("attention_rules:index")
    with organization_scope(harbour.pk):
        rule.refresh_from_db()
        assert (rule.tag, rule.severity, rule.member, rule.role, rule.to_holder) == ("VIP", 3, ben, "", False)
    client.post(url, {**values, "audience": "role:manager"})
    with organization_scope(harbour.pk):
        rule.refresh_from_db()
        assert (rule.member, rule.role, rule.to_holder) == (None, "manager", False)


@pytest.mark.parametrize(
    ("frequency", "last", "now", "is_due"),
    [
        ("never", None, "2031-01-10 08:00", False),
        ("daily", None, "2031-01-10 06:59", False),
        ("daily", None, "2031-01-10 07:00", True),
        ("daily", dt.date(2031, 1, 9), "2031-01-10 07:00", True),
        ("daily", dt.date(2031, 1, 10), "2031-01-10 23:00", False),
        # The tenth is a Friday, the thirteenth a Monday.
        ("weekly", dt.date(2031, 1, 6), "2031-01-10 07:00", False),
        ("weekly", dt.date(2031, 1, 10), "2031-01-13 06:00", False),
        ("weekly", dt.date(2031, 1, 10), "2031-01-13 07:00", True),
        ("weekly", dt.date(2031, 1, 6), "2031-01-14 07:00", True),
    ],
)
def test_digest_is_due(frequency, last, now, is_due):
    assert digest_is_due(frequency, last=last, now=dt.datetime.fromisoformat(now)) is is_due


def test_digest_is_sent_once_to_those_who_have_something_to_see_to(harbour, client, ada, ben):
    page = client.get(reverse("wagtailadmin_account"))
    assert "On Monday morning" in page.content.decode()
    with organization_scope(harbour.pk):
        only("task_overdue")
        for number in range(22):
            late_task(ada, title=f"Task {number}")
        evaluate_attention(now=NOW)
        digests = [set_digest(user, DigestFrequency.DAILY) for user in (ada, ben)]
        with every_organization():
            assert [pk for pk, _organization in due_digests(now=NOW)] == [digest.pk for digest in digests]
        with override("de"):
            message, nothing = (send_digest(digest.pk, now=NOW) for digest in digests)
        assert (message.recipient, message.subject, nothing) == (
            "ada@harbour.example",
            "22 things need your attention",
            None,
        )
        assert "Overdue task: Task 0\nIt was due on 7 January 2031.\n" in message.text
        assert "And 2 more." in message.text
        assert [send_digest(digest.pk, now=NOW + dt.timedelta(hours=2)) for digest in digests] == [None, None]
        assert send_digest(digests[0].pk, now=NOW + DAY) is not None
        with every_organization():
            assert due_digests(now=NOW + DAY) == [(digests[1].pk, harbour.pk)]


def test_who_left_gets_no_digest(in_harbour, ada, ben):
    only("task_overdue", to_holder=False)
    late_task(ben)
    evaluate_attention(now=NOW)
    digest = set_digest(ada, DigestFrequency.DAILY)
    remove_member(Membership.objects.get(user=ada), actor=make_member(in_harbour, Role.OWNER))
    assert send_digest(digest.pk, now=NOW) is None
    with every_organization():
        assert due_digests(now=NOW) == []


def test_today_and_the_profile_say_what_needs_attention(harbour, client, ada):
    with organization_scope(harbour.pk):
        only("task_overdue")
        customer = CustomerFactory()
        late_task(ada, customer=customer)
        evaluate_attention(now=NOW)
        item = AttentionItem.objects.get()
    assert "1 thing needs your attention" in client.get("/admin/").content.decode()
    profile = reverse("customers:inspect", args=[customer.pk])
    page = client.get(profile).content.decode()
    assert ">Overdue task</a>: " in page
    assert reverse("attention:settle", args=[item.pk]) in page
    settled = client.post(reverse("attention:settle", args=[item.pk]), {"do": "done", "next": profile})
    assert settled.url == profile
    assert reverse("attention:settle", args=[item.pk]) not in client.get(profile).content.decode()
    assert "needs your attention" not in client.get("/admin/").content.decode()
