"""What needs attention: found by rules, settled by people or by itself."""

import dataclasses
import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Value
from django.urls import reverse
from wagtail import hooks

from commerce.enums import PaymentMethod
from commerce.models import Payment
from crm.enums import Direction, MessageStatus, TaskState
from crm.models import (
    AttentionItem,
    AttentionRule,
    Customer,
    CustomerTag,
    Message,
    Milestone,
    Project,
    Protocol,
    Task,
)
from crm.operations import (
    create_attention_rules,
    evaluate_attention,
    evaluate_record,
    finish_attention,
    merge_customers,
    move_task,
    record_activity,
    reopen_attention,
    snooze_attention,
    upload_documents,
)
from crm.queries import attention_items, attention_kinds, found, open_attention
from tenancy.enums import Role
from tenancy.models import AuditEntry, Membership
from tenancy.operations import remove_member
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.crm.attention import DAY, NOW, TODAY, late_task, only, reasons
from tests.crm.factories import make_message, make_protocol, make_task
from tests.crm.test_tasks import named
from tests.factories import CustomerFactory, GuideFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel
from tours.models import Certification, GuideCertification


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(harbour, ada):
    return client_for(harbour, ada)


def test_new_organization_has_a_rule_of_each_kind(in_harbour):
    kinds = attention_kinds()
    assert list(AttentionRule.objects.values_list("kind", flat=True).order_by("kind")) == sorted({*kinds} - {"own"})
    assert list(AttentionRule.objects.filter(is_active=False).values_list("kind", flat=True)) == ["no_contact"]
    AttentionRule.objects.filter(kind="task_overdue").delete()
    create_attention_rules()
    assert AttentionRule.objects.get(kind="task_overdue").amount == kinds["task_overdue"].amount


def test_item_is_done_opened_anew_put_off_and_gone(in_harbour, ada):
    only("task_overdue", amount=1)
    customer = CustomerFactory()
    task = late_task(ada, customer=customer)
    assert reasons() == [(task, "It was due on 7 January 2031.")]
    item = AttentionItem.objects.get()
    assert (item.customer, item.holder, item.since) == (customer, ada, NOW)

    def state(now: dt.datetime = NOW) -> tuple[str, dt.datetime]:
        evaluate_attention(now=now)
        item.refresh_from_db()
        return item.state, item.since

    assert finish_attention([item], now=NOW, actor=ada) == 1
    assert finish_attention([item], now=NOW, actor=ada) == 0
    # The same reason is no news; a later day that is over as well is.
    assert (state(NOW + DAY), item.settled_by) == (("done", NOW), ada)
    Task.objects.update(due_on=TODAY - DAY)
    assert (state(NOW + DAY), item.settled_by) == (("open", NOW + DAY), None)
    snooze_attention([item], until=TODAY + 3 * DAY, now=NOW, actor=ada)
    assert state(NOW + 2 * DAY) == ("snoozed", NOW + DAY)
    assert state(NOW + 3 * DAY) == ("open", NOW + 3 * DAY)
    snooze_attention([item], until=TODAY + 9 * DAY, now=NOW, actor=ada)
    reopen_attention([item], now=NOW, actor=ada)
    assert state(NOW + 3 * DAY) == ("open", NOW + 3 * DAY)
    move_task(task, TaskState.DONE, now=NOW, actor=ada)
    assert state(NOW + 3 * DAY)[0] == "gone"
    assert finish_attention([item], now=NOW, actor=ada) == 0
    move_task(task, TaskState.OPEN, now=NOW, actor=ada)
    assert state(NOW + 4 * DAY) == ("open", NOW + 4 * DAY)
    assert list(
        AuditEntry.objects.filter(action__startswith="attention.").order_by("pk").values_list("action", "subject_id")
    ) == [(f"attention.{done}", task.pk) for done in ("done", "snoozed", "snoozed", "open")]


def test_one_record_is_looked_at_without_the_others(in_harbour, ada):
    only("task_overdue")
    one, other = late_task(ada), late_task(ada)
    assert len(reasons()) == 2
    Task.objects.update(state=TaskState.DONE)
    evaluate_record("crm.task", one.pk, now=NOW)
    assert [item.record for item in AttentionItem.objects.filter(state="open")] == [other]
    Task.objects.filter(pk=one.pk).delete()
    evaluate_record("crm.task", one.pk, now=NOW)
    assert AttentionItem.objects.get(object_id=one.pk).state == "gone"


