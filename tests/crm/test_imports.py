"""Rows of files become customers, batch by batch; jobs are killed, run twice at once, and are undone."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from crm.enums import ConsentPurpose, CustomerSource, ImportMode, ImportState
from crm.models import (
    Consent,
    Customer,
    CustomerTag,
    ExternalId,
    Import,
    ImportBatch,
    ImportChange,
    ImportProblem,
)
from crm.operations import (
    ImportRefused,
    check_import,
    forget_imports,
    merge_customers,
    start_import,
    stop_import,
    undo_import,
    work_on_import,
)
from crm.queries import imports_to_go_on
from tenancy.scope import every_organization, organization_scope
from tests.crm.factories import make_protocol
from tests.crm.imports import HEAD, checked, counts, people, problems, run, undone, upload, work
from tests.factories import CustomerFactory
from tests.parallel import in_parallel


def test_a_check_takes_nothing_over_and_tells_what_would_be(in_harbour):
    CustomerFactory(email="ole@example.com", phone="")
    parent = checked(
        HEAD
        + "1,Anna,Berg,anna@example.com,040 12345678,vip\n"
        + "2,Ole,,OLE@example.com,,\n"
        + "3,Anne,,ANNA@example.com,,\n"
        + "1,Again,,again@example.com,,\n"
        + "5,Bad,,bad@,12,\n"
        + ",=cmd,Formula,,+49 40 87654321,\n"
    )
    assert counts(parent) == (ImportState.CHECKED, 2, 1, 0, 3)
    assert problems(parent) == [
        (4, "Row 2 has the same e-mail address and counts."),
        (5, "Row 2 has the same number in the other system and counts."),
        (6, "“bad@” is not an e-mail address."),
        (6, "“12” is not a phone number."),
    ]
    assert (Customer.objects.count(), ExternalId.objects.count(), ImportBatch.objects.count()) == (1, 0, 0)
    parent = work(start_import(parent, now=timezone.now(), actor=None))
    assert counts(parent) == (ImportState.DONE, 2, 1, 0, 3)
    assert people()[1:] == [
        ("Anna", "Berg", "anna@example.com", "+494012345678", ""),
        ("=cmd", "Formula", "", "+494087654321", ""),
    ]
    assert set(Customer.objects.values_list("source", flat=True)) == {CustomerSource.STAFF, CustomerSource.IMPORT}
    assert len(problems(parent)) == 4


@pytest.mark.parametrize(
    ("mode", "became", "tags"),
    [
        (ImportMode.ADD, ("Grete", "", "grete@example.com", "", "old"), ["old"]),
        (ImportMode.FILL, ("Grete", "Berg", "grete@example.com", "+494012345678", "old"), ["old", "vip"]),
        (ImportMode.OVERWRITE, ("Anna", "Berg", "grete@example.com", "+494012345678", "new"), ["old", "vip"]),
    ],
)
def test_who_is_there_is_left_filled_in_or_overwritten_and_all_is_put_back(in_harbour, mode, became, tags):
    before = ("Grete", "", "grete@example.com", "", "old")
    customer = CustomerFactory(first_name="Grete", last_name="", email="grete@example.com", note="old", language="")
    CustomerTag.objects.create(customer=customer, name="old")
    parent = run(
        "First name,Last name,Mail,Phone,Note,Tags\nAnna,Berg,GRETE@example.com,040 12345678,new,vip\n", mode=mode
    )
    assert people() == [became]
    assert list(customer.tags.values_list("name", flat=True)) == tags
    undone(parent)
    assert people() == [before]
    assert list(customer.tags.values_list("name", flat=True)) == ["old"]


def test_somebody_is_known_by_the_number_of_another_system(in_harbour):
    run(HEAD + "7,Anna,Berg,anna@example.com,,\n", origin="HubSpot")
    again = run(HEAD + "7,Anna,Berg-Holm,anna@new.example,,\n", origin="HubSpot", mode=ImportMode.OVERWRITE)
    assert counts(again) == (ImportState.DONE, 0, 1, 0, 0)
    other = run(HEAD + "7,Ole,,ole@example.com,,\n", origin="Mailchimp")
    assert counts(other) == (ImportState.DONE, 1, 0, 0, 0)
    both = checked(HEAD + "7,Ole,,ole@example.com,,\n", origin="HubSpot")
    assert problems(both) == [(2, "The number belongs to one customer and the e-mail address to another.")]
    assert [one[:3] for one in people()] == [("Anna", "Berg-Holm", "anna@new.example"), ("Ole", "", "ole@example.com")]


def test_without_address_and_number_name_and_phone_say_who_it_is(in_harbour):
    text = "Name,Phone\nAnna Berg,040 12345678\nOle,040 12345678\nanna berg,+49 40 12345678\n"
    first = run(text)
    assert (counts(first), counts(run(text))) == (
        (ImportState.DONE, 2, 0, 0, 1),
        (ImportState.DONE, 0, 0, 2, 1),
    )
    assert problems(first) == [(4, "Row 2 is about the same customer and counts.")]


def test_who_was_merged_leads_to_who_is_kept(in_harbour):
    run(HEAD + "7,Anne,,anne@example.com,,\n")
    anne = Customer.objects.get()
    anna = CustomerFactory(email="anna@example.com", phone="")
    merge_customers(anna, anne, values={}, now=timezone.now(), actor=None)
    assert ExternalId.objects.get().customer == anna
    parent = run("Mail,Phone\nanne@example.com,040 12345678\n", mode=ImportMode.OVERWRITE)
    assert counts(parent) == (ImportState.DONE, 0, 1, 0, 0)
    assert [one[2:4] for one in people()] == [("anna@example.com", "+494012345678")]
    assert counts(run(HEAD + "7,,,,040 87654321,\n", mode=ImportMode.OVERWRITE)) == (ImportState.DONE, 0, 1, 0, 0)


def test_consents_come_with_their_day_and_never_older_than_what_is_known(in_harbour):
    known = CustomerFactory(email="grete@example.com")
    given = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    Consent.objects.create(
        customer=known, purpose=ConsentPurpose.NEWSLETTER, wording="", language="en", source="checkout", given_at=given
    )
    text = "Mail,OPTIN_TIME\ngrete@example.com,2026-04-03 08:15:00\nole@example.com,2026-04-03 08:15:00\nanna@example.com,\n"
    parent = run(text, consent_source="Form on our old site")
    found = Consent.objects.exclude(customer=known).values_list("customer__email", "wording", "source", "given_at")
    at = dt.datetime(2026, 4, 3, 6, 15, tzinfo=dt.UTC)
    assert list(found) == [("ole@example.com", "Form on our old site", "import", at)]
    assert Consent.objects.filter(customer=known).count() == 1
    undone(parent)
    assert list(Consent.objects.values_list("given_at", flat=True)) == [given]


def test_after_the_first_rows_the_planner_knows_a_table_that_was_empty(in_harbour):
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = -1 WHERE relname IN ('crm_customer', 'crm_externalid')")
    run(HEAD + "".join(f"{n},Guest,,guest{n}@example.com,,\n" for n in range(7)))
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname IN ('crm_customer', 'crm_externalid')")
        assert cursor.fetchall() == [(7.0,), (7.0,)]


def test_undoing_leaves_what_came_since(in_harbour):
    parent = run(HEAD + "".join(f"{n},Guest,{n},guest{n}@example.com,,vip\n" for n in range(1, 7)))
    called, renamed, tagged, merged, other, _gone = Customer.objects.order_by("pk")
    make_protocol(called)
    renamed.first_name = "Somebody"
    renamed.save()
    CustomerTag.objects.create(customer=tagged, name="regular")
    merge_customers(merged, other, values={}, now=timezone.now(), actor=None)
    parent = undone(parent)
    assert (parent.state, parent.taken_back, parent.kept) == (ImportState.UNDONE, 1, 5)
    assert list(Customer.objects.order_by("pk")) == [called, renamed, tagged, merged]
    assert (ExternalId.objects.count(), ImportChange.objects.count()) == (5, 0)


def test_undoing_keeps_fields_that_were_changed_since(in_harbour):
    customer = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete@example.com")
    parent = run("First name,Last name,Mail\nAnna,Berg,grete@example.com\n", mode=ImportMode.OVERWRITE)
    Customer.objects.filter(pk=customer.pk).update(last_name="Berg-Holm")
    parent = undone(parent)
    assert (parent.taken_back, parent.kept) == (0, 1)
    assert people()[0][:2] == ("Grete", "Berg-Holm")


def test_after_thirty_days_nothing_is_left_to_undo(harbour, in_harbour, django_capture_on_commit_callbacks):
    parent = run(HEAD + "1,Anna,Berg,anna@example.com,,\n2,,,bad@,,\n")
    never = upload(HEAD)
    later = timezone.now() + dt.timedelta(days=31)
    with pytest.raises(ImportRefused, match="30 days"):
        undo_import(parent, now=later, actor=None)
    name, storage = parent.file.name, parent.file.storage
    with every_organization(), django_capture_on_commit_callbacks(execute=True):
        assert forget_imports(now=later) == 2
        assert forget_imports(now=later) == 0
    parent.refresh_from_db()
    assert (parent.file.name, storage.exists(name), ImportChange.objects.count()) == ("", False, 0)
    assert list(ImportProblem.objects.values_list("value", flat=True)) == [""]
    assert not Import.objects.filter(pk=never.pk).exists()


def test_a_file_is_started_once_and_read_anew_until_then(in_harbour):
    parent = checked(HEAD + "1,Anna,Berg,anna@example.com,,\n")
    started = start_import(parent, now=timezone.now(), actor=None)
    for call in (
        lambda: start_import(parent, now=timezone.now(), actor=None),
        lambda: check_import(parent, mapping=[], mode=ImportMode.ADD, now=timezone.now()),
        lambda: undo_import(parent, now=timezone.now(), actor=None),
    ):
        with pytest.raises(ImportRefused):
            call()
    assert stop_import(started, now=timezone.now(), actor=None).state == ImportState.STOPPED
    assert counts(work(parent)) == (ImportState.STOPPED, 0, 0, 0, 0)


def test_columns_of_the_same_names_are_read_as_last_time(in_harbour):
    text = "Who,Reach\nAnna,anna@example.com\n"
    assert upload(text).mapping == ["", ""]
    checked(text, mapping=["first_name", "email"])
    assert upload("Reach,Who\n").mapping == ["email", "first_name"]
    twice = "Phone,Who,Phone\n"
    checked(twice, mapping=["phone", "first_name", ""])
    assert upload(twice).mapping == ["phone", "first_name", ""]


def test_undoing_two_imports_in_turn_leaves_nobody_whom_the_second_only_tagged(in_harbour):
    first = run(HEAD + "1,Anna,Berg,anna@example.com,,\n")
    undone(run("Mail,Tags\nanna@example.com,vip\n"))
    undone(first)
    assert Customer.objects.count() == 0


def test_undoing_two_imports_in_turn_leaves_nobody_whom_the_second_changed(in_harbour):
    first = run(HEAD + "1,Anna,Berg,anna@example.com,,\n2,Ole,,ole@example.com,,\n")
    second = run(HEAD + "1,Anne,Berg,anna@example.com,,\n2,Olav,,ole@example.com,,\n", mode=ImportMode.OVERWRITE)
    ole = Customer.objects.get(first_name="Olav")
    ole.note = "Called"
    ole.save()
    undone(second)
    assert [one[0] for one in people()] == ["Anna", "Ole"]
    undone(first)
    assert list(Customer.objects.all()) == [ole]


def test_what_a_row_is_known_by_is_free_when_it_is_left_out(in_harbour):
    CustomerFactory(email="grete@example.com", phone="")
    run(HEAD + "9,Ole,,ole@example.com,,\n")
    parent = run(
        HEAD
        + "9,Whose,,grete@example.com,,\n"  # of one the number, of another the address
        + "9,Olav,,,,\n"  # and so the number is his
        + "9,Anna,,anna@example.com,,\n"
        + "4,Anna,,anna@example.com,,\n",  # nobody has the address yet
        mode=ImportMode.OVERWRITE,
    )
    assert problems(parent) == [
        (2, "The number belongs to one customer and the e-mail address to another."),
        (4, "Row 3 has the same number in the other system and counts."),
    ]
    assert sorted(one[0] for one in people()) == ["Anna", "Grete", "Olav"]


def test_a_cell_that_is_too_long_is_left_out_with_its_row(in_harbour):
    parent = run(f"Mail,Note\nanna@example.com,{'a' * 140_000}\nole@example.com,fine\n")
    assert counts(parent) == (ImportState.DONE, 1, 0, 0, 1)
    assert problems(parent) == [(2, "“Note” is too long.")]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_begun_just_now_is_not_forgotten(harbour):
    with organization_scope(harbour.pk):
        parent = checked(HEAD + "1,Anna,Berg,anna@example.com,,\n")
        later = timezone.now() + dt.timedelta(days=31)
        with transaction.atomic():
            start_import(parent, now=later, actor=None)
            assert in_parallel(harbour, 1, lambda _number: forget_imports(now=later)) == [0]
        assert counts(work(parent))[:2] == (ImportState.DONE, 1)


def test_a_job_that_cannot_get_on_is_given_up_and_one_that_was_lost_begins_again(in_harbour):
    parent = checked(HEAD + "1,Anna,Berg,anna@example.com,,\n")
    started = start_import(parent, now=timezone.now(), actor=None)
    assert imports_to_go_on(now=timezone.now()) == []
    assert imports_to_go_on(now=timezone.now() + dt.timedelta(minutes=2)) == [(parent.pk, parent.organization_id)]
    Import.objects.filter(pk=started.pk).update(attempts=5)
    assert work(started).state == ImportState.FAILED


def test_a_job_that_goes_on_knows_the_rows_before_it(in_harbour):
    done = ["7,Anna,Berg,anna@example.com,,", ",Ole,Holm,,+4940111222,"]
    done += [f",First {n},Last {n},guest{n}@example.com,," for n in range(998)]
    rest = [",A,B,ANNA@example.com,,", ",ole,HOLM,,040 111222,", "7,X,Y,,,", ",New,One,new@example.com,,"]
    parent = start_import(checked(HEAD + "\n".join(done + rest) + "\n"), now=timezone.now(), actor=None)
    # As if a job had taken over the first thousand and was killed then.
    Import.objects.filter(pk=parent.pk).update(position=1_000)
    assert counts(work(parent)) == (ImportState.DONE, 1, 0, 0, 3)
    assert problems(parent) == [
        (1002, "Row 2 has the same e-mail address and counts."),
        (1003, "Row 3 is about the same customer and counts."),
        (1004, "Row 2 has the same number in the other system and counts."),
    ]
    assert people() == [("New", "One", "new@example.com", "", "")]


PEOPLE = 8_000
ROWS = "".join(f"{n},First {n},Last {n},guest{n}@example.com,+4940{n:07},\n" for n in range(PEOPLE))
JOB = """
import sys
import django
django.setup()
from django.conf import settings
from django.utils import timezone
from django.db import connection
from crm.operations import work_on_import
from tenancy.scope import organization_scope
settings.MEDIA_ROOT, connection.settings_dict["NAME"] = sys.argv[3:]
with organization_scope(int(sys.argv[1])):
    work_on_import(int(sys.argv[2]), now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_job_goes_on_where_it_was_and_two_at_once_double_nobody(harbour):
    with organization_scope(harbour.pk):
        parent = start_import(checked(HEAD + ROWS), now=timezone.now(), actor=None)
    database = connection.settings_dict["NAME"]
    job = subprocess.Popen(
        [sys.executable, "-c", JOB, str(harbour.pk), str(parent.pk), settings.MEDIA_ROOT, database],
        cwd=Path(settings.BASE_DIR),
    )
    with organization_scope(harbour.pk):
        while Import.objects.get().position < 2_000:
            # It is still at work.
            with pytest.raises(subprocess.TimeoutExpired):
                job.wait(timeout=0.02)
        job.send_signal(signal.SIGKILL)
        job.wait()
        reached = Import.objects.get().position
        assert 2_000 <= reached < PEOPLE
        assert Customer.objects.count() == reached
    # The sweep starts it again while another import of the same people runs, twice.
    with organization_scope(harbour.pk):
        other = start_import(checked(HEAD.replace("Record ID", "Id") + ROWS), now=timezone.now(), actor=None)
    assert (
        in_parallel(harbour, 4, lambda number: work_on_import((parent if number % 2 else other).pk, now=timezone.now()))
        == [None] * 4
    )
    with organization_scope(harbour.pk):
        parent.refresh_from_db()
        other.refresh_from_db()
        assert (parent.state, other.state) == (ImportState.DONE, ImportState.DONE)
        assert (parent.made + other.made, Customer.objects.count()) == (PEOPLE, PEOPLE)
        assert parent.left_out + other.left_out == 0
        undo_import(other, now=timezone.now(), actor=None)
        undo_import(parent, now=timezone.now(), actor=None)
    assert (
        in_parallel(harbour, 4, lambda number: work_on_import((parent if number % 2 else other).pk, now=timezone.now()))
        == [None] * 4
    )
    with organization_scope(harbour.pk):
        assert set(Import.objects.values_list("state", flat=True)) == {ImportState.UNDONE}
        assert (Customer.objects.count(), ExternalId.objects.count()) == (0, 0)
