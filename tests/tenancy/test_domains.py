import datetime as dt

import pytest
from django.db import IntegrityError
from django.test import Client

from tenancy.enums import DomainProblem, DomainStatus
from tenancy.models import AuditEntry, Domain
from tenancy.operations import (
    DomainRefused,
    add_domain,
    check_domain,
    check_domain_now,
    make_main_domain,
    remove_domain,
    sweep_domains,
)
from tenancy.queries import forget_hosts, organization_for_host
from tenancy.rules import host_name, may_be_given_out, next_domain_check, readable_host
from tenancy.scope import every_organization, organization_scope
from tests.parallel import in_parallel
from tests.tenancy.name_server import running_name_server

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
HOST = "tours.example.com"


@pytest.fixture
def name_server(settings):
    with running_name_server() as server:
        settings.DNS_RESOLVERS = [server.address]
        yield server


def asked_for(organization, host: str = HOST) -> Domain:
    with organization_scope(organization.pk):
        return add_domain(organization, host=host, now=NOW, actor=None)


def verified(organization, name_server, host: str = HOST) -> Domain:
    domain = asked_for(organization, host)
    name_server.records[domain.record_name] = [domain.token]
    with organization_scope(organization.pk):
        return check_domain(domain.pk, now=NOW)


def status_at(host: str, path: str = "/", **options) -> int:
    forget_hosts()
    return Client(headers={"host": host}).get(path, **options).status_code


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("tours.example.com", "tours.example.com"),
        (" Tours.Example.COM. ", "tours.example.com"),
        ("https://tours.example.com/en/?a=b#c", "tours.example.com"),
        ("führungen.example.com", "xn--fhrungen-65a.example.com"),
        ("localhost", None),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("tours.example.com:8000", None),
        ("*.example.com", None),
        ("_waypost.example.com", None),
        ("-a.example.com", None),
        ("a..example.com", None),
        (f"{'a' * 64}.example.com", None),
        (f"{'a.' * 130}com", None),
        ("tours example.com", None),
        ("", None),
        ("1.2.3", None),
    ],
)
def test_host_names_are_read_as_browsers_send_them(typed, host):
    assert host_name(typed) == host


def test_host_names_are_shown_as_people_write_them():
    assert readable_host("xn--fhrungen-65a.example.com") == "führungen.example.com"
    assert readable_host("tours.example.com") == "tours.example.com"


@pytest.mark.parametrize(
    ("host", "given_out"),
    [("walks.localhost", True), ("login.localhost", False), ("a.b.localhost", False), ("walks.example.com", False)],
)
def test_names_of_the_platform_are_given_out_one_by_one(host, given_out):
    assert may_be_given_out(host, suffix="localhost") == given_out


@pytest.mark.parametrize(
    ("waited", "wait"),
    [
        (dt.timedelta(0), dt.timedelta(minutes=1)),
        (dt.timedelta(minutes=8), dt.timedelta(minutes=2)),
        (dt.timedelta(days=1), dt.timedelta(hours=1)),
        (dt.timedelta(days=7), None),
    ],
)
def test_records_are_looked_for_often_at_first_and_not_for_ever(waited, wait):
    assert next_domain_check(NOW - waited, now=NOW) == (NOW + wait if wait else None)


