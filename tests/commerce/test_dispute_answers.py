"""What the bank is told of a dispute: prepared, sent once, and kept as it was sent."""

import datetime as dt
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from commerce import documents, queries
from commerce.enums import EvidenceSlot
from commerce.models import Dispute, DisputeFile, Evidence, EvidenceDelivery, EvidenceFile, Order
from commerce.operations import (
    DisputeRefused,
    add_dispute_file,
    deliver_evidence,
    remind_of_dispute,
    save_statement,
    send_evidence,
)
from commerce.tasks import sweep_disputes
from crm.enums import Direction, ProtocolKind
from crm.operations import log_protocol, queue_message
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.cms.factories import picture_file
from tests.commerce.test_card_payments import SOON
from tests.commerce.test_card_payments import card as card  # noqa: PLC0414  # the fixture
from tests.commerce.test_dispute_pages import PDF, file_called, pages_of, url
from tests.commerce.test_dispute_pages import chargeback as chargeback  # noqa: PLC0414  # the fixture
from tests.commerce.test_disputes import advance, attention
from tests.parallel import in_parallel
from tours.models import Participant


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
    talk = {"happened_at": SOON, "links": [order], "author": None, "now": SOON, "kind": ProtocolKind.CALL}
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


@pytest.mark.django_db(transaction=True)
def test_reminder_and_whoever_has_the_order_do_not_wait_for_each_other(harbour, chargeback):
    """Others lock the order first and the dispute last."""

    def remind(_number: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return remind_of_dispute(chargeback.pk, now=SOON).remind_at != SOON

    with organization_scope(harbour.pk):
        Dispute.objects.update(remind_at=SOON)
        with transaction.atomic():
            queries.order_for_update(chargeback.payment.order_id)
            assert in_parallel(harbour, 1, remind) == [True]
