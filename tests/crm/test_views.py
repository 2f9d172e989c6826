import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from wagtail import hooks
from wagtail.admin.ui.components import Component

from crm.models import Customer, Message, Protocol
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.crm.factories import NOW, make_contacts, make_message, make_protocol
from tests.factories import CustomerFactory, PlaceFactory

FORM = {
    "kind": "call",
    "direction": "inbound",
    "subject": "Asks for a window seat",
    "body": "Will call again.",
    "happened_at": "2031-01-10 12:00",
    "duration_minutes": "5",
    "follow_up_on": "2031-01-12",
}


@pytest.mark.parametrize("count", [1, 3])
def test_profile_takes_the_same_queries_however_much_there_is(harbour, member_client, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        make_contacts(customer, count, about=PlaceFactory.create_batch(count))
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:inspect", args=[customer.pk])
    client.get(url)
    # 6 of them are those of any page of the admin.
    with django_assert_num_queries(15):
        response = client.get(url)
    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["customers", "protocols", "messages_sent"])
def test_lists_take_the_same_queries_however_long(harbour, member_client, django_assert_num_queries, name, count):
    with organization_scope(harbour.pk):
        for _number in range(count):
            make_contacts(CustomerFactory(), 1)
    client = member_client(harbour, Role.MANAGER)
    client.get(reverse(f"{name}:index"))
    with django_assert_num_queries({"customers": 8, "protocols": 7, "messages_sent": 8}[name]):
        response = client.get(reverse(f"{name}:index"))
    assert response.context["items_count"] == count


class SevenOrders(Component):
    order = 5
    figures = (("Orders", "7 in all"),)

    def render_html(self, _parent_context=None):
        return "All seven"


