import io

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.enums import ProtocolKind
from crm.models import ContactKind, Protocol, ProtocolFile, ProtocolTemplate
from crm.operations import add_files
from crm.queries import protocols_about, readable_protocols, record_key, timeline
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.factories import picture_file
from tests.commerce.factories import order_of
from tests.crm.factories import NOW, make_protocol
from tests.factories import CustomerFactory, VariantFactory, make_schedule
from tests.fixtures import client_for, make_member

FORM = {
    "kind": "call",
    "direction": "inbound",
    "subject": "Asks for a window seat",
    "body": "",
    "happened_at": "2031-01-10 12:00",
    "outcome": "promised",
}


def _private(customer, author):
    return make_protocol(
        customer, subject="A complaint", follow_up_on=NOW.date(), links=[customer], is_private=True, author=author
    )


def test_private_protocol_is_for_its_author_owners_and_admins(in_harbour):
    people = {role: make_member(in_harbour, role, f"{role}@example.com") for role in (Role.OWNER, Role.ADMIN)}
    author, other = (make_member(in_harbour, Role.MANAGER, f"{name}@example.com") for name in ("author", "other"))
    customer = CustomerFactory()
    protocol = _private(customer, author)
    readers = [*people.values(), author]
    for user in (*readers, other, None):
        expected = [protocol] if user in readers else []
        assert list(readable_protocols(user)) == expected
        assert list(protocols_about(customer, user=user)) == expected
        assert [entry.entry for entry in timeline(customer, user=user).entries] == expected


def test_private_protocol_is_not_there_for_other_managers(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        author = make_member(harbour, Role.MANAGER, "author@example.com")
        protocol = _private(customer, author)
        add_files(protocol, [SimpleUploadedFile("letter.txt", b"Dear all")], actor=author)
        file = protocol.files.get()
    names = ("edit", "delete", "history", "usage", "pdf")
    urls = [reverse(f"protocols:{name}", args=[protocol.pk]) for name in names]
    urls.append(reverse("protocols:file", args=[protocol.pk, file.pk]))
    other = member_client(harbour, Role.MANAGER)
    assert [other.get(url).status_code for url in urls] == [404] * 6
    assert "A complaint" not in other.get(reverse("customers:inspect", args=[customer.pk])).content.decode()
    assert "A complaint" not in other.get("/admin/").content.decode()
    assert other.get(reverse("protocols:index")).context["items_count"] == 0
    assert [client_for(harbour, author).get(url).status_code for url in urls] == [200] * 6


def test_protocol_is_logged_with_all_that_belongs_to_it(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, companion = CustomerFactory.create_batch(2)
        colleague = make_member(harbour, Role.ADMIN, "ada@example.com")
        ContactKind.objects.create(name="Fair")
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:log_protocol", args=[customer.pk])
    form = client.get(url).context["form"]
    assert [value for value, _label in form.fields["kind"].choices] == [
        *(kind for kind in ProtocolKind if kind != ProtocolKind.OWN),
        "own:Fair",
    ]
    values = FORM | {
        "kind": "own:Fair",
        "is_private": "on",
        "participants": [colleague.pk],
        "links": [record_key(companion)],
        "files": [SimpleUploadedFile("notes.txt", b"A window."), picture_file("seat.png")],
    }
    assert client.post(url, values).status_code == 302
    with organization_scope(harbour.pk):
        protocol = Protocol.objects.get()
        assert (str(protocol), protocol.kind, protocol.outcome, protocol.is_private) == (
            "Fair: Asks for a window seat",
            "own",
            "promised",
            True,
        )
        assert [participant.user for participant in protocol.participants.all()] == [colleague]
        assert [link.record for link in protocol.links.all()] == [companion]
        files = list(protocol.files.all())
        assert [(file.name, file.content_type, bytes(file.content)[:4]) for file in files] == [
            ("notes.txt", "text/plain", b"A wi"),
            ("seat.png", "image/png", b"\x89PNG"),
        ]
    answer = client.get(reverse("protocols:file", args=[protocol.pk, files[0].pk]))
    assert (answer.content, answer["Content-Disposition"], answer["X-Content-Type-Options"]) == (
        b"A window.",
        'attachment; filename="notes.txt"',
        "nosniff",
    )


def test_protocol_keeps_what_a_form_does_not_change_and_loses_what_it_removes(harbour, member_client):
    with organization_scope(harbour.pk):
        protocol = make_protocol(CustomerFactory())
        Protocol.objects.filter(pk=protocol.pk).update(kind="own", own_kind="Fair")
        add_files(protocol, [SimpleUploadedFile(f"{name}.txt", b"x") for name in "ab"], actor=None)
        first, second = protocol.files.all()
    client = member_client(harbour, Role.MANAGER)
    url = reverse("protocols:edit", args=[protocol.pk])
    # The kind is not on the organization's list any more; the protocol keeps it.
    assert client.get(url).context["form"].initial["kind"] == "own:Fair"
    client.post(url, FORM | {"kind": "own:Fair", "removed_files": [first.pk]})
    with organization_scope(harbour.pk):
        protocol.refresh_from_db()
        assert (protocol.own_kind, protocol.subject, list(protocol.files.all())) == ("Fair", FORM["subject"], [second])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (SimpleUploadedFile("virus.exe", b"MZ"), "This is not a .exe file, or it is damaged."),
        (SimpleUploadedFile("plan.pdf", b"no plan"), "This is not a .pdf file, or it is damaged."),
    ],
)
def test_file_that_is_not_what_it_says_is_refused_and_nothing_is_lost(harbour, member_client, file, message):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
    client = member_client(harbour, Role.MANAGER)
    refused = client.post(reverse("customers:log_protocol", args=[customer.pk]), FORM | {"files": [file]})
    assert (refused.status_code, refused.context["form"].errors["files"]) == (422, [message])
    assert FORM["subject"] in refused.content.decode()
    with organization_scope(harbour.pk):
        assert (Protocol.objects.count(), ProtocolFile.objects.count()) == (0, 0)


