import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Message
from tenancy import audit
from tenancy.enums import DeliveryStatus, Role
from tenancy.models import AuditEntry, Membership, Organization, OutboxDelivery, OutboxEvent
from tenancy.operations import remove_member
from tenancy.scope import organization_scope
from tests.crm.factories import make_message
from tests.fixtures import make_member


def make_delivery(status: DeliveryStatus = DeliveryStatus.FAILED) -> OutboxDelivery:
    return OutboxDelivery.objects.create(
        event=OutboxEvent.objects.create(topic="tours.schedule_cancelled"),
        subscriber="commerce.receivers.refund",
        status=status,
        attempts=8,
        next_attempt_at=timezone.now(),
        last_error="ValueError: no such order",
    )


def test_failed_delivery_is_shown_with_its_reason_and_started_again(harbour, member_client):
    with organization_scope(harbour.pk):
        failed = make_delivery()
        make_delivery(DeliveryStatus.DELIVERED)
    client = member_client(harbour, Role.MANAGER)
    retry = reverse("deliveries:retry", args=[failed.pk])
    problems = reverse("deliveries:index") + "?status=failed"
    page = client.get(problems)
    assert list(page.context["object_list"]) == [failed]
    assert (page.content.decode().count("ValueError: no such order"), page.content.decode().count(retry)) == (1, 1)
    assert retry in client.get(reverse("deliveries:inspect", args=[failed.pk])).content.decode()
    assert client.get(retry).status_code == 200
    assert client.post(retry).url == reverse("deliveries:index")
    with organization_scope(harbour.pk):
        failed.refresh_from_db()
        assert (failed.status, failed.attempts) == ("pending", 0)
        assert [entry.actor.email for entry in AuditEntry.objects.filter(action="delivery.retried")] == [
            "manager@harbour.example"
        ]
    assert client.post(retry).status_code == 404


def test_problems_lead_to_failed_messages(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    assert client.get(reverse("deliveries:index")).context["header_buttons"] == []
    with organization_scope(harbour.pk):
        make_message()
        Message.objects.update(status="failed")
    (button,) = client.get(reverse("deliveries:index")).context["header_buttons"]
    assert (button.label, button.url) == ("1 failed message", reverse("messages_sent:index") + "?status=failed")


def _menu(client) -> str:
    return client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize(
    ("role", "problems", "audit_log"),
    [
        (Role.OWNER, True, True),
        (Role.ADMIN, True, True),
        (Role.MANAGER, True, False),
        (Role.EDITOR, False, False),
        (Role.GUIDE, False, False),
    ],
)
def test_reports_are_open_to_their_roles(harbour, member_client, role, problems, audit_log):
    with organization_scope(harbour.pk):
        delivery = make_delivery()
        entry = audit.record("test.done", harbour)
    client = member_client(harbour, role)
    for shown, urls in (
        (problems, [reverse("deliveries:index"), reverse("deliveries:retry", args=[delivery.pk])]),
        (audit_log, [reverse("audit:index"), reverse("audit:inspect", args=[entry.pk])]),
    ):
        assert {client.get(url).status_code for url in urls} == {200 if shown else 302}
        assert (urls[0] in _menu(client)) == shown


def test_reports_show_nothing_of_another_organization(harbour, kyoto, member_client):
    with organization_scope(kyoto.pk):
        delivery = make_delivery()
        entry = audit.record("secret.done", kyoto)
    client = member_client(harbour, Role.OWNER)
    urls = [
        reverse("deliveries:inspect", args=[delivery.pk]),
        reverse("deliveries:retry", args=[delivery.pk]),
        reverse("audit:inspect", args=[entry.pk]),
    ]
    assert {client.get(url).status_code for url in urls} == {404}
    assert client.get(reverse("deliveries:index")).context["items_count"] == 0
    assert "secret.done" not in client.get(reverse("audit:index")).content.decode()


def test_reports_are_only_read(harbour, member_client):
    with organization_scope(harbour.pk):
        delivery = make_delivery()
    client = member_client(harbour, Role.OWNER)
    urls = [reverse("deliveries:add")]
    urls += [reverse(f"deliveries:{name}", args=[delivery.pk]) for name in ("edit", "delete")]
    assert {client.get(url).get("Location", "") for url in urls} == {reverse("wagtailadmin_home")}


def test_audit_log_keeps_what_former_members_did(harbour: Organization, member_client):
    former = make_member(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        audit.record("test.done", harbour, actor=former)
        remove_member(Membership.objects.get(user=former))
    client = member_client(harbour, Role.OWNER)
    page = client.get(reverse("audit:index"), {"subject_type": "tenancy.organization"}).content.decode()
    assert page.count(f"A former member ({former.pk})") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_problems_take_the_same_queries_however_long(harbour, member_client, django_assert_num_queries, count):
    client = member_client(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        for _number in range(count):
            make_delivery()
    client.get(reverse("deliveries:index"))
    with django_assert_num_queries(10):
        client.get(reverse("deliveries:index"))
