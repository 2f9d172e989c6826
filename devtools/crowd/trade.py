"""A year of trade for organizations that have tours: departures, customers, orders and all that comes with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

from devtools.crowd.copies import unchecked

FOLDER = Path(__file__).parent


class Trade(NamedTuple):
    """How many departures and orders an organization gets. Of five orders, four are those of new customers."""

    organization_id: int
    schedules: int
    orders: int


def write_trade(connection: psycopg.Connection, trades: Sequence[Trade], *, contacts: bool) -> None:
    """Write a year of trade, in the order of time: the rows of one organization lie between those of the others.

    `contacts` adds what no list of orders shows: people on bookings, calls, messages, the record of what was done.

    Each organization needs a tour with a variant. The connection is that of the tables' owner.
    """
    connection.execute("CREATE TEMPORARY TABLE trade (organization_id bigint, schedules int, orders int)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO trade VALUES (%s, %s, %s)", trades)
    with unchecked(connection):
        connection.execute((FOLDER / "trade.sql").read_bytes())
        if contacts:
            connection.execute((FOLDER / "contacts.sql").read_bytes())
    connection.execute("DROP TABLE deal, trader, trade")
