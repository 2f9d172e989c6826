"""One of the processes that book: reads lines “SCHEDULES SECONDS” and answers each with how many orders it placed."""

import json
import os
import random
import sys
import time
import uuid

import django

django.setup()

from django.utils import timezone  # noqa: E402

from commerce.enums import OrderSource, PaymentMethod  # noqa: E402
from commerce.operations import CartLine, Contact, place_order  # noqa: E402
from tenancy.scope import organization_scope  # noqa: E402


def book(schedule: str, tiers: list[int]) -> None:
    """Place the order of a new guest: two adults and a child, to be paid by card."""
    place_order(
        [CartLine(schedule, {tiers[0]: 2, tiers[1]: 1}, 6200)],
        contact=Contact("Grete", "Hansen", f"{uuid.uuid4().hex}@guest.example", "+494066969120", language="en"),
        method=PaymentMethod.CARD,
        source=OrderSource.WEB,
        now=timezone.now(),
        checkout_token=uuid.uuid4(),
    )


def main() -> None:
    known = json.loads(os.environ["BENCH_KNOWN"])
    chance = random.Random(os.getpid())
    with organization_scope(known["organization"]):
        book(known["schedules"][0], known["tiers"])
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            count, seconds = line.split()
            placed = 0
            end = time.perf_counter() + float(seconds)
            while time.perf_counter() < end:
                book(chance.choice(known["schedules"][: int(count)]), known["tiers"])
                placed += 1
            sys.stdout.write(f"{placed}\n")
            sys.stdout.flush()


main()
