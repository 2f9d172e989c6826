"""A year of trade for organizations that have tours: departures, customers, orders and all that comes with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

SCRIPT = Path(__file__).parent / "trade.sql"


class Trade(NamedTuple):
    """How many departures and orders an organization gets. Of five orders, four are those of new customers."""

    organization_id: int
    schedules: int
    orders: int


def write_trade(connection: psycopg.Connection, trades: Sequence[Trade]) -> None:
    """Write a year of trade, in the order of time: the rows of one organization lie between those of the others.

    Each organization needs a tour with a variant. The connection is that of a superuser: foreign keys are not checked again.
    """
    connection.execute("SET session_replication_role = replica")
    connection.execute("CREATE TEMPORARY TABLE trade (organization_id bigint, schedules int, orders int)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO trade VALUES (%s, %s, %s)", trades)
    connection.execute(SCRIPT.read_bytes())
    connection.execute("DROP TABLE trade")
    connection.execute("SET session_replication_role = origin")
