"""Staff see disputes, prepare the answer, send it once, and what was sent stays as it was."""

import datetime as dt
import io
import re

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from commerce import documents, queries
from commerce.enums import DisputeStatus, EvidenceSlot
from commerce.models import Dispute, DisputeFile, Evidence, EvidenceDelivery, EvidenceFile, Order
from commerce.operations import (
    DisputeRefused,
    add_dispute_file,
    deliver_evidence,
    save_statement,
    send_evidence,
)
from commerce.tasks import sweep_disputes
from crm.enums import Direction, ProtocolKind
from crm.operations import log_protocol, queue_message
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.cms.factories import picture_file
from tests.commerce.test_card_payments import SOON, card
from tests.commerce.test_disputes import advance, attention, dispute_of, paid_order, settle
from tests.fixtures import make_member
from tests.parallel import in_parallel
from tours.models import Participant

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


def test_pack_tells_what_is_known(in_harbour, chargeback):
    order = chargeback.payment.order
    queue_message(
        kind="order_confirmation",
        dedupe_key="1",
        recipient=order.email,
        language="en",
        subject="Booking confirmed",
        text="See you: http://harbour.localhost/order/of-this-guest-only/",
        html="",
        customer=order.customer,
        record=order,
        now=SOON,
    )
    order.acceptances.create(
        kind="terms",
        wording="No refund on the day of the tour.",
        language="en",
        accepted_at=order.placed_at,
        ip_address="203.0.113.7",
        user_agent="Firefox 150",
    )
    Participant.objects.update(checked_in_at=SOON)
    talk = {"happened_at": SOON, "links": [order], "author": None, "kind": ProtocolKind.CALL}
    log_protocol(order.customer, direction=Direction.INBOUND, subject="Loved the tour", body="Says thanks.", **talk)
    log_protocol(order.customer, direction=Direction.INTERNAL, subject="Our secret", body="Not for banks.", **talk)
    chargeback.statement = "She came and stayed to the end."
    sections = queries.evidence_sections(chargeback, in_harbour)
    assert [section.title for section in sections] == [
        "The payment that is contested",
        "The order",
        "The customer",
        "What was bought",
        "Who came",
        "Terms shown and accepted",
        "Messages sent to the customer",
        "Talks with the customer",
    ]
    text = "\n".join(f"{label} {value}" for section in sections for label, value in section.rows)
    for words in (
        order.number,
        "Grete Hansen",
        "grete@example.com",
        "203.0.113.7",
        "Firefox 150",
        "No refund on the day of the tour.",
        "Checked in: 10 Jan 2031, 13:01",
        "Booking confirmed",
        "(Europe/Berlin)",
        "Loved the tour",
        "€50.00",
        "The guest says that the tour or ticket was not provided.",
    ):
        assert words in text, words
    assert "See you: […]" in text
    # Whoever has the address of an order can cancel it.
    assert "of-this-guest-only" not in text
    assert "Our secret" not in text
    assert pages_of(documents.evidence_pdf(chargeback)) == 2
    texts = queries.evidence_texts(chargeback, in_harbour)
    assert (texts["customer_purchase_ip"], texts["customer_email_address"]) == ("203.0.113.7", "grete@example.com")
    assert texts["uncategorized_text"] == "She came and stayed to the end."


def test_pack_of_an_order_with_much_to_tell_goes_over_pages(in_harbour, chargeback):
    order = chargeback.payment.order
    for kind in ("terms", "cancellation", "privacy"):
        order.acceptances.create(kind=kind, wording="A long sentence. " * 900, language="de", accepted_at=SOON)
    assert pages_of(documents.evidence_pdf(chargeback)) > 1


def test_staff_prepare_send_and_read_what_was_sent(harbour, member_client, chargeback, card, run_jobs):
    client = member_client(harbour, Role.MANAGER)
    values = {"statement": "She came.", "slot": "receipt", "file": io.BytesIO(PDF)}
    values["file"].name = "the receipt.pdf"
    assert client.post(url("answer", chargeback), values).url == url("answer", chargeback)
    page = client.get(url("answer", chargeback)).content.decode()
    assert ("She came." in page, "the_receipt.pdf" in page) == (True, True)
    with organization_scope(harbour.pk):
        file = DisputeFile.objects.get()
    stored = client.get(url("file", chargeback, file.pk))
    assert (stored.content, stored.headers["Content-Type"]) == (PDF, "application/pdf")
    assert stored.headers["Content-Disposition"] == 'attachment; filename="the_receipt.pdf"'
    sure = client.get(url("send", chargeback)).content.decode()
    assert "your statement and 1 file go to the bank" in sure
    assert client.post(url("send", chargeback)).status_code == 302
    with organization_scope(harbour.pk):
        evidence = Evidence.objects.get()
        assert [file.slot for file in evidence.files.all()] == ["service_documentation", "receipt"]
        deliver_evidence(evidence.pk, now=SOON)
        assert Dispute.objects.get().status == "under_review"
        pack = evidence.files.get(slot="service_documentation")
    sent = client.get(url("sent_file", chargeback, pack.pk))
    assert (sent.content[:5], sent.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert evidence.texts["uncategorized_text"] == "She came."
    page = client.get(url("inspect", chargeback)).content.decode()
    assert ("the bank has it." in page, "Manager Test" in page) == (True, True)
    # It cannot be sent or changed again.
    for name in ("answer", "send", "accept"):
        assert client.get(url(name, chargeback)).status_code == 302


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("notes.pdf", b"hello", "Banks read PDF, PNG and JPEG files."),
        ("big.pdf", PDF + b"0" * 4_000_000, "All files together may have 4 MB."),
    ],
)
def test_file_that_banks_do_not_read_is_refused_and_the_words_are_kept(
    harbour, member_client, chargeback, name, content, message
):
    file = io.BytesIO(content)
    file.name = name
    values = {"statement": "She came.", "slot": "receipt", "file": file}
    page = member_client(harbour, Role.OWNER).post(url("answer", chargeback), values).content.decode()
    assert message in page
    with organization_scope(harbour.pk):
        assert (Dispute.objects.get().statement, DisputeFile.objects.count()) == ("She came.", 0)


