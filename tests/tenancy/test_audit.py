import runpy
import sys

import pytest
from celery import current_app
from django.core.management import CommandError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms.pages.content import ContentPage
from commerce.enums import PaymentMethod
from commerce.models import PaymentSettings
from commerce.operations import confirm_manual_payment
from tenancy import audit
from tenancy.enums import Role
from tenancy.jobs import TenantTask
from tenancy.models import AuditPersonalData, Membership, Organization
from tenancy.operations import change_role
from tenancy.origin import ADMIN, SITE, Origin, network_of, origin_scope
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import CustomerFactory, PlaceFactory, StopFactory, TierFactory, TourFactory, make_schedule
from tests.fixtures import client_for, make_member
from tests.places.test_admin import values
from tours.models import Tour
from tours.operations import change_schedule

PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def manager(harbour):
    return make_member(harbour, Role.MANAGER)


@pytest.fixture
def owner_client(harbour):
    return client_for(harbour, make_member(harbour, Role.OWNER))


def entries(**filters):
    return list(audit.told_entries().filter(**filters))


def read(answer) -> str:
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("unknown", ""),
    ],
)
def test_network_leaves_the_household_out(address, network):
    assert network_of(address) == network


def test_edit_by_a_form_tells_who_where_and_what_was_before(harbour, manager):
    with organization_scope(harbour.pk):
        place = PlaceFactory(name="Pier 3", kind="meeting_point")
    client = client_for(harbour, manager)
    client.post(
        reverse("places:edit", args=[place.pk]),
        values(name="Pier 4", kind="stop"),
        headers={"user-agent": PHONE},
        REMOTE_ADDR="203.0.113.77",
    )
    with organization_scope(harbour.pk):
        (entry,) = entries(action="wagtail.edit")
        assert (entry.actor, entry.subject_type, entry.subject_id, entry.subject_name) == (
            manager,
            "places.place",
            place.pk,
            "Pier 4",
        )
        assert audit.say(entry) == "Manager Test changed the place “Pier 4”"
        assert audit.origin_in_words(entry) == "Admin, Chrome, Android, 203.0.113.0/24"
        assert entry.host == "harbour.localhost"
        assert audit.told(entry) == [("Name", "Pier 3", "Pier 4"), ("Kind", "Meeting point", "Stop of a tour")]
        assert not ModelLogEntry.objects.exists()
    history = client.get(reverse("places:history", args=[place.pk]))
    assert list(history.context["object_list"]) == [entry]
    assert "Manager Test changed the place “Pier 4”" in history.content.decode()
    form = client.get(reverse("places:edit", args=[place.pk]))
    assert reverse("places:history", args=[place.pk]) in form.content.decode()


def test_form_saved_as_it_was_is_no_change(harbour, manager):
    with organization_scope(harbour.pk):
        place = PlaceFactory(name="Pier 3", kind="meeting_point")
    client = client_for(harbour, manager)
    client.post(reverse("places:edit", args=[place.pk]), values(latitude="53.545700"))
    client.post(reverse("places:edit", args=[place.pk]), values(latitude="53.545700"))
    with organization_scope(harbour.pk):
        assert [audit.told(entry) for entry in entries(action="wagtail.edit")] == [
            [("Latitude", "53.545600", "53.545700")]
        ]


def test_rows_of_a_record_are_compared_too(in_harbour):
    tour = TourFactory(name="Harbour walk")
    adult, child = TierFactory(tour=tour), TierFactory(tour=tour, name="Child", is_default=False)
    before = audit.snapshot(tour)
    adult.price_minor = 3000
    adult.save()
    child.delete()
    StopFactory(tour=tour, title="Old crane")
    Tour.objects.filter(pk=tour.pk).update(capacity=14)
    entry = audit.record("wagtail.edit", tour, changes=audit.changes_since(before, tour))
    assert audit.told(entry) == [
        ("Places", "12", "14"),
        ("Price “Child”", "there", "removed"),
        ("Price “Adult”: price", "€25.00", "€30.00"),
        ("Stop “Old crane”", "", "added"),
    ]


def test_change_of_a_departure_keeps_no_free_text_about_guests(in_harbour, manager):
    schedule = make_schedule()
    change_schedule(
        schedule,
        date=schedule.date,
        start_time=schedule.start_time,
        duration_minutes=90,
        cutoff_minutes=60,
        capacity=8,
        language="",
        guest_note="Bring a coat",
        internal_note="Grete Hansen is deaf",
        actor=manager,
    )
    (entry,) = entries(action="schedule.changed")
    assert audit.say(entry) == f"Manager Test changed the departure {schedule.tour}, 2031-06-02 10:00"
    assert audit.told(entry) == [
        ("Places", "12", "8"),
        ("Note to guests", "–", "Bring a coat"),
        ("Internal note", "not kept", "not kept"),
    ]
    assert "deaf" not in str(entry.details)


