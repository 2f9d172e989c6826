"""Measures finding a customer among many beside the look-up of one row, and a profile with 1,000 entries. Prints JSON."""

import datetime as dt
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import django

django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from config.memory import keep_loaded_code  # noqa: E402
from crm.models import Activity, Customer, Document, DocumentLink, Message, Protocol  # noqa: E402
from crm.queries import find_customers  # noqa: E402
from tenancy.models import Organization, User  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402

HOST = "harbour.localhost"
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))
TIMES = 200
ENTRIES = 1_000
SYLLABLES = (
    "ha",
    "ns",
    "mül",
    "ler",
    "pe",
    "ter",
    "sen",
    "we",
    "iss",
    "berg",
    "schmi",
    "dt",
    "fi",
    "scher",
    "ka",
    "to",
)


def p95(what: Callable[[Any], Any], samples: Sequence[Any]) -> float:
    """Return the time within which 19 of 20 calls were done, in milliseconds."""
    what(samples[0])
    taken = []
    for sample in samples:
        started = time.perf_counter()
        what(sample)
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)[int(len(taken) * 0.95)]


def write_customers(chance: random.Random) -> float:
    """Write `CUSTOMERS` people with a few thousand names among them; return how many in a second, with all by which they are found."""
    last = ["".join(chance.choices(SYLLABLES, k=3)).capitalize() for _name in range(8_000)]
    first = ["".join(chance.choices(SYLLABLES, k=2)).capitalize() for _name in range(1_500)]
    started = time.perf_counter()
    for start in range(0, CUSTOMERS, 5_000):
        Customer.objects.bulk_create(
            Customer(
                first_name=chance.choice(first),
                last_name=chance.choice(last),
                email=f"guest{number}@bench.example",
                phone=f"+4940{number:08}",
            )
            for number in range(start, min(start + 5_000, CUSTOMERS))
        )
    rate = CUSTOMERS / (time.perf_counter() - started)
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE crm_customer, crm_customerkey")
    return rate


def _with_error(name: str) -> str:
    return f"{name[0]}{name[2]}{name[1]}{name[3:]}" if len(name) > 3 else name


def measure_search(chance: random.Random) -> dict[str, float]:
    """Return how long it takes to find customers by several things, and one row by its key."""
    keys = chance.sample(range(CUSTOMERS), TIMES)
    people = list(Customer.objects.filter(email__in=[f"guest{number}@bench.example" for number in keys]))
    return {
        "row": p95(lambda person: Customer.objects.get(pk=person.pk), people),
        "whole name": p95(lambda person: find_customers(person.full_name), people),
        "three letters": p95(lambda person: find_customers(person.last_name[:3]), people),
        "with an error": p95(lambda person: find_customers(_with_error(person.last_name)), people),
        "e-mail": p95(lambda person: find_customers(person.email), people),
        "a number's end": p95(lambda person: find_customers(str(person.phone)[-7:]), people),
    }


def write_timeline() -> Customer:
    """Write `ENTRIES` contacts, events, messages and documents of one customer, an hour apart and in turns."""
    customer = Customer.objects.create(last_name="Talkative")
    now = timezone.now()
    moments = [now - dt.timedelta(hours=hours) for hours in range(ENTRIES)]
    Protocol.objects.bulk_create(Protocol(customer=customer, subject="Call", happened_at=at) for at in moments[::4])
    Activity.objects.bulk_create(Activity(customer=customer, kind="waved", at=at) for at in moments[1::4])
    written = Message.objects.bulk_create(
        Message(customer=customer, kind="note", recipient="a@bench.example", language="en", subject="Hello", text="…")
        for _at in moments[2::4]
    )
    kept = Document.objects.bulk_create(Document(title="Passport") for _at in moments[3::4])
    about = ContentType.objects.get_for_model(Customer)
    DocumentLink.objects.bulk_create(
        DocumentLink(document=document, content_type=about, object_id=customer.pk) for document in kept
    )
    for model, rows, begin in ((Message, written, 2), (Document, kept, 3)):
        for row, at in zip(rows, moments[begin::4], strict=True):
            row.created_at = at
        model.objects.bulk_update(rows, ["created_at"])
    return customer


def main() -> None:
    # As a web server does.
    keep_loaded_code()
    chance = random.Random(7)  # the same people each time
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
        manager = User.objects.get(email="manager@harbour.example")
    with organization_scope(organization.pk):
        written = write_customers(chance)
        search = measure_search(chance)
        customer = write_timeline()
        client = Client(headers={"host": HOST})
        client.force_login(manager)
    path = f"/admin/customers/inspect/{customer.pk}/"
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    profile = {"queries": len(queries), "p95": p95(lambda _time: client.get(path), range(20))}
    sys.stdout.write(json.dumps({"customers": CUSTOMERS, "written": written, "search": search, "profile": profile}))


if __name__ == "__main__":
    main()
