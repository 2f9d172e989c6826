"""One of the processes that book through the operation: answers each line of JSON with how many orders it placed."""

import json
import os
import uuid

import django

django.setup()

from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.booking_threads import serve  # noqa: E402
from commerce.enums import OrderSource, PaymentMethod  # noqa: E402
from commerce.operations import CartLine, Contact, place_order  # noqa: E402
from config.memory import keep_loaded_code  # noqa: E402
from tenancy.scope import organization_scope  # noqa: E402


def main() -> None:
    # As a web server does.
    keep_loaded_code()
    known = json.loads(os.environ["BENCH_KNOWN"])
    adult, child = known["tiers"]

    def book(schedule: str) -> None:
        """Place the order of a new guest: two adults and a child, to be paid by card."""
        with organization_scope(known["organization"]):
            place_order(
                [CartLine(schedule, {adult: 2, child: 1}, 6200)],
                contact=Contact("Grete", "Hansen", f"{uuid.uuid4().hex}@guest.example", "+494066969120", language="en"),
                method=PaymentMethod.CARD,
                source=OrderSource.WEB,
                now=timezone.now(),
                checkout_token=uuid.uuid4(),
            )

    # Each thread has connections of its own: these are the thread's that asks.
    serve(book, warm_up=known["schedules"][0], close=connections.close_all)


main()
