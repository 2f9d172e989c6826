"""Importing in the admin: all its steps, what is refused, and who may."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.enums import ImportState
from crm.models import (
    Import,
)
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.crm.imports import HEAD, address, people, upload


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


def test_what_is_missing_far_below_the_columns_is_said_at_the_top(harbour, member_client):
    with organization_scope(harbour.pk):
        parent = upload("Email Address,OPTIN_TIME\nnora@example.com,2023-05-01 12:00:00\n")
    form = {"mode": "fill", "column_0": "email", "column_1": "newsletter_at"}
    answer = member_client(harbour, Role.MANAGER).post(address("columns", parent.pk), form)
    assert [str(message) for message in answer.context["messages"]] == [
        "Where they agreed to news: Say where they agreed, or leave the columns with their agreement to news out."
    ]
