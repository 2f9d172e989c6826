"""Rows of files become customers, batch by batch; jobs are killed, run twice at once, and are undone."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from crm.enums import ConsentPurpose, CustomerSource, ImportKind, ImportMode, ImportState
from crm.models import (
    Consent,
    Customer,
    CustomerTag,
    ExternalId,
    Import,
    ImportBatch,
    ImportedRow,
    ImportProblem,
    Protocol,
    Task,
    TaskComment,
)
from crm.operations import (
    ImportRefused,
    check_import,
    forget_imports,
    merge_customers,
    record_activity,
    start_import,
    stop_import,
    undo_import,
    upload_import,
    work_on_import,
)
from crm.queries import imports_to_go_on
from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.crm.factories import make_protocol
from tests.factories import CustomerFactory
from tests.fixtures import make_member
from tests.parallel import in_parallel

HEAD = "Record ID,First Name,Last Name,Email,Phone Number,Tags\n"


def upload(text: str, *, kind: str = ImportKind.CUSTOMERS, name: str = "people.csv") -> Import:
    return upload_import(SimpleUploadedFile(name, text.encode()), kind=kind, actor=None)


def checked(text: str, **choices) -> Import:
    parent = upload(text)
    parent = check_import(
        parent, **{"mapping": parent.mapping, "mode": ImportMode.FILL, "now": timezone.now(), **choices}
    )
    return work(parent)


def work(parent: Import) -> Import:
    work_on_import(parent.pk, now=timezone.now())
    parent.refresh_from_db()
    return parent


def run(text: str, **choices) -> Import:
    return work(start_import(checked(text, **choices), now=timezone.now(), actor=None))


def undone(parent: Import) -> Import:
    return work(undo_import(parent, now=timezone.now(), actor=None))


def counts(parent: Import) -> tuple[str, int, int, int, int]:
    return (parent.state, parent.made, parent.changed, parent.unchanged, parent.left_out)


def people() -> list[tuple[str, ...]]:
    return [
        (one.first_name, one.last_name, one.email, str(one.phone), one.note) for one in Customer.objects.order_by("pk")
    ]


def problems(parent: Import) -> list[tuple[int, str]]:
    return [(one.row, str(one)) for one in ImportProblem.objects.filter(parent=parent).order_by("row", "pk")]


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
    assert (ExternalId.objects.count(), ImportedRow.objects.count()) == (5, 0)


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
    assert (parent.file.name, storage.exists(name), ImportedRow.objects.count()) == ("", False, 0)
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


def address(name: str, *keys: int) -> str:
    return reverse(f"imports:{name}", args=keys)


def test_a_file_goes_through_all_its_steps_in_the_admin(
    harbour, member_client, run_jobs, django_capture_on_commit_callbacks
):
    client = member_client(harbour, Role.MANAGER)
    content = ("\ufeffName;E-Mail;Telefon\n=cmd|calc;anna@example.com;040 12345678\nOle;ole@;\n").encode("utf-16")
    answer = client.post(address("add"), {"kind": "customers", "file": SimpleUploadedFile("Gäste.csv", content)})
    with organization_scope(harbour.pk):
        parent = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address("columns", parent.pk))
    page = client.get(address("columns", parent.pk))
    assert page.context["form"].initial == {
        "mode": "fill",
        "tag": "",
        "origin": "",
        "consent_source": "",
        "encoding": "utf-16",
        "separator": ";",
        "is_month_first": "",
        "column_0": "full_name",
        "column_1": "email",
        "column_2": "phone",
    }
    form = {"mode": "fill", "tag": "spring", "column_0": "full_name", "column_1": "email", "column_2": "phone"}
    bad = client.post(address("columns", parent.pk), {"mode": "fill"})
    assert bad.context["form"].non_field_errors() == [
        "Choose at least one column with a name, an e-mail address or a phone number."
    ]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("columns", parent.pk), form)
    run_jobs()
    page = client.get(address("inspect", parent.pk))
    assert client.get(address("history", parent.pk)).status_code == 200
    assert [str(problem) for problem in page.context["problems"]] == ["“ole@” is not an e-mail address."]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("start", parent.pk))
    run_jobs()
    with organization_scope(harbour.pk):
        assert people() == [("", "=cmd|calc", "anna@example.com", "+494012345678", "")]
    left = client.get(address("problems", parent.pk)).content.decode()
    assert (
        left == "\ufeffRow,Why it was left out,Name,E-Mail,Telefon\r\n3,“ole@” is not an e-mail address.,Ole,ole@,\r\n"
    )
    export = client.get(f"{reverse('customers:index')}?export=csv")
    assert b",'=cmd|calc," in b"".join(export.streaming_content)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("undo", parent.pk))
    run_jobs()
    with organization_scope(harbour.pk):
        assert people() == []
    assert client.get(address("index")).context["items_count"] == 1


def test_a_file_that_is_too_big_or_none_is_refused_with_words(harbour, member_client, settings):
    client = member_client(harbour, Role.MANAGER)
    settings.IMPORT_MAX_BYTES = 20
    for name, content, text in [
        ("a.csv", b"a" * 21, "This file is too big (21\xa0bytes). The largest allowed is 20\xa0bytes."),
        ("a.pdf", b"%PDF", "Choose a file that ends in .csv, .xlsx or .vcf."),
        ("a.xlsx", b"PK\x03\x04", "This is no CSV file, Excel workbook or vCard, or it is damaged."),
        ("a.csv", b"\n \n", "There is nothing in this file."),
    ]:
        answer = client.post(address("add"), {"kind": "customers", "file": SimpleUploadedFile(name, content)})
        assert answer.context["form"].errors == {"file": [text]}
    with organization_scope(harbour.pk):
        assert Import.objects.count() == 0
    # “PK” is a name of a column as well.
    settings.IMPORT_MAX_BYTES = 100
    keys = SimpleUploadedFile("a.csv", b"PK,Name,Mail\n1,Anna,a@example.com\n")
    assert client.post(address("add"), {"kind": "customers", "file": keys}).status_code == 302


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_who_does_not_keep_customers_imports_none(harbour, member_client, role):
    with organization_scope(harbour.pk):
        parent = upload(HEAD)
    client = member_client(harbour, role)
    for name in ("columns", "inspect", "problems"):
        assert client.get(address(name, parent.pk)).status_code in (302, 403)
    for name in ("start", "stop", "undo"):
        assert client.post(address(name, parent.pk)).status_code in (302, 403)
    with organization_scope(harbour.pk):
        assert Import.objects.get().state == ImportState.MAPPING


def test_protocols_find_their_customers_and_go_again(in_harbour):
    run(HEAD + "7,Anna,Berg,anna@example.com,,\n", origin="HubSpot")
    grete = CustomerFactory(email="grete@example.com")
    text = (
        "Customer ID,Email,Subject,Body,Type,Direction,Date,Duration,Outcome\n"
        "7,,Asks for the way,=1+1,Anruf,Outgoing,2026-04-03 10:30,0:15,Erledigt\n"
        ",GRETE@example.com,Letter,,email,,03.04.2026,,\n"
        "8,,Unknown,,call,,2026-04-03,,\n"
        ",,Nobody,,call,,2026-04-03,,\n"
        ",grete@example.com,,,call,,2026-04-03,,\n"
        ",grete@example.com,Strange,,séance,,soon,ages,\n"
    )
    parent = upload(text, kind=ImportKind.PROTOCOLS)
    assert parent.mapping == [
        *(
            "customer_number",
            "email",
            "subject",
            "body",
            "kind",
            "direction",
            "happened_at",
            "duration_minutes",
            "outcome",
        ),
    ]
    parent = work(check_import(parent, mapping=parent.mapping, mode=parent.mode, origin="HubSpot", now=timezone.now()))
    assert (counts(parent), Protocol.objects.count()) == ((ImportState.CHECKED, 2, 0, 0, 4), 0)
    assert problems(parent) == [
        (4, "There is no customer “8”."),
        (5, "“Email” is missing."),
        (6, "“Subject” is missing."),
        (7, "“séance” is not one of the words for “Type”."),
        (7, "“soon” is not a date."),
        (7, "“ages” is not a number."),
    ]
    parent = work(start_import(parent, now=timezone.now(), actor=None))
    called, written = Protocol.objects.order_by("pk")
    assert (called.customer.first_name, called.kind, called.direction, called.body) == (
        "Anna",
        "call",
        "outbound",
        "<p>=1+1</p>",
    )
    assert (called.happened_at, called.duration_minutes, called.outcome) == (
        dt.datetime(2026, 4, 3, 8, 30, tzinfo=dt.UTC),
        15,
        "settled",
    )
    grete.refresh_from_db()
    assert (written.customer, written.kind, written.happened_at) == (grete, "mail", grete.last_activity_at)
    written.subject = "A letter"
    written.save()
    parent = undone(parent)
    assert (parent.taken_back, parent.kept, list(Protocol.objects.all())) == (1, 1, [written])


def test_protocols_and_tasks_without_numbers_are_known_when_they_come_again(in_harbour):
    grete = CustomerFactory(email="grete@example.com", last_activity_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    record_activity(grete, kind="order_placed", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    head = "Email,Subject,Body,Type,Date\n"
    row = "grete@example.com,Asks for the way,=1+1,Anruf,2026-04-03 10:30\n"

    def again(kind: str, text: str) -> Import:
        parent = upload(text, kind=kind)
        return work(check_import(parent, mapping=parent.mapping, mode=parent.mode, now=timezone.now()))

    first = again(ImportKind.PROTOCOLS, head + row + row)
    assert problems(first) == [(3, "Row 2 says the same and counts.")]
    first = work(start_import(first, now=timezone.now(), actor=None))
    second = again(ImportKind.PROTOCOLS, head + row + row.replace("10:30", "10:31"))
    assert (counts(second), problems(second)) == (
        (ImportState.CHECKED, 1, 0, 0, 1),
        [(2, "The same is there already.")],
    )
    grete.refresh_from_db()
    assert grete.last_activity_at == dt.datetime(2026, 4, 3, 8, 30, tzinfo=dt.UTC)
    undone(first)
    grete.refresh_from_db()
    assert (grete.last_activity_at, Protocol.objects.count()) == (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 0)

    text = "Task,Due date,Email\nCall back,2040-04-03,grete@example.com\nTidy up,,\n"
    work(start_import(again(ImportKind.TASKS, text), now=timezone.now(), actor=None))
    assert counts(again(ImportKind.TASKS, text)) == (ImportState.CHECKED, 0, 0, 0, 2)


def test_tasks_go_to_members_of_the_team_and_are_known_by_their_number(harbour, in_harbour):
    owner = make_member(harbour, Role.OWNER, "owner@harbour.example")
    grete = CustomerFactory(email="grete@example.com")
    text = (
        "Id,Task,Status,Priority,Due date,Due time,Assigned to,Email\n"
        "1,Call back,in Arbeit,High,2040-04-03,14:30,OWNER@harbour.example,grete@example.com\n"
        "2,Tidy up,completed,,,,Somebody,\n"
        "3,When,,,,10:00,,\n"
        "4,Whose,,,,,,nobody@example.com\n"
    )
    parent = upload(text, kind=ImportKind.TASKS)
    parent = work(check_import(parent, mapping=parent.mapping, mode=parent.mode, now=timezone.now()))
    parent = work(start_import(parent, now=timezone.now(), actor=None))
    assert counts(parent) == (ImportState.DONE, 2, 0, 0, 2)
    assert problems(parent) == [
        (3, "“Somebody” is nobody of your team; it is left out."),
        (4, "“Due date” is missing."),
        (5, "There is no customer “nobody@example.com”."),
    ]
    call, tidy = Task.objects.order_by("pk")
    assert (call.state, call.priority, call.due_on, call.due_time, call.assignee, call.customer) == (
        *("in_progress", 3, dt.date(2040, 4, 3), dt.time(14, 30), owner, grete),
    )
    assert (call.remind_at, tidy.state, tidy.completed_at is None) == (
        dt.datetime(2040, 4, 3, 6, tzinfo=dt.UTC),
        "done",
        False,
    )
    again = upload(text, kind=ImportKind.TASKS)
    again = work(check_import(again, mapping=again.mapping, mode=again.mode, now=timezone.now()))
    assert counts(again) == (ImportState.CHECKED, 0, 0, 2, 2)
    TaskComment.objects.create(task=call, text="Done soon")
    parent = undone(parent)
    assert (parent.taken_back, parent.kept, list(Task.objects.all())) == (1, 1, [call])
