"""Staff see disputes, prepare the answer, send it once, and what was sent stays as it was."""

import datetime as dt
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from commerce.enums import DisputeStatus
from commerce.models import Dispute
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.test_card_payments import card
from tests.commerce.test_disputes import dispute_of, paid_order, settle
from tests.fixtures import make_member

__all__ = ["card"]
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


@pytest.fixture
def chargeback(harbour, card) -> Dispute:
    """An open chargeback over €50.00."""
    with organization_scope(harbour.pk):
        order = paid_order(card)
        return settle(order, dispute_of(card, order, reason="product_not_received"))


def url(name: str, dispute: Dispute, *more: int) -> str:
    return reverse(f"disputes:{name}", args=[dispute.pk, *more])


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def file_called(name: str, content: bytes = PDF) -> ContentFile:
    return ContentFile(content, name=name)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_disputes_are_closed_to_other_roles(harbour, member_client, chargeback, role):
    client = member_client(harbour, role)
    names = ["inspect", "answer", "send", "accept", "leave", "pack"]
    answers = [client.get(url(name, chargeback)) for name in names] + [client.get(reverse("disputes:index"))]
    assert {answer.status_code for answer in answers} == {302}
    client.post(url("accept", chargeback))
    client.post(url("ask", chargeback))
    with organization_scope(harbour.pk):
        assert Dispute.objects.get().status == "needs_response"


def test_page_says_what_it_is_until_when_and_what_to_do(harbour, member_client, chargeback):
    with organization_scope(harbour.pk):
        Dispute.objects.update(due_at=dt.datetime(2031, 7, 1, 21, 59, tzinfo=dt.UTC))
    page = member_client(harbour, Role.MANAGER).get(url("inspect", chargeback)).content.decode()
    for words in (
        "Answer by 1 Jul 2031, 23:59 (Europe/Berlin)",
        "The guest has had this payment taken back by the bank.",
        "The guest says that the tour or ticket was not provided.",
        "Prepare the answer",
        "Accept the chargeback",
        "€20.00",
    ):
        assert words in page


def test_order_and_today_tell_of_it(harbour, member_client, chargeback):
    client = member_client(harbour, Role.MANAGER)
    page = client.get(reverse("orders:inspect", args=[chargeback.payment.order_id])).content.decode()
    assert "Nothing can be paid back until it has" in page
    assert url("inspect", chargeback) in page
    today = client.get("/admin/").content.decode()
    assert "1 dispute waits for an answer" in today
    assert "answer by" in today


def test_nothing_can_be_paid_back_by_the_buttons_either(harbour, member_client, chargeback):
    client = member_client(harbour, Role.OWNER)
    order_pk = chargeback.payment.order_id
    cancel = client.get(reverse("orders:cancel", args=[order_pk])).content.decode()
    assert "Nothing can be paid back until it has" in cancel
    assert "Nothing was paid" not in cancel
    answer = client.get(reverse("orders:refund", args=[order_pk]), follow=True).content.decode()
    assert "Nothing can be paid back until it has" in answer


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_and_three(harbour, member_client, card, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        order = paid_order(card)
        for _number in range(count):
            settle(order, dispute_of(card, order, amount=1000))
    client = member_client(harbour, Role.OWNER)
    client.get(reverse("disputes:index"))
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse("disputes:index"))
    assert page.content.decode().count("Chargeback") >= count


def test_list_says_the_day_until_which_an_answer_counts(harbour, member_client, chargeback):
    with organization_scope(harbour.pk):
        Dispute.objects.update(due_at=dt.datetime(2031, 7, 1, 21, 59, tzinfo=dt.UTC))
    page = member_client(harbour, Role.OWNER).get(reverse("disputes:index"))
    assert "01/07/2031 23:59" in page.content.decode()


def test_list_is_searched_filtered_and_exported(harbour, member_client, chargeback):
    client = member_client(harbour, Role.MANAGER)
    number = chargeback.payment.order.number

    def found(query: str) -> bool:
        return number in client.get(f"{reverse('disputes:index')}?{query}").content.decode()

    today = timezone.localdate()
    seen = {
        query: found(query)
        for query in (
            "q=Hansen",
            "q=Nobody",
            f"q={chargeback.provider_reference}",
            "kind=chargeback",
            "kind=inquiry",
            "status=needs_response",
            "status=won",
            f"opened_from={today}",
            f"opened_to={today - dt.timedelta(days=1)}",
        )
    }
    assert list(seen.values()) == [True, False, True, True, False, True, False, True, False]
    rows = b"".join(client.get(f"{reverse('disputes:index')}?export=csv")).decode().splitlines()
    assert len(rows) == 2
    assert f"{number},Grete Hansen,Chargeback,Waits for your answer,product_not_received,50.00,EUR" in rows[1]


def test_warning_is_left_by_a_button(harbour, member_client, card):
    with organization_scope(harbour.pk):
        order = paid_order(card)
        made = card.turn("fraud_warning", account="harbour", payment_intent=order.payments.get().provider_reference)
        warning = settle(order, made["id"])
    client = member_client(harbour, Role.MANAGER)
    page = client.get(url("inspect", warning)).content.decode()
    assert ("Leave it as it is" in page, "Prepare the answer" in page) == (True, False)
    assert client.get(url("answer", warning)).status_code == 302
    client.post(url("leave", warning))
    with organization_scope(harbour.pk):
        assert Dispute.objects.get().status == DisputeStatus.CLOSED


def test_stripe_that_cannot_be_reached_is_said(harbour, member_client, chargeback, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    client = member_client(harbour, Role.OWNER)
    for name in ("ask", "accept"):
        page = client.post(url(name, chargeback), follow=True).content.decode()
        assert "Stripe cannot be reached just now." in page
    with organization_scope(harbour.pk):
        assert Dispute.objects.get().status == "needs_response"


def test_foreign_disputes_do_not_exist(harbour, kyoto, chargeback):
    from tests.fixtures import client_for

    client = client_for(kyoto, make_member(kyoto, Role.OWNER))
    for name in ("inspect", "answer", "send", "accept", "leave", "pack"):
        assert client.get(url(name, chargeback)).status_code == 404
    assert client.post(url("ask", chargeback)).status_code == 404


LIST_QUERIES = 8
