"""Every hot query reads an index that starts with the organization: among many others it reads no more than alone.

Row-level security lets PostgreSQL use an index only for what is leakproof (`=` and `<` of plain types are; `LIKE`, `LOWER` and `UPPER`
are not), so an index that a query seems to fit may never be read. Here the hot paths run in a database with many organizations, and
each statement they sent is explained to the role that sent it.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from cms.models import TourPage
from commerce.enums import LedgerKind, OrderSource, OrderStatus, PaymentMethod
from commerce.models import LedgerTransaction, Order
from commerce.operations import CartLine, Contact, place_order
from commerce.queries import (
    ledger_at_stripe,
    ledger_by_reference,
    open_orders_of,
    order_by_secret,
    order_of_checkout,
    orders_needing_attention,
    transfers_awaiting_staff,
)
from crm.queries import customer_by_email
from devtools.crowd import Trade, copy_organization, write_trade
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import enable_all_methods
from tests.factories import TierFactory, VariantFactory
from tests.fixtures import client_for, make_member
from tours.enums import ScheduleStatus
from tours.models import Schedule
from tours.queries import available_schedules, bookable_days

# Smaller tables are read whole by any sensible planner.
MANY_ROWS = 300

# Read by other keys than the organization's, each with the reason. Keys of rows need none: a row belongs to one organization.
BY_OTHER_KEYS = {
    "commerce_order_secret": "a guest's link leads to one order by its secret, which is unique across organizations",
    "tours_schedule_public_id": "a guest's choice names a departure by its public id, which is unique across organizations",
    "tours_tour_public_id": "as a departure's",
    "wagtailcore_page_translation_key": "the key of a page and its translations is random",
    "wagtailcore_page_path": "the pages above a page are named by their paths in the tree, of which each organization has its branch",
}


class Read(NamedTuple):
    """How a statement reads a table: by which index, or whole, and under which condition."""

    table: str
    index: str
    condition: str


@pytest.fixture
def crowd(harbour: Organization, kyoto: Organization) -> Iterator[Organization]:
    """Harbour among twenty-one others, each with a few months of trade."""
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            TierFactory(tour=VariantFactory().tour)
            enable_all_methods()
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        others = [kyoto.pk, *copy_organization(connection.connection, kyoto.pk, last=20)]
        trades = [Trade(harbour.pk, 120, 300), *(Trade(pk, 60, 150) for pk in others)]
        write_trade(connection.connection, trades, contacts=True)
        cursor.execute("ANALYZE")
    with organization_scope(harbour.pk):
        yield harbour


def _plan_of(statement: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def _reads(plan: dict[str, Any], index_tables: dict[str, str]) -> Iterator[Read]:
    index = plan.get("Index Name", "")
    if index:
        yield Read(index_tables[index], index, plan.get("Index Cond", ""))
    elif plan["Node Type"] == "Seq Scan":
        yield Read(plan["Relation Name"], "", "")
    for part in plan.get("Plans", []):
        yield from _reads(part, index_tables)


def _indexes() -> dict[str, tuple[str, str, bool]]:
    """The table of each index, its first column, and whether that is the key of a row of one organization."""
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT x.relname, t.relname, coalesce(a.attname, ''), a.attname = 'id' OR EXISTS (
                SELECT 1 FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
                WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.conkey[1] = a.attnum AND r.relrowsecurity
                  AND r.relname <> 'tenancy_organization')
            FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
            WHERE t.relnamespace = 'public'::regnamespace
            """
        )
        return {index: (table, column, bool(is_key)) for index, table, column, is_key in cursor.fetchall()}


def _large_tables() -> set[str]:
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND reltuples > %s", [MANY_ROWS]
        )
        return {table for (table,) in cursor.fetchall()}


def _wrong(read: Read, indexes: dict[str, tuple[str, str, bool]]) -> str:
    if not read.index:
        return f"reads all of {read.table}"
    _table, column, is_key = indexes[read.index]
    fits = column == "organization_id" or is_key or read.index.startswith(tuple(BY_OTHER_KEYS))
    if fits and column in read.condition:
        return ""
    return f"reads {read.table} by {read.index} ({column}) where {read.condition or 'anything'}"


