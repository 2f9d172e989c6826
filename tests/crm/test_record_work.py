"""What was said, is to be done and is kept about a record stands on its page, and is made from there."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from crm.models import Milestone, Project, ProtocolTemplate
from crm.operations import set_links, upload_documents
from crm.queries import record_key
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.crm.factories import make_protocol, make_task
from tests.crm.test_protocols import FORM
from tests.factories import CustomerFactory, make_schedule
from tests.fixtures import client_for


def _paper(title, *, about=(), is_private=False, actor=None):
    (document,) = upload_documents(
        [ContentFile(b"x", name="x.txt")], title=title, about=about, is_private=is_private, actor=actor
    )
    return document


@pytest.fixture
def pages(harbour, ada):
    """One record of each kind by the name of its page, each with a key."""
    with organization_scope(harbour.pk):
        order = order_of(make_schedule())
        booking = order.lines.get().booking
        records = {
            "orders": order,
            "bookings": booking,
            "schedules": booking.schedule,
            "tasks": make_task(ada, title="Paint the boat"),
            "projects": Project.objects.create(name="A second boat"),
            "private_documents": _paper("Insurance", actor=ada),
        }
    return {name: (record, record_key(record)) for name, record in records.items()}


def _texts(client, name, record):
    """The links of the three lists on the page of a record, by the kind of list."""
    answer = client.get(reverse(f"{name}:inspect", args=[record.pk]))
    (panel,) = answer.context["record_panels"]
    with organization_scope(record.organization_id):
        return {part["kind"]: part for part in panel.get_context_data(None)["parts"]}


def test_contacts_tasks_and_documents_stand_on_the_pages_of_their_records(harbour, ada, ben, pages):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete2@example.com")
        records = [record for record, _key in pages.values()]
        make_protocol(customer, subject="Asked about it", links=records)
        make_protocol(customer, subject="Among us", links=records, is_private=True, author=ben)
        set_links(make_task(ben, title="See to it").links, records)
        _paper("A photo of it", about=records, actor=ben)
        _paper("For Ben", about=records, is_private=True, actor=ben)
    client = client_for(harbour, ada)
    for name, (record, key) in pages.items():
        parts = _texts(client, name, record)
        page = client.get(reverse(f"{name}:inspect", args=[record.pk])).content.decode()
        assert [protocol.subject for protocol in parts["contacts"]["rows"]] == ["Asked about it"]
        kinds = {"contacts", "tasks", "documents"} - {
            "tasks": {"tasks"},
            "projects": {"tasks"},
            "private_documents": {"documents"},
        }.get(name, set())
        assert parts.keys() == kinds
        if "tasks" in parts:
            assert [task.title for task in parts["tasks"]["rows"]] == ["See to it"]
            assert page.count(f'href="{reverse("tasks:add")}?about={key}"') >= 1
        if "documents" in parts:
            assert [document.title for document, _is_over in parts["documents"]["rows"]] == ["A photo of it"]
        assert ("Asked about it" in page, "Among us" in page, "For Ben" in page) == (True, False, False)


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_project_asks_the_same_however_much_there_is(harbour, ada, pages, count, django_assert_num_queries):
    project, _key = pages["projects"]
    with organization_scope(harbour.pk):
        for number in range(count):
            milestone = Milestone.objects.create(project=project, name=f"Step {number}")
            make_protocol(CustomerFactory(), subject=f"About {number}", links=[project, milestone])
            _paper(f"Plan {number}", about=[project], actor=ada)
    client, url = client_for(harbour, ada), reverse("projects:inspect", args=[project.pk])
    client.get(url)
    with django_assert_num_queries(14):
        client.get(url)


def test_a_contact_about_a_milestone_stands_with_its_project(harbour, ada, pages):
    project, _key = pages["projects"]
    with organization_scope(harbour.pk):
        milestone = Milestone.objects.create(project=project, name="Afloat")
        make_protocol(CustomerFactory(), subject="Asked when", links=[milestone])
        key = record_key(milestone)
    client = client_for(harbour, ada)
    (row,) = _texts(client, "projects", project)["contacts"]["rows"]
    assert (row.subject, row.milestone_names) == ("Asked when", "Afloat")
    page = client.get(reverse("projects:inspect", args=[project.pk])).content.decode()
    assert f"{reverse('protocols:log_about')}?about={key}" in page
    found = client.get(reverse("records:find"), {"q": "afl"}).json()["records"]
    assert found == [{"key": key, "name": "Milestone Afloat (A second boat)"}]


def test_a_call_about_a_project_asks_with_whom_and_comes_back(harbour, ada, pages):
    project, key = pages["projects"]
    with organization_scope(harbour.pk):
        grete = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete2@example.com")
        other = CustomerFactory(first_name="Ole", last_name="Olsen", email="ole@example.com")
        set_links(project.links, [other])
    client, url = client_for(harbour, ada), f"{reverse('protocols:log_about')}?about={key}"
    assert [customer.pk for customer, _url in client.get(url).context["offered"]] == [other.pk]
    refused = client.post(url, {"customer": "Nobody at all"})
    assert (refused.status_code, refused.context["form"].errors["customer"]) == (
        422,
        ["There is no customer “Nobody at all”."],
    )
    log = client.post(url, {"customer": "grete2@example.com"})["Location"]
    assert log == f"{reverse('customers:log_protocol', args=[grete.pk])}?about={key}"
    assert client.get(log).context["form"].initial["links"] == [key]
    saved = client.post(log, FORM | {"links": [key], "subject": "The second boat"})
    assert saved["Location"] == reverse("projects:inspect", args=[project.pk])
    assert [row.subject for row in _texts(client, "projects", project)["contacts"]["rows"]] == ["The second boat"]


def test_a_template_keeps_what_the_call_is_about(harbour, ada, pages):
    _order, key = pages["orders"]
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        template = ProtocolTemplate.objects.create(name="Complaint")
    url = reverse("customers:log_protocol", args=[customer.pk])
    page = client_for(harbour, ada).get(url, {"about": key}).content.decode()
    assert f'href="?template={template.pk}&amp;about={key}"' in page


def test_contacts_are_linked_and_taken_back_from_the_page_of_a_record(harbour, ada, ben, pages):
    _task, key = pages["tasks"]
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        protocol = make_protocol(customer, subject="Asked about paint")
        hidden = make_protocol(customer, subject="Paint among us", is_private=True, author=ben)
    client, url = client_for(harbour, ada), f"{reverse('protocols:link')}?about={key}"

    def shown(text=""):
        context = client.get(url, {"about": key, "q": text}).context
        return [[one.subject for one in context[name]] for name in ("linked", "offered")]

    assert (shown(), shown("paint"), shown("rope")) == (
        [[], ["Asked about paint"]],
        [[], ["Asked about paint"]],
        [[], []],
    )
    assert client.post(url, {"protocol": hidden.pk}).status_code == 404
    for _again in range(2):
        client.post(url, {"protocol": protocol.pk})
    assert shown() == [["Asked about paint"], []]
    client.post(url, {"protocol": protocol.pk, "unlink": "yes"})
    assert shown() == [[], ["Asked about paint"]]
    with organization_scope(harbour.pk):
        deeds = AuditEntry.objects.filter(action__contains="linked").order_by("pk").values_list("action", flat=True)
        assert list(deeds) == ["protocol.linked", "protocol.unlinked"]


def test_a_private_document_is_named_to_nobody_else_and_stays_linked(harbour, ada, ben):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        secret, open_one = _paper("Salaries", is_private=True, actor=ben), _paper("Salads", actor=ben)
        protocol = make_protocol(customer, subject="About papers", links=[secret, open_one])
        keys = [record_key(secret), record_key(open_one)]
    client = client_for(harbour, ada)
    found = client.get(reverse("records:find"), {"q": "sala"}).json()["records"]
    assert found == [{"key": keys[1], "name": "Private document Salads"}]
    form = reverse("protocols:edit", args=[protocol.pk])
    for url in (form, reverse("customers:inspect", args=[customer.pk])):
        page = client.get(url).content.decode()
        assert ("Salads" in page, "Salaries" in page) == (True, False)
    refused = client.post(form, FORM | {"links": keys})
    assert list(refused.context["form"].errors) == ["links"]
    client.post(form, FORM | {"subject": "About no salads"})
    with organization_scope(harbour.pk):
        protocol.refresh_from_db()
        assert (protocol.subject, [link.record for link in protocol.links.all()]) == ("About no salads", [secret])


def test_what_belongs_to_somebody_else_is_pointed_out_and_kept(harbour, ada, pages):
    order, key = pages["orders"]
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Ole", last_name="Olsen", email="ole@example.com")
    client, url = client_for(harbour, ada), reverse("customers:log_protocol", args=[customer.pk])
    answer = client.post(url, FORM | {"links": [key]}, follow=True)
    slip = "If that was a slip, change what the protocol is about."
    assert [str(message) for message in answer.context["messages"]] == [
        "Noted.",
        f"Order {order.number}, Grete Hansen does not belong to Ole Olsen. {slip}",
    ]
    with organization_scope(harbour.pk):
        assert [link.record for link in customer.protocols.get().links.all()] == [order]
