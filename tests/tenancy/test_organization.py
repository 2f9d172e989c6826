import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from tenancy.enums import DomainStatus, Role
from tenancy.models import AuditEntry, Domain, Organization
from tenancy.operations import SettingRefused, add_language, change_organization, remove_language
from tenancy.queries import current_organization, forget_hosts
from tenancy.rules import time_zone_name
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member
from tests.tenancy.name_server import running_name_server

DETAILS = {
    "name": "Harbour Walks",
    "business_name": "Harbour Walks Ltd",
    "business_address": "Pier 1\n20457 Hamburg",
    "business_email": "office@harbour.example",
    "business_phone": "+494012345678",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "order_prefix": "HW",
}
PAGES = [
    "organization:index",
    "organization:details",
    "organization:mail",
    "organization:test_mail",
    "organization:publishing",
    "organization:sign_in",
    "organization:languages",
    "domains:index",
    "domains:add",
]


@pytest.fixture
def owner(harbour) -> Client:
    return client_for(harbour, make_member(harbour, Role.OWNER, "owner@harbour.example"))


def again(harbour) -> Organization:
    with organization_scope(harbour.pk):
        return Organization.objects.select_related("site__root_page").get()


def changes_of(harbour) -> list[list[dict]]:
    with organization_scope(harbour.pk):
        return list(
            AuditEntry.objects.filter(action="organization.changed")
            .order_by("pk")
            .values_list("details__changes", flat=True)
        )


@pytest.mark.parametrize("name", PAGES)
def test_settings_are_for_owners_and_admins(harbour, name):
    answers = {
        role: client_for(harbour, make_member(harbour, role)).get(reverse(name)).status_code
        for role in (Role.OWNER, Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.GUIDE)
    }
    assert answers == {Role.OWNER: 200, Role.ADMIN: 200, Role.MANAGER: 302, Role.EDITOR: 302, Role.GUIDE: 302}


def test_overview_leads_to_every_part(owner):
    page = owner.get(reverse("organization:index"))
    assert [card.context["title"] for card in page.context["cards"]] == [
        "Business",
        "Web addresses",
        "Languages",
        "E-mail",
        "Payment",
        "Legal texts",
        "Branding",
        "Private documents",
        "Publishing",
        "Sign-in",
        "Team",
    ]
    for card in page.context["cards"]:
        assert owner.get(card.context["url"], follow=True).status_code == 200


def test_details_are_changed_with_before_and_after(harbour, owner):
    answer = owner.post(reverse("organization:details"), {**DETAILS, "name": "Harbour", "time_zone": "lisbon"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("organization:details"))
    changed = again(harbour)
    assert (changed.name, changed.time_zone, changed.site.site_name) == ("Harbour", "Europe/Lisbon", "Harbour")
    assert changes_of(harbour) == [
        [
            {"field": "name", "before": "Harbour Walks", "after": "Harbour"},
            {"field": "business_name", "before": "Harbour Walks", "after": "Harbour Walks Ltd"},
            {"field": "business_address", "after": "Pier 1\n20457 Hamburg"},
            {"field": "business_email", "before": "hello@harbour.example", "after": "office@harbour.example"},
            {"field": "time_zone", "before": "Europe/Berlin", "after": "Europe/Lisbon"},
        ]
    ]
    owner.post(reverse("organization:details"), {**DETAILS, "name": "Harbour", "time_zone": "Europe/Lisbon"})
    assert len(changes_of(harbour)) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"time_zone": "Atlantis"}, "“Atlantis” is not a time zone such as Europe/Berlin."),
        ({"currency": "EURO"}, "Ensure this value has at most 3 characters"),
        ({"currency": "XXQ"}, "“XXQ” is not a currency code such as EUR."),
        ({"order_prefix": "hw"}, "One to four capital letters."),
        ({"name": ""}, "This field is required."),
        ({"business_email": "nobody"}, "Enter a valid email address."),
        ({"business_phone": "12"}, "Enter a valid phone number"),
    ],
)
def test_details_that_are_wrong_are_refused_and_nothing_is_lost(harbour, owner, wrong, message):
    page = owner.post(reverse("organization:details"), {**DETAILS, "business_name": "Typed just now", **wrong})
    assert page.status_code == 200
    text = page.content.decode()
    assert message in text
    assert "Typed just now" in text
    assert again(harbour).business_name == "Harbour Walks"
    assert changes_of(harbour) == []