@pytest.mark.django_db(transaction=True)
def test_changed_record_is_looked_at_by_a_job(harbour, run_jobs):
    with organization_scope(harbour.pk):
        only("task_overdue")
        customer = CustomerFactory()
        task = late_task(customer=customer)
        assert run_jobs() == ["crm.look_again", "crm.look_again"]
        assert [item.record for item in AttentionItem.objects.filter(state="open")] == [task]
        move_task(task, TaskState.DROPPED, now=NOW, actor=None)
        run_jobs()
        assert AttentionItem.objects.get().state == "gone"


def test_customers_without_contact(in_harbour, ada):
    called, tagged, planned, fresh, internal, refunded, ordered, written, linked = (
        CustomerFactory(last_activity_at=NOW) for _number in range(9)
    )
    Customer.objects.update(created_at=NOW - 90 * DAY)
    for customer, days in ((called, 31), (tagged, 30), (planned, 40), (fresh, 29), (internal, 90)):
        make_protocol(customer, at=NOW - days * DAY)
    CustomerTag.objects.create(customer=tagged, name="VIP")
    make_task(ada, customer=planned)
    # What we say among ourselves and what happens by itself is no contact; an order is, and a letter, and a call about them.
    make_protocol(internal, direction=Direction.INTERNAL)
    record_activity(refunded, kind="refund_started", at=NOW)
    make_message(refunded)
    record_activity(ordered, kind="order_placed", at=NOW - 29 * DAY)
    Message.objects.filter(pk=make_message(written, key="2").pk).update(kind="personal")
    make_protocol(called, at=NOW - 31 * DAY, links=[linked])
    Protocol.objects.filter(pk=make_protocol(planned, links=[linked]).pk).update(happened_at=NOW - 3 * DAY)
    only("no_contact", amount=30)
    assert reasons() == [
        (called, "There was no contact since 10 December 2030, and no task is open."),
        (tagged, "There was no contact since 11 December 2030, and no task is open."),
        (internal, "There was no contact since 12 October 2030, and no task is open."),
        (refunded, "There was no contact since 12 October 2030, and no task is open."),
    ]
    only("no_contact", tag="VIP")
    assert [record for record, _reason in reasons()] == [tagged]


def test_documents_projects_milestones_and_messages(in_harbour, ada):
    customer = CustomerFactory()
    (document,) = upload_documents(
        [SimpleUploadedFile("pass.txt", b"Passport")],
        title="Passport",
        note="",
        expires_on=TODAY + 30 * DAY,
        about=[customer],
        actor=ada,
    )
    only("document_ending", amount=30)
    assert reasons() == [(document, "It is valid until 9 February 2031.")]
    assert AttentionItem.objects.get().customer == customer

    project = Project.objects.create(name="A second boat", owner=ada, ends_on=TODAY - DAY)
    Project.objects.create(name="Paused", state="paused", ends_on=TODAY - DAY)
    only("project_late", amount=1)
    assert reasons() == [
        (document, "It is valid until 9 February 2031."),
        (project, "It should have ended on 9 January 2031."),
    ]

    AttentionItem.objects.all().delete()
    late, _reached, _ahead = (
        Milestone.objects.create(project=project, name=name, due_on=due, reached_on=reached)
        for name, due, reached in (
            ("Hull", TODAY - DAY, None),
            ("Mast", TODAY - DAY, TODAY),
            ("Sail", TODAY, None),
        )
    )
    only("milestone_late", amount=1)
    assert reasons() == [(late, "It should have been reached on 9 January 2031.")]
    item = AttentionItem.objects.get()
    kind = attention_kinds()["milestone_late"]
    assert (kind.title(late), kind.url(item)) == (
        "A second boat: Hull",
        reverse("projects:inspect", args=[project.pk]),
    )

    AttentionItem.objects.all().delete()
    only("project_stuck", amount=30)
    make_task(ada, project=project)
    Project.objects.update(updated_at=NOW - 60 * DAY)
    assert reasons() == []
    Task.objects.update(updated_at=NOW - 30 * DAY)
    assert reasons() == [(project, "Nothing has changed since 11 December 2030.")]

    AttentionItem.objects.all().delete()
    message = make_message(customer)
    make_message(customer, key="2")
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.FAILED)
    only("message_failed")
    assert reasons() == [(message, "It was written on 10 January 2031 and could not be sent.")]


