"""Customers who may be one person are found, compared, merged and told apart by those who may."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from config.celery import app
from crm.enums import DuplicateReason
from crm.models import Customer, CustomerMerge, DuplicatePair
from crm.operations import dismiss_pair, find_duplicates, forget_merges, merge_customers
from crm.queries import customers_to_compare, organizations_to_compare, suggested_pairs
from crm.rules import Facts, likeness, mailbox
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.crm.factories import NOW, make_protocol
from tests.factories import CustomerFactory

EMAIL, PHONE, NAME_EMAIL, NAME = DuplicateReason


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("anna berg", "a.berg+tours@gmail.com", ""), ("", "aberg@googlemail.com", ""), (EMAIL, 95)),
        (("anna berg", "a.berg@gmx.de", ""), ("anna holm", "aberg@gmx.de", ""), None),
        (("anna berg", "", "+4940111"), ("berg anna", "a@example.com", "+4940111"), (PHONE, 90)),
        (("anna berg", "", "+4940111"), ("", "a@example.com", "+4940111"), (PHONE, 75)),
        (("anna berg", "", "+4940111"), ("ole holm", "", "+4940111"), (PHONE, 40)),
        (("anna berg", "annaberg@gmx.de", ""), ("ana berg", "annaberg@web.de", ""), (NAME_EMAIL, 70)),
        (("anna berg", "anna.berg@gmial.com", ""), ("anna berg", "anna.berg@gmail.com", ""), (NAME_EMAIL, 70)),
        (("anna berg", "info@gmx.de", ""), ("anna berg", "info@web.de", ""), None),
        (("anna berg", "anna@gmx.de", ""), ("anna berg", "", "+4940111"), (NAME, 60)),
        (("anna berg", "anna@gmx.de", ""), ("anna berg", "berg@web.de", ""), None),
        (("anna", "", "+4940111"), ("anna", "a@example.com", ""), None),
        (("", "", ""), ("", "", ""), None),
    ],
)
def test_likeness_of_two_customers(one, other, found):
    first, second = (Facts(words.split(), email, phone) for words, email, phone in (one, other))
    assert likeness(first, second) == found
    assert likeness(second, first) == found


def test_mailbox_folds_only_what_is_sure():
    assert [mailbox(email) for email in ("A.B+c@GoogleMail.com", "A.B+c@example.com", "nobody")] == [
        "ab@gmail.com",
        "a.b+c@example.com",
        "",
    ]


def pairs() -> list[tuple[Customer, Customer, str]]:
    return [(pair.first, pair.second, pair.reason) for pair in suggested_pairs()]


def test_pairs_follow_what_customers_are(in_harbour, django_assert_num_queries):
    anna = CustomerFactory(first_name="Änna", last_name="Berg", email="", phone="+4940111222")
    web = CustomerFactory(first_name="Anna Maria", last_name="Berg", email="anna.berg@web.de", phone="+4940111222")
    CustomerFactory(first_name="Ole", last_name="Holm", email="ole@example.com")
    assert find_duplicates() == 3
    assert pairs() == [(anna, web, PHONE)]
    assert find_duplicates() == 0
    # What does not hold any more goes; a change is compared again, one that is none of a name or an address is not.
    Customer.objects.filter(pk=web.pk).update(phone="+4940999999", note="x")
    Customer.objects.filter(pk=anna.pk).update(note="y")
    assert list(customers_to_compare()) == [web]
    with django_assert_num_queries(8):
        assert find_duplicates() == 1
    assert pairs() == []


def test_two_who_are_not_the_same_are_never_suggested_again(in_harbour):
    anna, other, third = (CustomerFactory(phone="+4940111222", first_name="Anna", last_name="Berg") for _n in range(3))
    find_duplicates()
    assert len(pairs()) == 3
    dismiss_pair(DuplicatePair.objects.get(first=anna, second=other), now=NOW, actor=None)
    Customer.objects.update(last_name="Bergh")
    find_duplicates()
    assert [(one, two) for one, two, _reason in pairs()] == [(other, third), (anna, third)]
    # Who is not the same as the one who is merged is not the same as the one who is kept.
    merge = merge_customers(third, other, values={}, now=timezone.now(), actor=None)
    find_duplicates()
    assert pairs() == []
    assert DuplicatePair.objects.filter(first=anna, second=third, dismissed_at=NOW).count() == 1
    assert merge.record["pairs"] == [DuplicatePair.objects.get(first=anna, second=third).pk]


def test_each_organization_compares_its_own(harbour, kyoto):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            CustomerFactory.create_batch(2, first_name="Anna", last_name="Berg", phone="+4940111222")
    with every_organization():
        assert organizations_to_compare() == sorted([harbour.pk, kyoto.pk])
    app.loader.import_default_modules()
    app.tasks["crm.find_duplicates"].apply(headers={"organization_id": kyoto.pk}, throw=True)
    for organization, found in ((harbour, []), (kyoto, [kyoto.pk])):
        with organization_scope(organization.pk):
            assert [pair.first.organization_id for pair in suggested_pairs()] == found
    with every_organization():
        assert organizations_to_compare() == [harbour.pk]


def test_what_moved_is_forgotten_after_thirty_days(in_harbour):
    old, young = (
        merge_customers(*CustomerFactory.create_batch(2), values={}, now=at, actor=None)
        for at in (NOW, NOW + dt.timedelta(days=1))
    )
    assert forget_merges(now=NOW + dt.timedelta(days=30)) == 1
    assert [bool(CustomerMerge.objects.get(pk=merge.pk).record) for merge in (old, young)] == [False, True]


def test_merging_in_the_admin_and_undoing_it(harbour, member_client):
    with organization_scope(harbour.pk):
        kept = CustomerFactory(first_name="Anna", last_name="Berg", email="anna@example.com", note="Window", phone="")
        gone = CustomerFactory(first_name="Anne", last_name="Berg", email="anne@example.com", note="Vegan")
        make_protocol(gone)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:merge", args=[kept.pk, gone.pk])
    chosen = client.get(reverse("customers:merge_selected"), {"id": [gone.pk, kept.pk]})
    assert (chosen.status_code, chosen.url) == (302, url)
    page = client.get(url)
    assert {name: field.initial for name, field in page.context["form"].fields.items()} == {
        "first_name": "gone",
        "email": "gone",
        "note": "both",
    }
    assert ("Protocols", [0, 1]) in page.context["kinds"]
    # A field that nobody chose is asked for, and nothing was done.
    assert client.post(url, {"first_name": "kept"}).context["form"].errors.keys() == {"email", "note"}
    done = client.post(url, {"first_name": "kept", "email": "gone", "note": "both"})
    assert (done.status_code, done.url) == (302, reverse("customers:inspect", args=[kept.pk]))
    # By the names they had until now: afterwards both may have one.
    (said,) = client.get(done.url).context["messages"]
    assert str(said).startswith("Anne Berg and Anna Berg are one customer now.")
    with organization_scope(harbour.pk):
        kept.refresh_from_db()
        assert (str(kept), kept.email, kept.note) == ("Anna Berg", "anne@example.com", "Window\n\nVegan")
        merge = CustomerMerge.objects.get()
    for address in (reverse("customers:inspect", args=[gone.pk]), url):
        assert client.get(address).url == reverse("customers:inspect", args=[kept.pk])
    assert client.get(reverse("customers:edit", args=[gone.pk])).status_code == 404
    assert client.get(reverse("customers:merge_with", args=[kept.pk])).context["merges"] == [merge]
    undo = reverse("duplicates:merged", args=[merge.pk])
    assert client.get(undo).context["kinds"] == [("Protocols", 1)]
    assert client.post(undo).url == reverse("customers:inspect", args=[gone.pk])
    with organization_scope(harbour.pk):
        assert list(Customer.objects.order_by("pk").values_list("first_name", "email", "note")) == [
            ("Anna", "anna@example.com", "Window"),
            ("Anne", "anne@example.com", "Vegan"),
        ]
    assert client.post(undo, follow=True).status_code == 200


def test_an_address_of_a_merged_customer_can_be_had_again_by_nobody_but_the_kept_one(harbour, member_client):
    with organization_scope(harbour.pk):
        kept, gone, other = CustomerFactory.create_batch(3, last_name="Berg")
        merge_customers(kept, gone, values={}, now=NOW, actor=None)
    client = member_client(harbour, Role.MANAGER)
    form = {"first_name": "Anna", "last_name": "Berg", "email": gone.email.upper()}
    refused = client.post(reverse("customers:edit", args=[other.pk]), form)
    assert list(refused.context["form"].errors) == ["email"]
    assert list(client.post(reverse("customers:add"), form).context["form"].errors) == ["email"]
    assert client.post(reverse("customers:edit", args=[kept.pk]), form).status_code == 302
    with organization_scope(harbour.pk):
        assert list(Customer.every.order_by("pk").values_list("email", flat=True)) == [
            gone.email.upper(),
            "",
            other.email,
        ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long(harbour, member_client, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            CustomerFactory.create_batch(2, first_name="Anna", last_name="Berg", phone=f"+494011122{number}")
            merge_customers(*CustomerFactory.create_batch(2, first_name="Ole"), values={}, now=NOW, actor=None)
        find_duplicates()
    client = member_client(harbour, Role.MANAGER)
    client.get(reverse("duplicates:index"))
    with django_assert_num_queries(8):
        page = client.get(reverse("duplicates:index"))
    assert len(page.context["object_list"]) == count
    pair = page.context["object_list"][0]
    assert client.post(reverse("duplicates:different", args=[pair.pk])).status_code == 302
    assert len(client.get(reverse("duplicates:index")).context["object_list"]) == count - 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_others_neither_see_nor_merge(harbour, member_client, role):
    with organization_scope(harbour.pk):
        kept, gone = CustomerFactory.create_batch(2, last_name="Berg", phone="+4940111222")
        find_duplicates()
        pair = suggested_pairs().get()
    client = member_client(harbour, role)
    urls = [
        reverse("duplicates:index"),
        reverse("customers:merge_with", args=[kept.pk]),
        reverse("customers:merge", args=[kept.pk, gone.pk]),
    ]
    assert {client.get(url).status_code for url in urls} <= {302, 403}
    client.post(urls[2], {"email": "kept", "first_name": "kept"})
    client.post(reverse("duplicates:different", args=[pair.pk]))
    with organization_scope(harbour.pk):
        assert (Customer.objects.count(), suggested_pairs().count()) == (2, 1)
