"""Each list can be taken away as it is shown: the rows that its filters leave, in words, without what others may not read."""

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from crm.enums import ImportKind
from crm.models import Customer, Project
from crm.operations import evaluate_attention, upload_documents, upload_import
from tenancy.scope import every_organization, organization_scope
from tests.crm.attention import only
from tests.crm.factories import NOW, make_message, make_protocol, make_task
from tests.factories import CustomerFactory
from tests.fixtures import client_for

DAY = dt.date(2031, 1, 8)
NOW_HERE = "2031-01-10 13:00:00"
# What narrows a list, the queries of its export, the heading, and its rows but for their numbers.
LISTS = {
    "customers": (
        {"tag": "VIP"},
        5,
        "First name,Last name,E-mail,Phone,Language,Tags,Note,Source,Last activity,Created,Allows news since",
        f"'=1+1,Hansen,h#@example.com,,English,VIP,,Entered by staff,{NOW_HERE},{NOW_HERE},",
    ),
    "protocols": (
        {"direction": "inbound"},
        4,
        "Customer,Kind,Author,Direction,Subject,What was said,When,Minutes,Outcome,Follow up on",
        f"'=1+1 Hansen,Phone call,Ada Lovelace,From the customer,'=B#,,{NOW_HERE},,,",
    ),
    "messages_sent": (
        {"status": "waiting"},
        5,
        "Subject,To,Customer,Status,Last error,Created,Sent",
        f"'=C#,ole@example.com,'=1+1 Hansen,Waiting,,{NOW_HERE},",
    ),
    "tasks": (
        {"who": "me"},
        5,
        "What is to be done,Status,Priority,Who does it,Due,Time,Customer,Project,Notes,Created,Done",
        f"'=E#,Open,Normal,Ada Lovelace,2031-01-08,,'=1+1 Hansen,'=D#,,{NOW_HERE},",
    ),
    "projects": (
        {"mine": "yes"},
        4,
        "Name,Status,Led by,Begins,Ends,Tasks done,Tasks,Milestones reached,Milestones",
        "'=D#,Under way,Ada Lovelace,,,0,1,0,0",
    ),
    "private_documents": (
        {"q": "F"},
        7,
        "Title,Note,Valid until,Private,Uploaded by,Created",
        f"'=F#,,,No,Ada Lovelace,{NOW_HERE}",
    ),
    "attention": (
        {"whose": "mine"},
        6,
        "What,Record,Why,For whom,Since,How pressing,Status,Until,By",
        f"Overdue task,'=E#,It was due on 8 January 2031.,Ada Lovelace,{NOW_HERE},Soon,Open,,",
    ),
    "imports": (
        {},
        4,
        "File,What,Status,Rows,New records,Changed,Left as they are,Left out,By,Created",
        f"'=G#.csv,Customers,Columns to be chosen,0,0,0,0,0,Ada Lovelace,{NOW_HERE}",
    ),
}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def _fill(count: int, ada, ben) -> None:
    """So many rows in each list, and one more in some that is Ben's own."""
    for number in range(count):
        customer = CustomerFactory(first_name="=1+1", last_name="Hansen", email=f"h{number}@example.com", phone="")
        customer.tags.create(name="VIP")
        make_protocol(customer, subject=f"=B{number}", author=ada)
        make_message(customer, key=str(number), subject=f"=C{number}")
        project = Project.objects.create(name=f"=D{number}", owner=ada)
        make_task(ada, title=f"=E{number}", due_on=DAY, customer=customer, project=project)
        file = ContentFile(f"{number}".encode(), name="paper.txt")
        upload_documents([file], title=f"=F{number}", about=[customer], actor=ada)
        upload_import(
            ContentFile(b"Email\na@example.com\n", name=f"=G{number}.csv"), kind=ImportKind.CUSTOMERS, actor=ada
        )
    other = Customer.objects.order_by("pk")[0]
    make_protocol(other, subject="Among us", author=ben, is_private=True)
    upload_documents([ContentFile(b"x", name="x.txt")], title="For Ben", about=[other], is_private=True, actor=ben)
    only("task_overdue")
    evaluate_attention(now=NOW)
    CustomerFactory(first_name="Zoe", last_name="Other")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_are_exported_as_they_are_shown(harbour, ada, ben, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        _fill(count, ada, ben)
    client = client_for(harbour, ada)
    for name, (narrowed, queries, heading, row) in LISTS.items():
        url = reverse(f"{name}:index")
        client.get(url, {**narrowed, "export": "csv"}).getvalue()
        with django_assert_num_queries(queries, info=name):
            text = client.get(url, {**narrowed, "export": "csv"}).getvalue().decode()
        expected = [row.replace("#", str(number)) for number in range(count)]
        assert (text.splitlines()[0], sorted(text.splitlines()[1:])) == (heading, expected)
        workbook = client.get(url, {**narrowed, "export": "xlsx"}).getvalue()
        cells = list(load_workbook(io.BytesIO(workbook)).active.iter_rows())
        assert ",".join(str(cell.value) for cell in cells[0]) == heading
        # In a workbook the kind of a cell says that it is no formula.
        assert (len(cells), {cell.data_type for row in cells for cell in row} & {"f"}) == (count + 1, set())


def test_exports_speak_the_readers_language(harbour, ada, ben):
    with every_organization():
        UserProfile.objects.update_or_create(user=ada, defaults={"preferred_language": "de"})
    with organization_scope(harbour.pk):
        _fill(1, ada, ben)
    client = client_for(harbour, ada)

    def words(name, column, export="csv"):
        answer = client.get(reverse(f"{name}:index"), {**LISTS[name][0], "export": export}).getvalue()
        if export == "csv":
            return answer.decode().splitlines()[1].split(",")[column]
        return list(load_workbook(io.BytesIO(answer)).active.values)[1][column]

    assert [words("private_documents", 3), words("private_documents", 3, "xlsx")] == ["Nein", "Nein"]
    assert [words("customers", 4), words("customers", 4, "xlsx")] == ["Englisch", "Englisch"]
    assert [words("tasks", 1), words("tasks", 1, "xlsx")] == ["Offen", "Offen"]