def test_certificates_of_guides(in_harbour):
    license_ = Certification.objects.create(name="Skipper")
    guide, gone = GuideFactory(name="Ada"), GuideFactory(name="Gone", is_active=False)
    held, _later, _gone = (
        GuideCertification.objects.create(guide=who, certification=license_, expires_on=day)
        for who, day in ((guide, TODAY + 30 * DAY), (guide, TODAY + 31 * DAY), (gone, TODAY))
    )
    only("certificate_ending", amount=30)
    assert reasons() == [(held, "It holds until 9 February 2031.")]
    kind, item = attention_kinds()["certificate_ending"], AttentionItem.objects.get()
    assert (kind.title(held), kind.url(item)) == ("Ada: Skipper", reverse("guides:edit", args=[guide.pk]))


def test_unpaid_orders_that_leave_soon_and_those_that_wait(in_harbour):
    soon, later = make_schedule(date=dt.date(2031, 1, 12)), make_schedule(date=dt.date(2031, 1, 20))
    unpaid = order_of(soon)
    order_of(later)
    order_of(soon, method=PaymentMethod.ON_ARRIVAL)
    only("unpaid_departing", amount=3)
    (record, reason), *others = reasons()
    assert (record, others) == (unpaid, [])
    assert reason.startswith("It is not paid, and leaves on 12/01/2031")
    assert AttentionItem.objects.get().customer == unpaid.customer
    Payment.objects.filter(order=unpaid).update(recorded_at=NOW, recorded_minor=1)
    assert reasons() == []

    Payment.objects.filter(order=unpaid).update(recorded_at=NOW - dt.timedelta(hours=5))
    Payment.objects.exclude(order=unpaid).update(created_at=NOW)
    only("approval_waiting", amount=4)
    assert reasons() == [(unpaid, "It has been waiting since 10/01/2031 08:00.")]


def test_who_sees_what_and_whose_it_is(in_harbour, ada, ben):
    only("task_overdue", to_holder=True)
    mine, theirs, nobodys = late_task(ada), late_task(ben), late_task()
    guides = late_task(named(make_member(in_harbour, Role.GUIDE), "Gus", "Guide"))
    gone = make_member(in_harbour, Role.MANAGER, "gone@example.com")
    left = late_task(gone)
    remove_member(Membership.objects.get(user=gone), actor=make_member(in_harbour, Role.OWNER))
    evaluate_attention(now=NOW)

    def open_for(user):
        return {item.record for item in open_attention(user)}

    # A guide does not see the list: somebody has to see to it.
    assert open_for(ada) == {mine, nobodys, left, guides}
    assert open_for(ben) == {theirs, nobodys, left, guides}
    assert attention_items(ada).count() == 5
    assert attention_items(make_member(in_harbour, Role.EDITOR)).count() == 0
    for values, for_ada, for_ben in (
        ({"to_holder": False}, 5, 5),
        ({"to_holder": False, "role": Role.OWNER}, 0, 0),
        ({"to_holder": False, "role": Role.MANAGER}, 5, 5),
        ({"role": "", "member": ben}, 0, 5),
        ({"role": "", "member": guides.assignee}, 5, 5),
    ):
        AttentionRule.objects.update(**values)
        assert (open_attention(ada).count(), open_attention(ben).count()) == (for_ada, for_ben)
    AttentionRule.objects.update(member=gone)
    # For somebody who has left: for everybody.
    assert (open_attention(ada).count(), open_attention(ben).count()) == (5, 5)
    AttentionRule.objects.update(is_active=False)
    assert attention_items(ada).count() == 0