def test_template_fills_the_form_in(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        template = ProtocolTemplate.objects.create(
            name="Missed", direction="outbound", subject="No answer", body="Rang."
        )
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:log_protocol", args=[customer.pk])
    begun = client.get(url, {"template": template.pk}).context["form"]
    assert [begun[name].value() for name in ("kind", "direction", "subject", "body")] == [
        "call",
        "outbound",
        "No answer",
        "Rang.",
    ]
    assert client.get(url, {"template": "x"}).context["form"]["subject"].value() is None


def test_protocols_are_printed_one_by_one_and_all_that_may_be_read(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Grete", last_name="Hansen")
        first = make_protocol(customer, subject="Asks for the way", links=[customer])
        make_protocol(customer, subject="Asks <again>")
        _private(customer, None)
    client = member_client(harbour, Role.MANAGER)

    def lines(url):
        reader = pypdf.PdfReader(io.BytesIO(client.get(url).content))
        return [line for page in reader.pages for line in page.extract_text().splitlines()]

    one = lines(reverse("protocols:pdf", args=[first.pk]))
    assert one[0] == "Contacts with Grete Hansen"
    assert one[2:] == [
        "10/01/2031 13:00 · Phone call: Asks for the way",
        "From the customer",
        "About: Customer Grete Hansen",
    ]
    everything = lines(reverse("customers:history_pdf", args=[customer.pk]))
    assert [line.partition("call: ")[2] for line in everything if "Phone call" in line] == [
        "Asks for the way",
        "Asks <again>",
    ]


def test_log_opened_from_a_record_is_about_it(harbour, member_client):
    with organization_scope(harbour.pk):
        order = order_of(make_schedule(VariantFactory()))
        booking, foreign_key = order.lines.get().booking, f"{record_key(order).partition('-')[0]}-0"
    client = member_client(harbour, Role.MANAGER)
    for record, page in [
        (order, reverse("orders:inspect", args=[order.pk])),
        (booking, reverse("bookings:inspect", args=[booking.pk])),
    ]:
        key = record_key(record)
        url = f"{reverse('customers:log_protocol', args=[order.customer_id])}?about={key}"
        assert client.get(page).content.decode().count(f'href="{url}"') == 1
        assert client.get(url).context["form"].initial["links"] == [key]
        client.post(url, FORM | {"links": [key], "subject": f"About {key}"})
        assert f"About {key}" in client.get(page).content.decode()
    url = reverse("customers:log_protocol", args=[order.customer_id])
    assert client.get(url, {"about": foreign_key}).context["form"].initial["links"] == []
    refused = client.post(url, FORM | {"links": [foreign_key]})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["links"])