def _problems(hot_path: Callable[[], object]) -> tuple[set[str], set[str]]:
    """What is wrong with how a path reads the large tables, and the large tables that it reads."""
    indexes, large = _indexes(), _large_tables()
    index_tables = {index: table for index, (table, _column, _is_key) in indexes.items()}
    with CaptureQueriesContext(connection) as queries:
        hot_path()
    problems, tables = set(), set()
    for query in queries:
        if not query["sql"].startswith(("SELECT", "UPDATE")) or "set_config" in query["sql"]:
            continue
        for read in _reads(_plan_of(query["sql"]), index_tables):
            if read.table in large:
                tables.add(read.table)
                problem = _wrong(read, indexes)
                if problem:
                    problems.add(f"{problem}: {query['sql'][:2000]}")
    return problems, tables


def _order() -> Order:
    return Order.objects.filter(status=OrderStatus.PAID).order_by("-placed_at")[0]


def _schedule() -> Schedule:
    return Schedule.objects.filter(status=ScheduleStatus.OPEN, starts_at__gt=timezone.now()).order_by("starts_at")[5]


def _problems_of(hot_paths: dict[str, tuple[Callable[[], object], set[str]]]) -> dict[str, set[str]]:
    """What is wrong with several paths, each with the large tables that it must be seen to read."""
    found = {}
    for name, (hot_path, expected) in hot_paths.items():
        problems, read = _problems(hot_path)
        problems |= {f"did not read {table}" for table in expected - read}
        if problems:
            found[name] = problems
    return found


@pytest.mark.django_db
def test_pages_of_staff_read_by_organization(crowd):
    order, schedule, today = _order(), _schedule(), timezone.now().date()
    client = client_for(crowd, make_member(crowd, Role.OWNER))
    days = f"first={today - dt.timedelta(days=30)}&last={today}"
    orders, customers, schedules = "/admin/orders/", "/admin/customers/", "/admin/schedules/"
    addresses = {
        orders: {"commerce_order"},
        f"{orders}?q=müller": {"commerce_order"},
        f"{orders}?q={order.number}": {"commerce_order"},
        f"{orders}?status=pending": {"commerce_order"},
        f"{orders}?attention=yes": {"commerce_order"},
        f"{orders}?placed_from={schedule.date - dt.timedelta(days=30)}": {"commerce_order"},
        f"{orders}?departure={schedule.date}": {"commerce_order", "tours_schedule"},
        f"{orders}inspect/{order.pk}/": {"commerce_order", "tenancy_auditentry"},
        customers: {"crm_customer"},
        f"{customers}?q=schmidh": {"crm_customer"},
        f"{customers}?q={order.email}": {"crm_customer"},
        f"{customers}?q={str(order.phone)[-8:]}": {"crm_customer"},
        f"{customers}?q={order.number}": {"crm_customer", "commerce_order"},
        f"{customers}inspect/{order.customer_id}/": {"crm_customer", "crm_activity", "crm_message", "commerce_order"},
        schedules: {"tours_schedule"},
        f"{schedules}inspect/{schedule.pk}/": {"tours_schedule", "tours_booking"},
        f"/admin/ledger/?{days}": {"commerce_ledgertransaction", "commerce_ledgerentry"},
        f"/admin/payments-report/?{days}": {"commerce_ledgertransaction", "commerce_ledgerentry"},
        f"{schedules}{schedule.pk}/manifest/": {"tours_schedule", "tours_booking", "tours_participant"},
    }
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    assert (
        _problems_of({address: (lambda at=address: client.get(at), tables) for address, tables in addresses.items()})
        == {}
    )