def test_currency_is_shown_as_locked_and_refused_after_an_order(harbour, owner):
    reason = "There are orders in this currency already, so it cannot be changed any more."
    assert reason not in owner.get(reverse("organization:details")).content.decode()
    with organization_scope(harbour.pk):
        order_of(make_schedule())
    page = owner.get(reverse("organization:details"))
    assert (reason in page.content.decode(), page.context["form"].fields["currency"].disabled) == (True, True)
    # A page that was open before the order was placed sends another currency.
    page = owner.post(reverse("organization:details"), {**DETAILS, "name": "New name", "currency": "CHF"})
    assert page.context["form"].errors["currency"] == [reason]
    assert "New name" in page.content.decode()
    assert (again(harbour).currency, again(harbour).name) == ("EUR", "Harbour Walks")
    # A browser does not send what is locked.
    del (rest := {**DETAILS, "name": "New name"})["currency"]
    assert owner.post(reverse("organization:details"), rest).status_code == 302
    assert (again(harbour).currency, again(harbour).name) == ("EUR", "New name")


def test_departures_keep_their_local_time(harbour, owner):
    with organization_scope(harbour.pk):
        schedule = make_schedule()
    owner.post(reverse("organization:details"), {**DETAILS, "time_zone": "Asia/Tokyo"})
    with organization_scope(harbour.pk):
        starts_at = schedule.starts_at
        schedule.refresh_from_db()
        assert (schedule.time_zone, schedule.starts_at) == ("Europe/Berlin", starts_at)
        assert make_schedule().time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_time_zones_are_found_by_their_city(typed, zone):
    assert time_zone_name(typed) == zone


def test_sender_of_mails_is_changed_and_tried(harbour, owner):
    owner.post(reverse("organization:mail"), {"sender_name": "Anna at the harbour", "reply_to": "anna@harbour.example"})
    assert "owner@harbour.example" in owner.get(reverse("organization:test_mail")).content.decode()
    assert owner.post(reverse("organization:test_mail")).status_code == 302
    (sent,) = mail.outbox
    assert (sent.from_email, sent.reply_to, sent.to) == (
        "Anna at the harbour <bookings@localhost>",
        ["anna@harbour.example"],
        ["owner@harbour.example"],
    )
    assert "Anna at the harbour" in sent.body


def test_sender_falls_back_to_the_business(harbour, owner):
    owner.post(reverse("organization:test_mail"))
    (sent,) = mail.outbox
    assert (sent.from_email, sent.reply_to) == ("Harbour Walks <bookings@localhost>", ["hello@harbour.example"])


@pytest.mark.parametrize("name", ["Eve <eve@example.com>", "eve@example.com"])
def test_sender_that_looks_like_an_address_is_refused(harbour, owner, name):
    page = owner.post(reverse("organization:mail"), {"sender_name": name, "reply_to": "typed@harbour.example"})
    assert "Give a name without" in page.content.decode()
    assert "typed@harbour.example" in page.content.decode()
    assert again(harbour).reply_to == ""