def test_personal_values_are_kept_apart_and_erased(harbour, manager):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete@example.com")
    client_for(harbour, manager).post(
        reverse("customers:edit", args=[customer.pk]),
        {"first_name": "Greta", "last_name": "Hansen", "email": "grete@example.com", "language": "de"},
    )
    with organization_scope(harbour.pk):
        (entry,) = entries(action="wagtail.edit")
        assert entry.subject_name == ""
        assert entry.details == {
            "changes": [
                {"field": "first_name", "is_personal": True},
                {"field": "language", "before": "en", "after": "de"},
            ]
        }
        assert audit.say(entry) == "Manager Test changed the customer “Greta Hansen”"
        assert audit.told(entry) == [("First name", "Grete", "Greta"), ("Language", "en", "de")]
        assert audit.erase_personal_data(customer) == 1
        assert audit.erase_personal_data(customer) == 0
        (entry,) = entries(action="wagtail.edit")
        assert audit.say(entry) == "Manager Test changed the customer “erased”"
        assert audit.told(entry) == [("First name", "erased", "erased"), ("Language", "en", "de")]
        assert AuditPersonalData.objects.get(person_type="crm.customer").values == {}


def test_nothing_personal_is_left_of_a_deleted_customer(harbour, manager):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Grete", last_name="Hansen")
        audit.record("wagtail.edit", customer)
    client_for(harbour, manager).post(reverse("customers:delete", args=[customer.pk]))
    with organization_scope(harbour.pk):
        assert [audit.say(entry) for entry in entries(subject_type="crm.customer")] == [
            "Manager Test deleted the customer “erased”",
            "The system changed the customer “erased”",
        ]
        assert list(AuditPersonalData.objects.filter(person_type="crm.customer").values_list("values", flat=True)) == [
            {},
            {},
        ]


def test_what_is_known_of_one_customer_outlives_the_erasing_of_another(in_harbour):
    grete, anna = CustomerFactory(first_name="Grete", last_name="Hansen"), CustomerFactory(first_name="Anna")
    kept = audit.record("wagtail.edit", grete)
    audit.record("wagtail.edit", anna)
    audit.erase_personal_data(anna)
    assert audit.record_name(entries(pk=kept.pk)[0]) == "Grete Hansen"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tenancy_auditentry SET action = 'nothing'",
        "DELETE FROM tenancy_auditentry",
        'UPDATE tenancy_auditpersonaldata SET values = \'{"name": "Somebody else"}\', erased_at = now()',
        "UPDATE tenancy_auditpersonaldata SET values = '{}'",
        "UPDATE tenancy_auditpersonaldata SET values = '{}', erased_at = now(), person_id = 1",
        "DELETE FROM tenancy_auditpersonaldata",
    ],
)
@pytest.mark.parametrize("as_owner", [False, True])
def test_database_refuses_to_rewrite_the_log(harbour, sql, as_owner):
    with organization_scope(harbour.pk):
        audit.record("wagtail.edit", CustomerFactory())
    scope = every_organization() if as_owner else organization_scope(harbour.pk)
    with scope, connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(sql)


def test_secrets_are_not_in_the_log(harbour, owner_client):
    with organization_scope(harbour.pk):
        PaymentSettings.objects.get_or_create()
    form = {
        "card_enabled": "on",
        "stripe_publishable_key": "pk_test_1",
        "stripe_secret_key": "sk_test_hidden",
        "stripe_webhook_secret": "whsec_hidden",
        "bank_transfer_days": "5",
        "invoice_for": "nobody",
        "invoice_days": "14",
        "remind_days_before": "3",
        "remind_days_after": "3",
    }
    assert owner_client.post(reverse("payment_settings:index"), form).status_code == 302
    with organization_scope(harbour.pk):
        (entry,) = entries(subject_type="commerce.paymentsettings")
        assert audit.say(entry) == "Owner Test changed the payment settings “Payment settings”"
        told = {change.label: change.after for change in audit.told(entry)}
    assert (told["Stripe secret key"], told["Stripe webhook secret"]) == ("changed", "changed")
    assert "hidden" not in str(entry.details)


@pytest.mark.parametrize("query", ["", "&q=moonquail"])
def test_export_of_a_report_without_rows_is_logged(harbour, owner_client, query):
    answer = owner_client.get(f"/admin/reports/workflow/?export=csv{query}")
    assert (answer.status_code, b"".join(answer.streaming_content) != b"") == (200, True)
    with organization_scope(harbour.pk):
        (entry,) = entries(action="list.exported")
        assert (entry.subject_type, entry.details["rows"]) == ("wagtailcore.workflowstate", 0)