@pytest.mark.django_db
def test_pages_of_guests_read_by_organization(crowd):
    with every_organization(), connection.cursor() as cursor:
        # Pages enough that none is found by reading all.
        cursor.execute("SELECT id FROM tenancy_organization WHERE slug = 'kyoto'")
        copy_organization(connection.connection, cursor.fetchone()[0], first=21, last=200)
        cursor.execute(
            "INSERT INTO cms_searchentry (organization_id, page_id, language, kind, part, title, text, shown, created_at,"
            " updated_at) SELECT organization_id, id, 'en', 'page', '', title, '', '{}', now(), now()"
            " FROM wagtailcore_page WHERE depth = 3"
        )
        cursor.execute(
            "INSERT INTO cms_searchword (organization_id, entry_id, language, word, weight)"
            " SELECT organization_id, id, 'en', 'walk' || number, 1 FROM cms_searchentry, generate_series(1, 50) number"
        )
        cursor.execute("ANALYZE")
    client = client_for(crowd)
    tour = _schedule().tour
    page = TourPage(title="A walk", slug="a-walk", tour=tour, summary="A walk.")
    page.locale = Locale.objects.get(language_code="en")
    crowd.site.root_page.add_child(instance=page)
    addresses = {
        f"{page.get_url()}?cold=1": {"wagtailcore_page"},
        # Two words, and a slip in one.
        "/search/suggestions/?q=walk1 walk2": {"cms_searchword"},
        "/search/suggestions/?q=wakl12": {"cms_searchword"},
        f"{reverse('commerce:availability', args=[tour.public_id])}?month={_schedule().date:%Y-%m}": {"tours_schedule"},
    }
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    assert (
        _problems_of({address: (lambda at=address: client.get(at), tables) for address, tables in addresses.items()})
        == {}
    )


@pytest.mark.django_db
def test_queries_read_by_organization(crowd):
    order, schedule, now = _order(), _schedule(), timezone.now()
    tour, today = schedule.tour, now.date()
    tier = tour.pricing_tiers.get()
    contact = Contact("Grete", "Hansen", order.email.upper(), language="en")
    lines = [CartLine(str(schedule.public_id), {tier.pk: 1})]
    charge = LedgerTransaction.objects.order_by("-occurred_at")[0]
    month = {"from_": today, "to": today + dt.timedelta(days=30)}
    assert (
        _problems_of(
            {
                "customer by e-mail": (lambda: customer_by_email(order.email.upper()), {"crm_customer"}),
                "orders by e-mail": (lambda: list(open_orders_of(order.email.upper())[:10]), {"commerce_order"}),
                "order by secret": (lambda: order_by_secret(order.secret), {"commerce_order"}),
                "order of a checkout": (lambda: order_of_checkout(order.checkout_token), {"commerce_order"}),
                "orders to look at": (orders_needing_attention, {"commerce_order"}),
                "transfers": (transfers_awaiting_staff, {"commerce_payment"}),
                "movements by reference": (
                    lambda: ledger_by_reference([(LedgerKind.CHARGE, charge.reference)]),
                    {"commerce_ledgertransaction", "commerce_ledgerentry"},
                ),
                "movements of a time": (
                    lambda: ledger_at_stripe(since=now - dt.timedelta(days=1), until=now),
                    {"commerce_ledgertransaction"},
                ),
                "departures of a month": (lambda: available_schedules(tour, **month, now=now), {"tours_schedule"}),
                "next departures": (lambda: bookable_days([tour.pk], now=now), {"tours_schedule"}),
                "an order placed": (
                    lambda: place_order(
                        lines, contact=contact, method=PaymentMethod.ON_ARRIVAL, source=OrderSource.WEB, now=now
                    ),
                    {"tours_schedule", "crm_customer"},
                ),
            }
        )
        == {}
    )


@pytest.mark.django_db
def test_a_table_read_whole_or_along_its_keys_is_found(crowd):
    # As the owner, whom no policy narrows, these are what the tests above look for.
    with every_organization():
        whole, _read = _problems(lambda: Order.objects.filter(note="wheelchair").count())
        walked, _read = _problems(lambda: Order.objects.order_by("pk").first())
    assert [problem.split(":")[0] for problem in whole] == ["reads all of commerce_order"]
    assert [problem.split(":")[0] for problem in walked] == [
        "reads commerce_order by commerce_order_pkey (id) where anything"
    ]


@pytest.mark.django_db
def test_indexes_by_other_keys_exist():
    names = list(_indexes())
    assert [prefix for prefix in BY_OTHER_KEYS if not any(name.startswith(prefix) for name in names)] == []