def test_profile_shows_what_the_apps_above_say(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        make_contacts(customer, 1)
    client = member_client(harbour, Role.MANAGER)
    with (
        hooks.register_temporarily("customer_panels", lambda _request, _customer: [SevenOrders()]),
        hooks.register_temporarily(
            "activity_sentences", lambda: {"waved_hello": lambda activity: f"Ordered at {activity.at:%H:%M}"}
        ),
    ):
        page = client.get(reverse("customers:inspect", args=[customer.pk]))
    assert [item.get("sentence") for item in page.context["timeline"]] == [None, "Ordered at 12:01", None]
    assert page.context["figures"][0] == ("Orders", "7 in all")
    assert "All seven" in page.content.decode()


def test_timeline_goes_back_page_by_page(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        make_contacts(customer, 7)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:inspect", args=[customer.pk])
    pages = [client.get(url, {"p": page}).context for page in ("1", "2", "nonsense")]
    assert [(len(page["timeline"]), page["newer"], page["older"]) for page in pages] == [
        (20, 0, 2),
        (1, 1, 0),
        (20, 0, 2),
    ]


def test_call_is_logged_at_the_organizations_time_with_its_records(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, pier = CustomerFactory(), PlaceFactory(name="Pier 10")
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:log_protocol", args=[customer.pk])
    with hooks.register_temporarily("customer_records", lambda _customer: [pier]):
        form = client.get(url).context["form"]
        ((key, label),) = form.fields["links"].choices
        assert client.post(url, {**FORM, "subject": ""}).status_code == 422
        assert client.post(url, {**FORM, "links": ["1-999"]}).status_code == 422
        response = client.post(url, {**FORM, "links": [key]})
    assert label == "Place Pier 10"
    assert response.url == reverse("customers:inspect", args=[customer.pk])
    with organization_scope(harbour.pk):
        protocol = Protocol.objects.get()
        # Twelve in Hamburg in winter.
        assert protocol.happened_at == dt.datetime(2031, 1, 10, 11, tzinfo=dt.UTC)
        task, manager = protocol.follow_up, protocol.author
        assert protocol.duration_minutes == 5
        assert (task.title, task.due_on, task.customer) == (FORM["subject"], dt.date(2031, 1, 12), customer)
        # The form offers the writer, and this one chose nobody.
        assert (form.initial["follow_up_by"], task.assignee, task.created_by) == (manager.pk, None, manager)
        assert (protocol.author.email, [link.record for link in protocol.links.all()]) == (
            "manager@harbour.example",
            [pier],
        )
    assert client.get(response.url).context["timeline"][0]["about"][0][0] == "Pier 10"


def test_protocol_is_changed_and_linked_anew(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, old, new = CustomerFactory(), PlaceFactory(name="Old pier"), PlaceFactory(name="New pier")
        protocol = make_protocol(customer, links=[old])
    client = member_client(harbour, Role.MANAGER)
    url = reverse("protocols:edit", args=[protocol.pk])
    with hooks.register_temporarily("customer_records", lambda _customer: [new]):
        form = client.get(url).context["form"]
        keys = {label: key for key, label in form.fields["links"].choices}
        response = client.post(url, {**FORM, "links": [keys["Place New pier"]]})
    assert form["links"].initial == [keys["Place Old pier"]]
    assert response.url == reverse("customers:inspect", args=[customer.pk])
    with organization_scope(harbour.pk):
        protocol.refresh_from_db()
        assert (protocol.subject, [link.record for link in protocol.links.all()]) == (FORM["subject"], [new])
    history = client.get(reverse("protocols:history", args=[protocol.pk]))
    assert [entry.action for entry in history.context["object_list"]] == [
        "wagtail.edit",
        "protocol.logged",
    ]


def test_failed_message_is_shown_with_its_reason_and_sent_again(harbour, member_client):
    with organization_scope(harbour.pk):
        message = make_message(CustomerFactory(), subject="Your walk")
        make_message(key="waiting")
        Message.objects.filter(pk=message.pk).update(status="failed", attempts=6, last_error="SMTPError: no such box")
    client = member_client(harbour, Role.MANAGER)
    page = client.get(reverse("messages_sent:index"), {"status": "failed"})
    assert list(page.context["object_list"]) == [message]
    resend = reverse("messages_sent:resend", args=[message.pk])
    assert (page.content.decode().count("SMTPError: no such box"), page.content.decode().count(resend)) == (1, 1)
    assert resend in client.get(reverse("messages_sent:inspect", args=[message.pk])).content.decode()
    assert resend in client.get(reverse("customers:inspect", args=[message.customer_id])).content.decode()
    assert client.get(resend).status_code == 200
    assert client.post(resend).url == reverse("messages_sent:inspect", args=[message.pk])
    with organization_scope(harbour.pk):
        message.refresh_from_db()
        assert (message.status, message.attempts) == ("pending", 0)
    assert client.post(resend).status_code == 404


def test_customer_is_made_with_a_number_of_the_organizations_country(harbour, member_client):
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:add")
    form = {"first_name": "Ole", "last_name": "", "email": "ole@example.com", "language": "de", "note": ""}
    refused = client.post(url, {**form, "phone": "12"})
    assert list(refused.context["form"].errors) == ["phone"]
    response = client.post(url, {**form, "phone": "040 123 45 67"})
    with organization_scope(harbour.pk):
        customer = Customer.objects.get()
        assert (str(customer.phone), customer.language) == ("+49401234567", "de")
    assert response.url == reverse("customers:inspect", args=[customer.pk])
    again = client.post(url, {**form, "email": "OLE@example.com", "phone": ""})
    assert again.context["form"].errors["__all__"] == ["There is already a customer with this e-mail address."]


def test_number_without_a_country_needs_one_when_the_organization_has_no_phone(kyoto, member_client):
    client = member_client(kyoto, Role.MANAGER)
    form = {"first_name": "Kenji", "last_name": "", "email": "", "language": "", "note": ""}
    refused = client.post(reverse("customers:add"), {**form, "phone": "075 123 4567"})
    assert refused.context["form"].errors["phone"] == ["Enter a valid phone number (e.g. +12125552368)."]
    client.post(reverse("customers:add"), {**form, "phone": "+81 75 123 4567"})
    with organization_scope(kyoto.pk):
        assert str(Customer.objects.get().phone) == "+81751234567"


def test_nobody_at_all_is_no_customer(harbour, member_client):
    form = {"first_name": "", "last_name": "", "email": "", "phone": "", "language": "", "note": "?"}
    refused = member_client(harbour, Role.MANAGER).post(reverse("customers:add"), form)
    assert refused.context["form"].errors["__all__"] == ["Write at least a name, an e-mail address or a phone number."]


def test_customers_are_listed_by_activity_and_searched(harbour, member_client):
    with organization_scope(harbour.pk):
        new, old, recent = (CustomerFactory(last_name=name) for name in ("New", "Old", "Recent"))
        make_protocol(old, at=NOW - dt.timedelta(days=9))
        make_protocol(recent)
    client = member_client(harbour, Role.MANAGER)
    assert list(client.get(reverse("customers:index")).context["object_list"]) == [recent, old, new]
    found = client.get(reverse("customers:index_results"), {"q": "old grete"})
    assert list(found.context["object_list"]) == [old]


def test_export_of_customers_is_no_formula(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(
            first_name="=1+1", last_name="@SUM(A1)", email="grete@example.com", phone="", note="-2"
        )
        customer.tags.create(name="=A1")
        make_protocol(customer, subject="=B1")
        make_message(customer, subject="=C1")
    client = member_client(harbour, Role.MANAGER)

    def exported(name: str, columns: slice) -> list[str]:
        export = client.get(reverse(f"{name}:index"), {"export": "csv"})
        _heading, row = csv.reader(b"".join(export.streaming_content).decode().splitlines())
        return row[columns]

    assert exported("customers", slice(3)) == ["'=1+1", "'@SUM(A1)", "grete@example.com"]
    assert exported("customers", slice(5, 7)) == ["'=A1", "'-2"]
    assert exported("protocols", slice(5)) == ["'=1+1 @SUM(A1)", "Phone call", "", "From the customer", "'=B1"]
    assert exported("messages_sent", slice(4)) == ["'=C1", "ole@example.com", "'=1+1 @SUM(A1)", "Waiting"]


def test_workbook_holds_what_was_pasted_from_elsewhere(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="=1+1", last_name="Hansen", note="One\x0btwo", email="", phone="")
        customer.tags.create(name="=A1")
    client = member_client(harbour, Role.MANAGER)
    export = client.get(reverse("customers:index"), {"export": "xlsx"})
    _heading, row = load_workbook(io.BytesIO(b"".join(export.streaming_content))).active.iter_rows()
    assert [(cell.value, cell.data_type) for cell in (row[0], row[5], row[6])] == [
        ("=1+1", "s"),
        ("=A1", "s"),
        ("One two", "s"),
    ]


def test_customer_with_a_booking_is_kept(harbour, member_client):
    from tests.factories import VariantFactory, make_schedule
    from tours.models import Booking

    with organization_scope(harbour.pk):
        customer, alone = CustomerFactory(), CustomerFactory()
        Booking.objects.create(schedule=make_schedule(VariantFactory()), customer=customer, seats=1)
    client = member_client(harbour, Role.MANAGER)
    for one in (customer, alone):
        client.post(reverse("customers:delete", args=[one.pk]))
    with organization_scope(harbour.pk):
        assert list(Customer.objects.all()) == [customer]


def test_timeline_is_narrowed_and_goes_on_while_one_scrolls(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        make_contacts(customer, 21)
    client = member_client(harbour, Role.MANAGER)
    profile = client.get(reverse("customers:inspect", args=[customer.pk]), {"show": "messages"})
    assert [item["kind"] for item in profile.context["timeline"]] == ["message"] * 20
    more = client.get(reverse("customers:timeline", args=[customer.pk]), {"show": "messages", "p": "2"})
    assert [item["entry"].subject for item in more.context["timeline"]] == ["Letter 0"]
    assert "<html" not in more.content.decode()
    assert client.get(reverse("customers:inspect", args=[customer.pk]), {"show": "nonsense"}).context["show"] == ""


def test_entries_are_pinned_to_the_top_and_taken_down(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, other = CustomerFactory.create_batch(2)
        make_contacts(customer, 1)
        foreign = make_protocol(other)
        entries = {"protocol": customer.protocols.get(), "message": customer.messages.get()}
    client = member_client(harbour, Role.MANAGER)
    profile, url = reverse("customers:inspect", args=[customer.pk]), reverse("customers:pin", args=[customer.pk])
    for kind, entry in [*entries.items(), *entries.items()]:
        assert client.post(url, {"kind": kind, "entry": entry.pk}).url == profile
    page = client.get(profile).context
    assert [item["entry"] for item in page["pinned"]] == [entries["message"], entries["protocol"]]
    assert [item["is_pinned"] for item in page["timeline"]] == [True, False, True]
    client.post(url, {"kind": "message", "entry": entries["message"].pk, "unpin": "yes"})
    assert [item["entry"] for item in client.get(profile).context["pinned"]] == [entries["protocol"]]
    for values in ({"kind": "protocol", "entry": foreign.pk}, {"kind": "x", "entry": 1}, {"kind": "message"}, {}):
        assert client.post(url, values).status_code == 404


def test_tags_are_typed_shown_and_searched_by(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, _other = CustomerFactory(last_name="Hansen"), CustomerFactory()
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:edit", args=[customer.pk])
    form = {"first_name": "", "last_name": "Hansen", "email": "", "phone": "", "language": "", "note": ""}
    refused = client.post(url, {**form, "tag_names": f"VIP, {'x' * 41}"})
    assert refused.context["form"].errors["tag_names"] == [
        f"“{'x' * 41}” is too long: a tag has at most 40 letters. Put commas between tags."
    ]
    client.post(url, {**form, "tag_names": " VIP,  school  class, VIP,, "})
    assert client.get(reverse("customers:inspect", args=[customer.pk])).context["tags"] == ["VIP", "school class"]
    assert client.get(url).context["form"].initial["tag_names"] == "VIP, school class"
    assert list(client.get(reverse("customers:index"), {"tag": "VIP"}).context["object_list"]) == [customer]
    client.post(url, {**form, "tag_names": "VIP"})
    with organization_scope(harbour.pk):
        assert [tag.name for tag in customer.tags.all()] == ["VIP"]


def test_message_is_written_to_a_customer_once(harbour, member_client):
    with organization_scope(harbour.pk):
        customer, silent = CustomerFactory(email="grete@example.com"), CustomerFactory(email="")
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:write", args=[customer.pk])
    token = client.get(url).context["form"]["token"].value()
    assert client.post(url, {"subject": "Your walk", "text": "", "token": token}).status_code == 422
    for _press in range(2):
        response = client.post(url, {"subject": "Your walk", "text": "Bring a coat.", "token": token})
        assert response.url == reverse("customers:inspect", args=[customer.pk])
    with organization_scope(harbour.pk):
        message = Message.objects.get()
        assert (message.kind, message.recipient, message.subject, message.text) == (
            "personal",
            "grete@example.com",
            "Your walk",
            "Bring a coat.",
        )
    without = client.get(reverse("customers:write", args=[silent.pk]), follow=True)
    assert str(list(without.context["messages"])[-1]) == f"{silent} has no e-mail address."


def _addresses(customer: Customer, protocol: Protocol, message: Message) -> list[str]:
    views = ["inspect", "timeline", "write", "edit", "log_protocol", "history", "history_results", "delete", "usage"]
    return [
        *(reverse(f"customers:{name}", args=[customer.pk]) for name in views),
        *(reverse(f"protocols:{name}", args=[protocol.pk]) for name in ("edit", "history", "delete", "usage")),
        *(reverse(f"messages_sent:{name}", args=[message.pk]) for name in ("inspect", "resend")),
    ]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_customers_are_closed_to_roles_without_them(harbour, member_client, role):
    with organization_scope(harbour.pk):
        protocol = make_protocol(CustomerFactory())
        urls = _addresses(protocol.customer, protocol, make_message())
    client = member_client(harbour, role)
    urls += [reverse(f"{name}:index") for name in ("customers", "protocols", "messages_sent")]
    answers = [client.get(url) for url in urls]
    assert {(answer.status_code, answer.get("Location", "")) for answer in answers} == {
        (302, reverse("wagtailadmin_home"))
    }


def test_customers_of_another_organization_are_not_found(harbour, kyoto, member_client):
    with organization_scope(kyoto.pk):
        protocol = make_protocol(CustomerFactory(first_name="Kenji"))
        urls = _addresses(protocol.customer, protocol, make_message())
    client = member_client(harbour, Role.OWNER)
    assert {client.get(url).status_code for url in urls} == {404}
    for name in ("customers", "protocols", "messages_sent"):
        assert client.get(reverse(f"{name}:index")).context["items_count"] == 0
    assert client.get(reverse("customers:index"), {"q": "Kenji"}).context["items_count"] == 0


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MANAGER])
def test_messages_are_only_looked_at(harbour, member_client, role):
    with organization_scope(harbour.pk):
        message = make_message()
    client = member_client(harbour, role)
    urls = [reverse("messages_sent:add"), reverse("protocols:add")]
    urls += [reverse(f"messages_sent:{name}", args=[message.pk]) for name in ("edit", "delete")]
    assert {client.get(url).get("Location", "") for url in urls} == {reverse("wagtailadmin_home")}
    assert client.get(reverse("messages_sent:inspect", args=[message.pk])).status_code == 200
