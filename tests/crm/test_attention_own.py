"""Rules that an organization makes itself: customers of whom something is true that somebody has chosen."""

import pytest
from django.urls import reverse

from crm.enums import ConsentPurpose, CustomerSource
from crm.models import Activity, AttentionItem, AttentionRule, Consent, Customer, CustomerTag
from crm.operations import evaluate_attention
from tenancy.scope import organization_scope
from tests.crm.attention import DAY, NOW, reasons
from tests.factories import CustomerFactory
from tests.fixtures import client_for


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(harbour, ada):
    return client_for(harbour, ada)


def _people() -> tuple[Customer, Customer]:
    """One who ordered a hundred days ago and has a tag, and one who came five days ago and of whom little is known."""
    old = CustomerFactory(email="old@example.com", phone="+4940111222", language="de", source=CustomerSource.CHECKOUT)
    new = CustomerFactory(email="", phone="", language="en", source=CustomerSource.STAFF)
    for customer, days in ((old, 400), (new, 5)):
        Customer.objects.filter(pk=customer.pk).update(created_at=NOW - days * DAY)
    CustomerTag.objects.create(customer=old, name="VIP")
    Activity.objects.create(customer=old, kind="order_placed", at=NOW - 100 * DAY)
    Consent.objects.create(
        customer=old,
        purpose=ConsentPurpose.NEWSLETTER,
        wording="News, please",
        language="de",
        source=CustomerSource.CHECKOUT,
        given_at=NOW - 100 * DAY,
    )
    return old, new


def test_own_rules_find_whom_they_ask_for_and_say_why(in_harbour, django_assert_num_queries):
    old, new = _people()
    AttentionRule.objects.update(is_active=False)
    rule = AttentionRule.objects.create(kind=AttentionRule.OWN, name="Mine", conditions={"known_days": 1})

    def found(joined: str = "all", **conditions: object) -> list[tuple[object, str]]:
        AttentionRule.objects.filter(pk=rule.pk).update(conditions=conditions, joined=joined)
        return reasons()

    assert found(tags=["Gold", "VIP"]) == [(old, "Tag: VIP.")]
    assert found(sources=["staff", "import"]) == [(new, "How they came: Entered by staff.")]
    assert found(languages=["de"]) == [(old, "Language: German.")]
    assert found(known_days=30) == [(old, "Customer since 6 December 2029.")]
    assert found(silent_days=100) == [(old, "No contact since 2 October 2030.")]
    assert found(silent_days=101) == []
    assert found(ordered_days=100) == []
    assert found(ordered_days=101) == [(old, "Ordered on 2 October 2030.")]
    assert found(unordered_days=100) == [(old, "No order since 2 October 2030.")]
    assert found(unordered_days=5) == [(old, "No order since 2 October 2030."), (new, "Never ordered.")]
    assert found(news="yes") == [(old, "Allows news.")]
    assert found(news="no") == [(new, "Does not allow news.")]
    assert found(missing=["email", "phone", "language"]) == [(new, "No e-mail address. No phone number.")]
    assert found(tags=["VIP"], news="no") == []
    assert found("any", tags=["VIP"], news="no") == [(old, "Tag: VIP."), (new, "Does not allow news.")]
    assert found(tags=["VIP"], unordered_days=90, news="yes") == [
        (old, "Tag: VIP. No order since 2 October 2030. Allows news.")
    ]
    assert AttentionItem.objects.get(object_id=old.pk).at == NOW - 100 * DAY
    Consent.objects.update(withdrawn_at=NOW - DAY, withdrawn_how="By telephone")
    assert found(news="no") == [(old, "Does not allow news."), (new, "Does not allow news.")]
    # The rules, and a transaction (here a savepoint), the rule that is held, and one statement.
    with django_assert_num_queries(1 + 4):
        evaluate_attention(now=NOW)


FORM = {"name": "Lost regulars", "is_active": "on", "joined": "all", "audience": "", "severity": "2"}


def test_own_rule_is_made_shown_changed_and_removed(harbour, client):
    with organization_scope(harbour.pk):
        old, _new = _people()
        AttentionRule.objects.update(is_active=False)
        built_in = AttentionRule.objects.get(kind="no_contact")
    add, count = reverse("attention_rules:add"), reverse("attention_rules:count_new")
    assert client.get(add).status_code == 200
    asked = {"tags": " VIP,  Gold ,", "unordered_days": "90"}
    said = [
        client.get(count, {**FORM, **change}).content.decode()
        for change in (
            asked,
            {**asked, "name": ""},
            {"joined": "any", "missing": "email", **asked},
            {},
            {"known_days": "0"},
        )
    ]
    assert said == ["Would show 1 today.", "Would show 1 today.", "Would show 2 today.", "", ""]
    nothing = client.post(add, FORM)
    assert nothing.context["form"].errors == {"__all__": ["Choose at least one thing that is asked of customers."]}
    assert client.post(add, {**FORM, **asked, "name": ""}).context["form"].errors.keys() == {"name"}
    assert client.post(add, {**FORM, **asked}).url == reverse("attention_rules:index")
    assert client.post(add, {**FORM, **asked}).context["form"].errors == {
        "__all__": ["There is already a rule with this name."]
    }
    with organization_scope(harbour.pk):
        rule = AttentionRule.objects.get(kind=AttentionRule.OWN)
        assert (rule.name, rule.joined, rule.conditions) == (
            "Lost regulars",
            "all",
            {"tags": ["VIP", "Gold"], "unordered_days": 90},
        )
        evaluate_attention(now=NOW)
    shown = client.get(reverse("attention:index"), {"rule": str(rule.pk)})
    assert shown.context["items_count"] == 1
    for words in (f"Lost regulars: {old}", "Tag: VIP. No order since 2 October 2030."):
        assert words in shown.content.decode()
    edit, delete = (reverse(f"attention_rules:{name}", args=[rule.pk]) for name in ("edit", "delete"))
    form = client.get(edit).context["form"]
    assert (form["tags"].value(), form["unordered_days"].value()) == ("VIP, Gold", 90)
    client.post(edit, {**FORM, "name": "New ones", "sources": ["staff"]})
    with organization_scope(harbour.pk):
        rule.refresh_from_db()
        assert (rule.name, rule.conditions) == ("New ones", {"sources": ["staff"]})
    assert client.post(reverse("attention_rules:delete", args=[built_in.pk])).status_code in (302, 404)
    assert client.post(delete).url == reverse("attention_rules:index")
    with organization_scope(harbour.pk):
        assert not AttentionRule.objects.filter(kind=AttentionRule.OWN).exists()
        assert AttentionRule.objects.filter(pk=built_in.pk).exists()
