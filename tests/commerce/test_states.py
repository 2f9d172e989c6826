"""The tables of states are the same in the code, in the database and in the docs, and one place writes them."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from commerce.models import Order, Payment
from commerce.operations import begin_cancelled, confirm_manual_payment
from commerce.rules import ORDER_CHANGES, PAYMENT_CHANGES
from tests.commerce.factories import NOW, order_of
from tests.factories import make_schedule

ROOT = Path(settings.BASE_DIR)
TABLES = {"commerce_order": ORDER_CHANGES, "commerce_payment": PAYMENT_CHANGES}


def pairs(table) -> set[tuple[str, str]]:
    return {(old.value, new.value) for old, following in table.items() for new in following if new != old}


@pytest.mark.parametrize("name", TABLES)
def test_database_has_the_table_of_the_code(db, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{name}_legal_changes"])
        (source,) = cursor.fetchone()
    assert set(re.findall(r"'(\w+)>(\w+)'", source)) == pairs(TABLES[name])


def test_database_refuses_what_the_table_does_not_allow(in_harbour):
    order = order_of(make_schedule())
    for model, key, wanted in ((Order, order.pk, "refunded"), (Payment, order.payments.get().pk, "refunded")):
        with pytest.raises(IntegrityError, match="cannot become refunded"), transaction.atomic():
            model.objects.filter(pk=key).update(status=wanted)
    assert Order.objects.filter(pk=order.pk).update(status="cancelled") == 1


def test_one_place_writes_the_state_of_orders_and_payments():
    writers = set()
    for path in (ROOT / "commerce").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for target in getattr(node, "targets", []):
                if isinstance(target, ast.Attribute) and target.attr == "status" and isinstance(target.value, ast.Name):
                    writers.add((path.relative_to(ROOT).as_posix(), target.value.id))
    about = {writer for writer in writers if not re.search("refund|choice|dispute|warning|row|run", writer[1])}
    assert about == {("commerce/operations/states.py", "order"), ("commerce/operations/states.py", "payment")}


@pytest.mark.parametrize("name", TABLES)
def test_docs_have_the_table_of_the_code(name):
    rows = [
        f"| `{old.value}` | {', '.join(f'`{new.value}`' for new in type(old) if new in following and new != old) or '–'} |"
        for old, following in TABLES[name].items()
    ]
    assert "\n".join(rows) in (ROOT / "docs/payments.md").read_text()


def test_order_completed_just_before_a_departure_was_cancelled_is_open_again(in_harbour):
    schedule = make_schedule()
    order = order_of(schedule)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    Order.objects.filter(pk=order.pk).update(status="completed")
    begin_cancelled(schedule.pk, booking_ids=list(order.lines.values_list("booking", flat=True)))
    order.refresh_from_db()
    assert order.status == "paid"
