"""Measures importing a file of customers: checking, taking over with a kill on the way, undoing. Prints JSON."""

import json
import os
import signal
import subprocess
import sys
import time

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.utils import timezone  # noqa: E402

from config.memory import keep_loaded_code  # noqa: E402
from crm.enums import ImportKind, ImportMode, ImportState  # noqa: E402
from crm.models import Customer, Import  # noqa: E402
from crm.operations import check_import, start_import, undo_import, upload_import, work_on_import  # noqa: E402
from tenancy.models import Organization  # noqa: E402
from tenancy.scope import every_organization, organization_scope  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", "50000"))
HEAD = "Record ID,First Name,Last Name,Email,Phone Number,Lifecycle Stage,Tags\n"


def work(parent: Import, until: str) -> float:
    """Do jobs until an import stands where it should; return how many seconds they took."""
    started = time.perf_counter()
    while Import.objects.get(pk=parent.pk).state != until:
        work_on_import(parent.pk, now=timezone.now())
    return time.perf_counter() - started


def kill_on_the_way(organization_id: int, parent: Import) -> tuple[int, float]:
    """Let a process of its own import and kill it at half of the rows; return how many it had taken over, and how many in a second.

    The time counts from its first batch: starting Python is no part of it.
    """
    job = subprocess.Popen([sys.executable, "-m", "bench.imports", str(organization_id), str(parent.pk)])
    first = position = 0
    started = time.perf_counter()
    while position < ROWS // 2:
        if job.poll() is not None:
            raise SystemExit("The job ended before it could be killed.")
        time.sleep(0.02)
        position = Import.objects.get(pk=parent.pk).position
        if position and not first:
            first, started = position, time.perf_counter()
    rate = (position - first) / (time.perf_counter() - started)
    job.send_signal(signal.SIGKILL)
    job.wait()
    return Import.objects.get(pk=parent.pk).position, rate


def main() -> None:
    # As a worker does.
    keep_loaded_code()
    with every_organization():
        organization = Organization.objects.get(slug="harbour")
    with organization_scope(organization.pk):
        if len(sys.argv) > 2:
            work_on_import(int(sys.argv[2]), now=timezone.now())
            return
        before = Customer.objects.count()
        lines = (f'{n},Import,Guest {n},import{n}@bench.example,+4930{n:08},lead,"old, list"\n' for n in range(ROWS))
        file = ContentFile((HEAD + "".join(lines)).encode(), name="hubspot.csv")
        parent = upload_import(file, kind=ImportKind.CUSTOMERS, actor=None)
        check_import(parent, mapping=parent.mapping, mode=ImportMode.FILL, now=timezone.now())
        checked = work(parent, ImportState.CHECKED)
        start_import(parent, now=timezone.now(), actor=None)
        killed_at, rate = kill_on_the_way(organization.pk, parent)
        rest = work(parent, ImportState.DONE)
        made = Customer.objects.count() - before
        undo_import(parent, now=timezone.now(), actor=None)
        undone = work(parent, ImportState.UNDONE)
        left = Customer.objects.count() - before
    found = {
        "rows": ROWS,
        "checked": ROWS / checked,
        "killed_at": killed_at,
        "imported": rate,
        "resumed": (ROWS - killed_at) / rest,
        "undone": ROWS / undone,
        "made": made,
        "left": left,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