def test_file_takes_the_place_of_one_of_its_kind_and_can_be_removed(harbour, member_client, chargeback):
    with organization_scope(harbour.pk):
        picture = picture_file("photo.png").read()
        for name, content in (("a.pdf", PDF), ("b.png", picture)):
            add_dispute_file(chargeback, slot=EvidenceSlot.OTHER, file=file_called(name, content), actor=None)
        file = DisputeFile.objects.get()
        assert (file.name, file.content_type, bytes(file.content) == picture) == ("b.png", "image/png", True)
    member_client(harbour, Role.OWNER).post(url("remove_file", chargeback, file.pk))
    with organization_scope(harbour.pk):
        assert DisputeFile.objects.count() == 0


def test_what_was_sent_cannot_be_changed_by_anybody(in_harbour, chargeback):
    send_evidence_of(chargeback)
    for change in (
        lambda: Evidence.objects.update(texts={}),
        lambda: EvidenceFile.objects.update(name="other.pdf"),
        lambda: Evidence.objects.all().delete(),
        lambda: EvidenceFile.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with every_organization(), pytest.raises(DatabaseError), transaction.atomic():
        EvidenceFile.objects.update(name="other.pdf")


def send_evidence_of(dispute: Dispute) -> Evidence:
    return send_evidence(dispute, now=SOON, actor=None)


def test_answer_is_sent_once(in_harbour, chargeback):
    send_evidence_of(chargeback)
    for again in (
        lambda: send_evidence_of(chargeback),
        lambda: save_statement(chargeback, statement="No.", actor=None),
        lambda: add_dispute_file(chargeback, slot=EvidenceSlot.OTHER, file=file_called("a.pdf"), actor=None),
    ):
        with pytest.raises(DisputeRefused) as refused:
            again()
        assert str(refused.value) == "The answer is on its way and cannot be changed any more."


@pytest.mark.parametrize(("when", "how"), [("before", "error"), ("after", "error"), ("after", "drop")])
def test_answer_survives_a_failing_provider(in_harbour, chargeback, card, when, how):
    evidence = send_evidence_of(chargeback)
    # Stripe's client tries a second time by itself.
    path = f"/v1/disputes/{chargeback.provider_reference}"
    card.turn("fail_next", when=when, how=how, count=2, path=path)
    for minutes in (0, 5, 10):
        deliver_evidence(evidence.pk, now=SOON + dt.timedelta(minutes=minutes))
    delivery = EvidenceDelivery.objects.get()
    assert (delivery.arrived_at is not None, delivery.refused_at) == (True, None)
    assert Dispute.objects.get().status == "under_review"
    assert EvidenceDelivery.objects.filter(next_attempt_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_hand_an_answer_over_once(harbour, chargeback, card):
    with organization_scope(harbour.pk):
        evidence = send_evidence_of(chargeback)
    in_parallel(harbour, 4, lambda _number: deliver_evidence(evidence.pk, now=SOON))
    with organization_scope(harbour.pk):
        delivery = EvidenceDelivery.objects.get()
        found = (delivery.attempts, delivery.arrived_at, delivery.last_error, Dispute.objects.get().status)
        assert found == (1, SOON, "", "under_review")


def test_refused_answer_is_shown_and_another_can_be_sent(in_harbour, chargeback, card):
    evidence = send_evidence_of(chargeback)
    advance(card, chargeback.provider_reference, "lost")
    deliver_evidence(evidence.pk, now=SOON)
    delivery = EvidenceDelivery.objects.get()
    assert (delivery.refused_at, delivery.last_error) == (SOON, "This dispute is already closed: lost.")
    assert attention(Order.objects.get()).startswith("Stripe did not take the answer to the bank.")


@pytest.mark.django_db(transaction=True)
def test_sweep_finds_lost_jobs_and_reminders(harbour, chargeback, run_jobs):
    with organization_scope(harbour.pk):
        evidence = send_evidence_of(chargeback)
        past = timezone.now() - dt.timedelta(minutes=1)
        EvidenceDelivery.objects.update(next_attempt_at=past)
        Dispute.objects.update(remind_at=past)
    with every_organization():
        now = timezone.now()
        assert queries.due_evidence(now=now) == [(evidence.pk, harbour.pk)]
        assert queries.due_reminders(now=now) == [(chargeback.pk, harbour.pk)]
    sweep_disputes.apply(throw=True)
    started = [name for name in run_jobs() if name in ("commerce.deliver_evidence", "commerce.remind_of_dispute")]
    # The job that sending had started stands in the queue too.
    assert sorted(started) == ["commerce.deliver_evidence"] * 2 + ["commerce.remind_of_dispute"]
    with organization_scope(harbour.pk):
        assert Dispute.objects.get().status == "under_review"
        assert Evidence.objects.count() == EvidenceDelivery.objects.exclude(arrived_at=None).count() == 1


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


LIST_QUERIES = 10