def test_mail_server_that_is_silent_is_said(harbour, owner, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = owner.post(reverse("organization:test_mail"))
    assert "The mail server did not take the e-mail: ConnectionRefusedError" in page.content.decode()


def test_test_mails_are_limited(owner, time_machine):
    # Not across the end of a window.
    time_machine.move_to(timezone.now(), tick=False)
    answers = [owner.post(reverse("organization:test_mail")).status_code for _time in range(6)]
    assert answers == [302] * 5 + [200]
    assert len(mail.outbox) == 5


def test_second_factor_can_be_required(harbour, owner):
    assert owner.post(reverse("organization:sign_in"), {"requires_two_factor": "on"}).status_code == 302
    assert again(harbour).requires_two_factor is True


def test_language_is_added_with_a_draft_of_its_home_and_removed(kyoto):
    client = client_for(kyoto, make_member(kyoto, Role.OWNER))
    assert client.post(reverse("organization:languages"), {"language": "de"}).status_code == 302
    changed = again(kyoto)
    assert changed.languages == ["en", "de"]
    with organization_scope(kyoto.pk):
        root = changed.site.root_page
        home = Page.objects.get(translation_key=root.translation_key, locale__language_code="de")
        assert (home.live, home.depth, home.get_parent().pk) == (False, root.depth, root.get_parent().pk)
    forget_hosts()
    assert client_for(kyoto).get("/").status_code == 200
    assert client_for(kyoto).get("/de/").status_code == 404
    page = client.get(reverse("organization:languages")).content.decode()
    assert "The home is a draft: guests do not see this language yet." in page
    assert "All languages of this installation are in use." in page
    with organization_scope(kyoto.pk):
        home.specific.save_revision().publish()
    assert client_for(kyoto).get("/de/").status_code == 200
    page = client.post(reverse("organization:remove_language", args=["de"])).content.decode()
    assert "Pages are published in German: “Kyoto Trails”. Unpublish them first." in page
    assert again(kyoto).languages == ["en", "de"]
    with organization_scope(kyoto.pk):
        Page.objects.get(pk=home.pk).unpublish()
    assert client.post(reverse("organization:remove_language", args=["de"])).status_code == 302
    assert again(kyoto).languages == ["en"]
    # Added again it finds its draft.
    client.post(reverse("organization:languages"), {"language": "de"})
    with organization_scope(kyoto.pk):
        assert Page.objects.filter(locale__language_code="de", depth__gt=2).count() == 1


def test_own_language_stays(in_harbour):
    with pytest.raises(SettingRefused) as refused:
        remove_language(in_harbour, language="en", actor=None)
    assert refused.value.message == "The site's own language cannot be removed."


@pytest.mark.parametrize("language", ["fr", "xx"])
def test_language_that_is_not_installed_is_refused(in_harbour, owner, language):
    with pytest.raises(SettingRefused):
        add_language(in_harbour, language=language, actor=None)
    assert owner.post(reverse("organization:languages"), {"language": language}).status_code == 200
    assert current_organization().languages == ["en", "de"]


def test_refusals_of_the_operation_name_the_field(in_harbour):
    with pytest.raises(SettingRefused) as refused:
        change_organization(in_harbour, changes={"name": "Other", "time_zone": "Atlantis"}, actor=None)
    assert (refused.value.field, current_organization().name) == ("time_zone", "Harbour Walks")


def test_address_is_added_checked_made_main_and_removed(harbour, owner, settings):
    with running_name_server() as name_server:
        settings.DNS_RESOLVERS = [name_server.address]
        answer = owner.post(reverse("domains:add"), {"host": "https://Tours.Example.com/"})
        with organization_scope(harbour.pk):
            domain = Domain.objects.get(host="tours.example.com")
        here = reverse("domains:inspect", args=[domain.pk])
        assert (answer.status_code, answer["Location"]) == (302, here)
        page = owner.get(here).content.decode()
        assert ("_waypost.tours.example.com" in page, domain.token in page) == (True, True)
        page = owner.post(reverse("domains:check", args=[domain.pk]), follow=True).content.decode()
        assert "There is no such record yet." in page
        name_server.records[domain.record_name] = ["something else"]
        assert "something else" in owner.post(reverse("domains:check", args=[domain.pk]), follow=True).content.decode()
        name_server.records[domain.record_name] = [domain.token]
        owner.post(reverse("domains:check", args=[domain.pk]))
    with organization_scope(harbour.pk):
        domain.refresh_from_db()
        assert domain.status == DomainStatus.VERIFIED
    assert owner.post(reverse("domains:make_main", args=[domain.pk])).status_code == 302
    with organization_scope(harbour.pk):
        old = Domain.objects.get(host="harbour.localhost")
        assert (Domain.objects.get(is_canonical=True), old.is_canonical) == (domain, False)
    page = owner.post(reverse("domains:remove", args=[domain.pk])).content.decode()
    assert "The main address cannot be removed." in page
    assert owner.post(reverse("domains:remove", args=[old.pk])).status_code == 302
    with organization_scope(harbour.pk):
        assert list(Domain.objects.values_list("host", flat=True)) == ["tours.example.com"]
        assert list(
            AuditEntry.objects.filter(action__startswith="domain.").order_by("pk").values_list("action", "actor__email")
        ) == [
            (action, "owner@harbour.example")
            for action in ("domain.added", "domain.verified", "domain.made_main", "domain.removed")
        ]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("kyoto.localhost", "kyoto.localhost is already taken: it leads to another organization."),
        ("harbour.localhost", "harbour.localhost is on your list already."),
        ("not a host", "“not a host” is not a web address such as tours.example.com."),
        ("127.0.0.1", "“127.0.0.1” is not a web address such as tours.example.com."),
        ("admin.localhost", "admin.localhost belongs to the platform. Choose another name."),
    ],
)
def test_address_that_cannot_be_had_is_refused_and_stays_typed(harbour, kyoto, owner, typed, message):
    page = owner.post(reverse("domains:add"), {"host": typed})
    assert page.context["form"].errors["host"] == [message]
    assert f'value="{typed}"' in page.content.decode()
    with organization_scope(harbour.pk):
        assert Domain.objects.count() == 1


def test_addresses_of_others_are_not_there(harbour, kyoto, owner):
    with organization_scope(kyoto.pk):
        theirs = Domain.objects.get().pk
    for name in ("inspect", "make_main", "remove"):
        assert owner.get(reverse(f"domains:{name}", args=[theirs])).status_code == 404
    assert owner.post(reverse("domains:check", args=[theirs])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_addresses_has_a_fixed_number_of_queries(harbour, owner, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            Domain.objects.create(host=f"tours{number}.example.com")
    owner.get(reverse("domains:index"))
    with django_assert_num_queries(8):
        owner.get(reverse("domains:index"))


def test_overview_has_a_fixed_number_of_queries(owner, django_assert_num_queries):
    owner.get(reverse("organization:index"))
    with django_assert_num_queries(12):
        owner.get(reverse("organization:index"))