def test_private_document_is_not_there_for_others(in_harbour, ada, ben):
    upload_documents(
        [SimpleUploadedFile("a.txt", b"Secret")], title="", note="", expires_on=TODAY, is_private=True, actor=ada
    )
    only("document_ending")
    evaluate_attention(now=NOW)
    owner = make_member(in_harbour, Role.OWNER)
    assert [attention_items(user).count() for user in (ada, owner, ben)] == [1, 1, 0]


def test_merge_leaves_finding_to_the_rules(in_harbour, ada):
    kept, gone = CustomerFactory(), CustomerFactory()
    late_task(ada, customer=gone)
    only("task_overdue")
    evaluate_attention(now=NOW)
    merge_customers(kept, gone, values={}, now=NOW, actor=ada)
    evaluate_attention(now=NOW)
    assert AttentionItem.objects.get().customer == kept


def test_evaluation_takes_one_statement_for_each_rule(in_harbour, ada, django_assert_num_queries):
    Customer.objects.bulk_create(Customer(first_name=f"Guest {number}") for number in range(10_000))
    Customer.objects.update(created_at=NOW - 400 * DAY)
    AttentionRule.objects.update(is_active=True)
    evaluate_attention(now=NOW - DAY)
    assert AttentionItem.objects.count() == 10_000
    # The rules, and for each of ten a transaction (here a savepoint), the rule that is held, and one statement.
    with django_assert_num_queries(1 + 10 * 4):
        evaluate_attention(now=NOW)
    assert AttentionItem.objects.filter(updated_at=NOW).count() == 0


def test_rule_that_fails_stops_no_other_and_is_told(harbour, client, ada, caplog):
    def of_kind(name, find):
        like = attention_kinds()["task_overdue"]
        return dataclasses.replace(like, name=name, find=find)

    def broken(rule, now):
        raise LookupError("no such thing")

    def wrong(rule, now):
        nothing = Value(0) / Value(0)
        return found(Task.objects.all(), at="created_at", facts={"share": nothing})

    kinds = [of_kind("aa_broken", broken), of_kind("aa_wrong", wrong)]
    with organization_scope(harbour.pk), hooks.register_temporarily("attention_kinds", lambda: kinds):
        AttentionRule.objects.all().delete()
        AttentionRule.objects.bulk_create([AttentionRule(kind=kind.name) for kind in kinds])
        create_attention_rules()
        task = late_task(ada)
        evaluate_attention(now=NOW)
        evaluate_attention(now=NOW + DAY)
        assert [item.record for item in AttentionItem.objects.all()] == [task]
        failing = AttentionRule.objects.filter(failures__gt=0).order_by("pk")
        assert list(failing.values_list("kind", "failures", "failing_since")) == [
            ("aa_broken", 2, NOW),
            ("aa_wrong", 2, NOW),
        ]
        assert [record.getMessage() for record in caplog.records] == [
            f"The attention rule {rule.pk} could not be evaluated" for rule in failing
        ] * 2
        page = client.get(reverse("attention_rules:edit", args=[failing[0].pk])).content.decode()
        assert "This rule does not work since 10/01/2031 13:00: it was tried 2 times." in page
        assert client.get(reverse("attention_rules:index")).content.decode().count("Does not work") == 2
        kinds[0] = of_kind("aa_broken", attention_kinds()["task_overdue"].find)
        evaluate_attention(now=NOW)
        assert list(failing.values_list("kind", "failures")) == [("aa_wrong", 3)]


@pytest.mark.django_db(transaction=True)
def test_evaluations_and_people_at_once_agree(harbour):
    ada = make_member(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        only("task_overdue")
        for _number in range(20):
            late_task(ada)
        evaluate_attention(now=NOW)
        items = list(AttentionItem.objects.order_by("-pk"))
        Task.objects.update(due_on=TODAY - 2 * DAY)

    def work(number: int) -> object:
        if number % 2:
            return finish_attention(items if number == 1 else items[::-1], now=NOW, actor=ada)
        return evaluate_attention(now=NOW + DAY)

    results = in_parallel(harbour, 6, work)
    assert [result for result in results if isinstance(result, Exception)] == []
    with organization_scope(harbour.pk):
        assert AttentionItem.objects.count() == 20
