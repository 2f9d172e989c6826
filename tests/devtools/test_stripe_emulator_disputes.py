import io

import pytest

from tests.devtools.test_stripe_emulator_payments import refusal, types

PDF = b"%PDF-1.7 a pack"


@pytest.fixture
def dispute(client, pay, stripe_emulator):
    """A function that opens a dispute over a payment of 50 euros."""

    def open_one(**values):
        intent = pay()
        made = stripe_emulator.turn("dispute", account="one", payment_intent=intent.id, **values)
        return intent, client.v1.disputes.retrieve(made["id"])

    return open_one


def upload(client, content: bytes = PDF, name: str = "pack.pdf"):
    file = io.BytesIO(content)
    file.name = name
    return client.v1.files.create({"purpose": "dispute_evidence", "file": file})


def test_answer_with_texts_and_files_goes_to_the_bank(client, dispute):
    _intent, opened = dispute()
    file = upload(client)
    assert (file.filename, file.size, file.type, file.purpose) == ("pack.pdf", len(PDF), "pdf", "dispute_evidence")
    evidence = {"customer_name": "Grete Hansen", "service_documentation": file.id}
    answered = client.v1.disputes.update(opened.id, {"evidence": evidence, "submit": True})
    assert (answered.status, answered.evidence_details.submission_count) == ("under_review", 1)
    assert client.v1.disputes.retrieve(opened.id).evidence.to_dict() == evidence
    error = refusal(client.v1.disputes.update, opened.id, {"evidence": {"customer_name": "Another"}})
    assert error.http_status == 400
    assert types(client)[-3:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
    ]


@pytest.mark.parametrize(
    ("status", "text", "end", "last"),
    [
        ("needs_response", "winning_evidence", "won", ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        ("needs_response", "losing_evidence", "lost", ["charge.dispute.updated", "charge.dispute.closed"]),
        ("warning_needs_response", "winning_evidence", "warning_closed", ["charge.dispute.updated", "charge.dispute.closed"]),
    ],
)  # fmt: skip
def test_some_texts_decide_at_once(client, dispute, status, text, end, last):
    _intent, opened = dispute(status=status)
    client.v1.disputes.update(opened.id, {"evidence": {"uncategorized_text": text}, "submit": True})
    assert client.v1.disputes.retrieve(opened.id).status == end
    assert types(client)[-2:] == last


def test_evidence_may_be_kept_without_sending_it(client, dispute):
    _intent, opened = dispute()
    kept = client.v1.disputes.update(opened.id, {"evidence": {"customer_name": "Grete"}, "submit": False})
    assert (kept.status, kept.evidence_details.has_evidence, kept.evidence_details.submission_count) == (
        "needs_response",
        True,
        0,
    )


def test_files_are_pdf_or_pictures_and_exist(client, dispute):
    assert refusal(upload, client, b"hello", "hello.txt").code == "file_type_invalid"
    _intent, opened = dispute()
    evidence = {"receipt": "file_nowhere"}
    assert refusal(client.v1.disputes.update, opened.id, {"evidence": evidence}).code == "resource_missing"


def test_dispute_that_is_given_up_is_lost(client, dispute):
    _intent, opened = dispute(answer_seconds=3600)
    assert opened.evidence_details.due_by - opened.created == 3600
    assert client.v1.disputes.close(opened.id).status == "lost"
    assert refusal(client.v1.disputes.close, opened.id).http_status == 400


def test_full_refund_ends_an_inquiry_and_a_part_does_not(client, dispute):
    intent, opened = dispute(status="warning_needs_response")
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})
    assert client.v1.disputes.retrieve(opened.id).status == "warning_needs_response"
    client.v1.refunds.create({"payment_intent": intent.id})
    assert client.v1.disputes.retrieve(opened.id).status == "warning_closed"


@pytest.mark.parametrize("ending", ["refund", "dispute"])
def test_warning_asks_to_act_until_it_is_refunded_or_disputed(client, pay, stripe_emulator, ending):
    intent = pay()
    made = stripe_emulator.turn("fraud_warning", account="one", payment_intent=intent.id)
    warning = client.v1.radar.early_fraud_warnings.retrieve(made["id"])
    assert (warning.actionable, warning.payment_intent, warning.fraud_type) == (
        True,
        intent.id,
        "made_with_stolen_card",
    )
    if ending == "refund":
        client.v1.refunds.create({"payment_intent": intent.id})
    else:
        stripe_emulator.turn("dispute", account="one", payment_intent=intent.id)
    assert client.v1.radar.early_fraud_warnings.retrieve(made["id"]).actionable is False
    assert "radar.early_fraud_warning.updated" in types(client)