def test_host_serves_once_its_record_is_found(harbour, name_server, django_capture_on_commit_callbacks, run_jobs):
    with django_capture_on_commit_callbacks(execute=True):
        domain = asked_for(harbour)
    assert (domain.record_name, domain.status) == ("_waypost.tours.example.com", DomainStatus.WAITING)
    assert status_at(HOST) == 404
    assert run_jobs() == ["tenancy.check_domain"]
    with organization_scope(harbour.pk):
        domain.refresh_from_db()
        assert (domain.status, domain.problem, domain.found) == (DomainStatus.WAITING, DomainProblem.MISSING, [])
        name_server.records[domain.record_name] = ["v=spf1 -all"]
        domain = check_domain(domain.pk, now=NOW)
        assert (domain.problem, domain.found) == (DomainProblem.OTHER, ["v=spf1 -all"])
        name_server.broken = True
        domain = check_domain(domain.pk, now=NOW)
        assert (domain.problem, domain.found) == (DomainProblem.UNREACHABLE, [])
        name_server.broken = False
        name_server.records[domain.record_name] = ["v=spf1 -all", domain.token]
        domain = check_domain(domain.pk, now=NOW)
        assert (domain.status, domain.problem, domain.verified_at, domain.next_check_at) == (
            DomainStatus.VERIFIED,
            "",
            NOW,
            None,
        )
        assert list(
            AuditEntry.objects.filter(action__startswith="domain.").order_by("pk").values_list("action", flat=True)
        ) == [
            "domain.added",
            "domain.verified",
        ]
    forget_hosts()
    assert organization_for_host(HOST) == harbour


def test_record_of_another_claim_verifies_nothing(harbour, kyoto, name_server):
    ours, theirs = asked_for(harbour), asked_for(kyoto)
    assert ours.token != theirs.token
    name_server.records[ours.record_name] = [ours.token]
    with organization_scope(kyoto.pk):
        assert check_domain(theirs.pk, now=NOW).problem == DomainProblem.OTHER
    with organization_scope(harbour.pk):
        assert check_domain(ours.pk, now=NOW).status == DomainStatus.VERIFIED
    assert organization_for_host(HOST) == harbour


def test_host_that_another_has_shown_to_own_is_taken(harbour, kyoto, name_server):
    late = asked_for(kyoto)
    early = verified(harbour, name_server)
    name_server.records[early.record_name] = [early.token, late.token]
    with organization_scope(kyoto.pk):
        late = check_domain(late.pk, now=NOW)
    assert (late.status, late.problem) == (DomainStatus.FAILED, DomainProblem.TAKEN)
    assert organization_for_host(HOST) == harbour


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("kyoto.localhost", "kyoto.localhost is already taken: it leads to another organization."),
        ("harbour.localhost", "harbour.localhost is on your list already."),
        ("login.localhost", "login.localhost belongs to the platform. Choose another name."),
        ("localhost", "localhost belongs to the platform. Choose another name."),
    ],
)
def test_host_that_cannot_be_had_is_refused(harbour, kyoto, host, message):
    with pytest.raises(DomainRefused) as refused:
        asked_for(harbour, host)
    assert str(refused.value) == message
    with organization_scope(harbour.pk):
        assert list(Domain.objects.values_list("host", flat=True)) == ["harbour.localhost"]


def test_name_of_the_platform_needs_no_record(harbour):
    assert asked_for(harbour, "walks.localhost").status == DomainStatus.VERIFIED
    assert organization_for_host("walks.localhost") == harbour


def test_hosts_that_wait_are_limited(harbour):
    for number in range(10):
        asked_for(harbour, f"tours{number}.example.com")
    with pytest.raises(DomainRefused):
        asked_for(harbour, "one-more.example.com")


def test_search_for_a_record_ends_and_begins_again(harbour, name_server):
    domain = asked_for(harbour)
    with organization_scope(harbour.pk):
        later = NOW + dt.timedelta(days=7)
        domain = check_domain(domain.pk, now=later)
        assert (domain.status, domain.next_check_at) == (DomainStatus.FAILED, None)
        domain = check_domain_now(domain, now=later, actor=None)
        assert (domain.status, domain.next_check_at) == (DomainStatus.WAITING, later + dt.timedelta(minutes=1))
    assert name_server.questions == ["_waypost.tours.example.com"] * 2


def test_sweep_starts_what_is_due(harbour, kyoto, name_server, django_capture_on_commit_callbacks, run_jobs):
    asked_for(harbour)
    asked_for(kyoto, "walks.example.com")
    with every_organization():
        assert sweep_domains(now=NOW) == 0
        with django_capture_on_commit_callbacks(execute=True):
            assert sweep_domains(now=NOW + dt.timedelta(minutes=1)) == 2
    assert run_jobs() == ["tenancy.check_domain", "tenancy.check_domain"]
    assert sorted(name_server.questions) == ["_waypost.tours.example.com", "_waypost.walks.example.com"]