@pytest.mark.parametrize(("file", "name"), [("csv", "CSV"), ("xlsx", "XLSX")])
def test_export_of_a_list_is_logged(harbour, owner_client, file, name):
    with organization_scope(harbour.pk):
        CustomerFactory(last_name="Hansen")
        CustomerFactory(last_name="Hansen")
    answer = owner_client.get(reverse("customers:index"), {"export": file, "q": "Hansen"})
    assert answer.status_code == 200
    assert b"".join(answer) != b""
    with organization_scope(harbour.pk):
        (entry,) = entries(action="list.exported")
        assert entry.details == {"format": name, "rows": 2, "filters": ["q"]}
        assert audit.say(entry) == f"Owner Test exported 2 rows of the list “customers” as {name}"


def test_publishing_a_page_is_logged_once_with_its_versions(harbour, owner_client):
    owner = Membership.objects.none()
    with organization_scope(harbour.pk):
        owner = Membership.objects.get(role=Role.OWNER).user
        page = harbour.site.root_page.add_child(instance=ContentPage(title="About us", slug="about"))
        page.save_revision(user=owner).publish(user=owner)
        page.title = "About the harbour"
        page.save_revision(user=owner)
        assert len(entries(subject_id=page.pk, action="wagtail.publish")) == 1
        page.save_revision(user=owner).publish(user=owner)
        latest, first = entries(action="wagtail.publish", subject_id=page.pk)
        assert [audit.say(entry) for entry in (latest, first)] == [
            "Owner Test published the page “About the harbour”",
            "Owner Test published the page “About us”",
        ]
    shown = owner_client.get(reverse("audit:inspect", args=[latest.pk]))
    ids = [first.details["revision_id"], latest.details["revision_id"]]
    assert shown.context["versions_url"] == reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, *ids])
    assert owner_client.get(shown.context["versions_url"]).status_code == 200
    assert owner_client.get(reverse("audit:inspect", args=[first.pk])).context["versions_url"] is None


def test_support_is_marked(in_harbour):
    helper = make_member(in_harbour, Role.ADMIN, "help@platform.example")
    helper.is_superuser = True
    entry = audit.record("order.seen_to", PlaceFactory(name="HW-1"), actor=helper)
    assert entry.is_support
    assert audit.say(entry) == "The platform’s support (Admin Test) saw to order HW-1"


def test_of_guests_nothing_is_kept_but_that_they_were_one(in_harbour):
    with origin_scope(Origin(SITE, "harbour.localhost", "203.0.113.0/24", "Chrome")):
        entry = audit.record("order.placed", PlaceFactory(name="HW-1"), total_minor=2500)
    assert (entry.network, entry.device, audit.origin_in_words(entry)) == ("", "", "Guest site")
    assert audit.say(entry) == "A guest placed order HW-1 over €25.00"


def test_job_says_its_name(harbour):
    class Task(TenantTask):
        name = "tests.log"

        def run(self):
            audit.record("schedule.completed", PlaceFactory(name="Tour, 10:00"))

    task = current_app.register_task(Task())
    try:
        task.apply(headers={"organization_id": harbour.pk}, throw=True)
    finally:
        del current_app.tasks["tests.log"]
    with organization_scope(harbour.pk):
        (entry,) = entries(action="schedule.completed")
        assert audit.origin_in_words(entry) == "Automatic job tests.log"


@pytest.mark.django_db(transaction=True)
def test_command_says_its_name(monkeypatch):
    words = "Dolomites --slug dolo --host dolo.localhost --currency EUR --time-zone Europe/Rome --order-prefix DO"
    monkeypatch.setattr(sys, "argv", ["manage.py", "create_organization", *words.split(), "--owner", "o@dolo.example"])
    try:
        runpy.run_path("manage.py", run_name="__main__")
    except (SystemExit, CommandError) as stopped:
        pytest.fail(str(stopped))
    with every_organization():
        dolo = Organization.objects.get(slug="dolo")
    with organization_scope(dolo.pk):
        assert {audit.origin_in_words(entry) for entry in entries()} == {"Command create_organization"}
        assert audit.say(entries(action="organization.created")[0]) == "The system created the organization"


def test_change_of_a_role_in_words(in_harbour, manager):
    owner = make_member(in_harbour, Role.OWNER)
    change_role(Membership.objects.get(user=manager), role=Role.EDITOR, actor=owner)
    (entry,) = entries(action="membership.role_changed")
    assert audit.say(entry) == "Owner Test changed the role of Manager Test from Manager to Editor"


def test_payment_and_order_in_words(harbour, manager):
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update_or_create(defaults={"bank_transfer_enabled": True, "bank_details": "DE00"})
        order = order_of(make_schedule(), method=PaymentMethod.BANK_TRANSFER)
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=manager)
        (entry,) = entries(action="payment.received")
        sentence = f"Manager Test confirmed the payment of €50.00 for order {order.number}"
        assert audit.say(entry) == sentence
    page = client_for(harbour, manager).get(reverse("orders:inspect", args=[order.pk])).content.decode()
    assert sentence in page