def test_guests_are_led_to_the_main_host(harbour, name_server, harbour_client):
    domain = verified(harbour, name_server)
    answer = Client(headers={"host": f"{HOST}:8000"}).get("/cart/?a=1&b=%C3%A4")
    assert (answer.status_code, answer["Location"]) == (308, "http://harbour.localhost:8000/cart/?a=1&b=%C3%A4")
    assert answer["Cache-Control"] == "max-age=300"
    with organization_scope(harbour.pk):
        make_main_domain(domain, actor=None)
        harbour.site.refresh_from_db()
        assert harbour.site.hostname == HOST
    forget_hosts()
    answer = harbour_client.head("/admin/")
    assert (answer.status_code, answer["Location"]) == (308, f"http://{HOST}/admin/")
    # What was sent is taken where it arrives, and machines that call are not led about.
    assert harbour_client.post("/find-booking/").status_code != 308
    assert harbour_client.get("/webhooks/stripe/00000000-0000-0000-0000-000000000000/").status_code == 405
    assert Client(headers={"host": HOST}).get("/").status_code == 200
    assert harbour_client.get("/livez").status_code == 200


def test_only_a_verified_host_can_be_the_main_one(harbour):
    domain = asked_for(harbour)
    with organization_scope(harbour.pk):
        with pytest.raises(DomainRefused):
            make_main_domain(domain, actor=None)
        Domain.objects.update(is_canonical=False)
        with pytest.raises(IntegrityError, match="domain_canonical_verified"):
            Domain.objects.filter(pk=domain.pk).update(is_canonical=True)


def test_removed_host_no_longer_serves_and_can_be_had_by_others(harbour, kyoto, name_server):
    domain = verified(harbour, name_server)
    with organization_scope(harbour.pk):
        remove_domain(domain, actor=None)
    assert status_at(HOST) == 404
    assert verified(kyoto, name_server).status == DomainStatus.VERIFIED


def test_main_host_cannot_be_removed(harbour):
    with organization_scope(harbour.pk):
        with pytest.raises(DomainRefused):
            remove_domain(Domain.objects.get(), actor=None)
        assert Domain.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_host_that_two_own_by_the_dns_goes_to_one(harbour, kyoto, name_server):
    domains = {organization.pk: asked_for(organization) for organization in (harbour, kyoto)}
    name_server.records[f"_waypost.{HOST}"] = [domain.token for domain in domains.values()]

    def check(number):
        with organization_scope((harbour, kyoto)[number].pk):
            return check_domain(domains[(harbour, kyoto)[number].pk].pk, now=NOW).status

    assert sorted(in_parallel(harbour, 2, check)) == [DomainStatus.FAILED, DomainStatus.VERIFIED]


@pytest.mark.django_db(transaction=True)
def test_main_host_is_one_under_parallel_changes(harbour):
    domains = [asked_for(harbour, f"walks{number}.localhost") for number in range(4)]
    results = in_parallel(harbour, 4, lambda number: make_main_domain(domains[number], actor=None).host)
    assert sorted(results) == [domain.host for domain in domains]
    with organization_scope(harbour.pk):
        main = Domain.objects.get(is_canonical=True).host
        harbour.refresh_from_db()
        assert harbour.site.hostname == main


@pytest.mark.django_db(transaction=True)
def test_name_of_the_platform_is_given_out_once(harbour, kyoto):
    def ask(number):
        organization = (harbour, kyoto)[number % 2]
        with organization_scope(organization.pk):
            return add_domain(organization, host="walks.localhost", now=NOW, actor=None).host

    results = in_parallel(harbour, 4, ask)
    assert sorted(type(result).__name__ for result in results) == ["DomainRefused"] * 3 + ["str"]