def _three(harbour, manager):
    with organization_scope(harbour.pk):
        with origin_scope(Origin(ADMIN, "harbour.localhost", "203.0.113.0/24", "Firefox")):
            edited = audit.record("wagtail.edit", PlaceFactory(name="Pier 3"), actor=manager)
        with origin_scope(Origin(SITE)):
            placed = audit.record("order.placed", PlaceFactory(name="HW-7"), total_minor=100)
        with origin_scope(Origin("job:tours.sweep_departed")):
            done = audit.record("schedule.completed", make_schedule())
    return {"edited": edited, "placed": placed, "done": done}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "manager"}, {"edited"}),
        ({"area": "orders"}, {"placed"}),
        ({"area": "records"}, {"edited"}),
        ({"action": "schedule.completed"}, {"done"}),
        ({"subject_type": "tours.schedule"}, {"done"}),
        ({"subject_name": "hw-"}, {"placed"}),
        ({"origin": "admin"}, {"edited"}),
        ({"origin": "site"}, {"placed"}),
        ({"origin": "job:"}, {"done"}),
        ({"network": "203.0.113"}, {"edited"}),
        ({"at_from": "2031-01-01"}, set()),
    ],
)
def test_log_is_filtered(harbour, manager, owner_client, query, found):
    three = _three(harbour, manager)
    if "actor" in query:
        query = {"actor": manager.pk}
    page = owner_client.get(reverse("audit:index"), query)
    assert {entry.pk for entry in page.context["object_list"]} & {one.pk for one in three.values()} == {
        three[name].pk for name in found
    }


def test_log_is_exported_in_words(harbour, manager, owner_client):
    _three(harbour, manager)
    answer = owner_client.get(reverse("audit:index"), {"export": "csv", "action": "wagtail.edit"})
    heading, row = read(answer).splitlines()
    assert heading == (
        "When,Who,What,Changes,Technical name,Kind of record,Number of the record,Record,"
        "From where,Host name,Network,Browser,By the platform’s support"
    )
    assert row.split(",")[1:5] == ["Manager Test", "Manager Test changed the place “Pier 3”", "", "wagtail.edit"]


def test_log_of_another_organization_is_not_seen(harbour, kyoto, owner_client):
    with organization_scope(kyoto.pk):
        entry = audit.record("wagtail.edit", CustomerFactory(first_name="Canary"))
    assert owner_client.get(reverse("audit:inspect", args=[entry.pk])).status_code == 404
    assert "Canary" not in owner_client.get(reverse("audit:index")).content.decode()
    with organization_scope(harbour.pk):
        assert not AuditPersonalData.objects.filter(person_type="crm.customer").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_log_takes_the_same_queries_however_long(harbour, manager, owner_client, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for _number in range(count):
            audit.record("wagtail.edit", CustomerFactory(), actor=manager)
    owner_client.get(reverse("audit:index"))
    with django_assert_num_queries(9):
        owner_client.get(reverse("audit:index"))


MANY = """
INSERT INTO tenancy_auditentry (organization_id, at, actor_id, is_support, action, subject_type, subject_id, subject_name,
                                origin, host, network, device, details)
SELECT %s, now() - n * interval '1 minute', CASE WHEN n %% 50 = 0 THEN %s END, false,
       CASE WHEN n %% 100 = 0 THEN 'refund.started' ELSE 'order.placed' END, 'commerce.order', n, '', 'site', '', '', '', '{}'
FROM generate_series(1, 100000) AS n
"""


def test_long_log_is_read_through_its_indexes(harbour, manager, owner_client, record_property):
    with organization_scope(harbour.pk), connection.cursor() as cursor:
        cursor.execute(MANY, [harbour.pk, manager.pk])
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("ANALYZE tenancy_auditentry")
    lists = {
        "all": (audit.told_entries(), "audit_recent"),
        "one person's": (audit.told_entries().filter(actor=manager), "audit_by_actor"),
        "one kind": (audit.told_entries().filter(action="refund.started"), "audit_by_action"),
        "one record's": (audit.told_entries().filter(subject_type="commerce.order", subject_id=7), "audit_subject"),
    }
    with organization_scope(harbour.pk):
        plans = {name: (queryset[:50].explain(), index) for name, (queryset, index) in lists.items()}
    assert {
        name: (index in plan, "Seq Scan on tenancy_auditentry" in plan) for name, (plan, index) in plans.items()
    } == (dict.fromkeys(lists, (True, False))), plans
    page = owner_client.get(reverse("audit:index"))
    assert page.context["items_count"] > 100_000
