"""`python -m bench` or `make bench`: servers of its own, a few minutes, and a table."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bookings import Bookers, plain_sql_rate, rows_of_a_booking
from bench.load import Answer, Sample, Target, fetch, measure
from bench.servers import ROOT, Bench, running_bench, say, verdict

HOST = "harbour.localhost"
PAGE_ROUNDS = 6
PAGE_SECONDS = 1.0
BOOKING_SECONDS = 5
# Of how an answer is built, not of what it says.
NOT_COPIED = {"server", "date", "connection", "content-length"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page to ask for. `aim` is the smallest share of its floor that we want."""

    name: str
    path: str
    headers: Mapping[str, str]
    aim: float | None = None


def keep_for_floor(bench: Bench, page: Page, answer: Answer) -> None:
    """Write an answer down for the bare view to return."""
    name = floor_name(page)
    headers = {key: value for key, value in answer.headers.items() if key.lower() not in NOT_COPIED}
    (bench.folder / "floor" / f"{name}.body").write_bytes(answer.body)
    (bench.folder / "floor" / f"{name}.json").write_text(json.dumps(headers))


def floor_name(page: Page) -> str:
    """Return the name of a page at the bare server."""
    return page.name.replace(" ", "-").replace(",", "")


def pages_of(known: Mapping[str, Any]) -> list[Page]:
    """Return what is asked for. A query string nobody expects leads past the stored pages."""
    zipped = {"Accept-Encoding": "gzip"}
    return [
        Page("landing page, stored", known["landing"], zipped, aim=0.7),
        Page("landing page, made anew", f"{known['landing']}?cold=1", zipped),
        Page("tour page, stored", known["tour"], zipped, aim=0.7),
        Page("tour page, made anew", f"{known['tour']}?cold=1", zipped),
        Page("availability of a month", known["availability"], {**zipped, "HX-Request": "true"}),
    ]


def peak_memory_mb(master: int) -> float | None:
    """Return the largest memory that a worker of a server ever held, in MB; None where the system does not tell (not Linux)."""
    peaks = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has ended
            continue
        if lines["PPid"].strip() == str(master) and "VmHWM" in lines:
            peaks.append(int(lines["VmHWM"].split()[0]) / 1024)
    return max(peaks, default=None)


def measure_pages(bench: Bench, known: Mapping[str, Any]) -> None:
    """Measure each page beside its floor and print the table."""
    pages = pages_of(known)
    port, master = bench.serve("config.wsgi:application")
    for page in pages:
        # The first answer is made, the second may come from the store.
        fetch(port, HOST, page.path, page.headers)
        answer = fetch(port, HOST, page.path, page.headers)
        if answer.status != 200 or ("stored" in page.name) != (answer.headers.get("X-Cache") == "hit"):
            raise SystemExit(f"{page.path} answered {answer.status}, X-Cache {answer.headers.get('X-Cache')}")
        keep_for_floor(bench, page, answer)
    floor_port, _floor_master = bench.serve("bench.floor:application")
    say(f"{'':26}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'floor/s':>10}{'ratio':>8}   aim")
    for page in pages:
        targets = (
            Target(port, HOST, page.path, page.headers),
            Target(floor_port, HOST, f"/{floor_name(page)}/", page.headers),
        )
        ours, floor = measure(targets, rounds=PAGE_ROUNDS, seconds=PAGE_SECONDS)
        say(page_line(page, ours, floor))
    say()
    say(count_line("queries of the tour page", known["tour_queries"], 12))
    say(count_line("queries of the landing page", known["landing_queries"], 12))
    say(count_line("queries of a month", known["availability_queries"], None))
    peak = peak_memory_mb(master)
    if peak is not None:
        say(f"{'peak memory of a web process':34}{peak:>6.0f} MB   under 250 MB: {verdict(reached=peak < 250)}")


def page_line(page: Page, ours: Sample, floor: Sample) -> str:
    """Return a page's line of the table."""
    ratio = ours.rate / floor.rate
    aim = f"   ≥ {page.aim:.2f}: {verdict(reached=ratio >= page.aim)}" if page.aim else ""
    return f"{page.name:26}{ours.rate:>11.0f}{ours.p50:>9.1f}{ours.p99:>9.1f}{floor.rate:>10.0f}{ratio:>8.2f}{aim}"


def count_line(what: str, count: int, most: int | None) -> str:
    """Return the line of a number that must not be large."""
    aim = f"      at most {most}: {verdict(reached=count <= most)}" if most else ""
    return f"{what:34}{count:>6}{aim}"


def measure_sizes(bench: Bench) -> None:
    """Measure guest pages with 5, 50 and 500 tiles, stops and places, and print the table; the number of queries must not grow."""
    found = json.loads(bench.python("-m", "bench.guest_pages", settings="bench.settings"))
    say(f"{'a page with':26}{'queries':>11}{'anew ms':>11}{'stored ms':>11}{'KB':>9}")
    for name, one in found.items():
        say(f"{name:26}{one['queries']:>11}{one['anew']:>11.1f}{one['stored']:>11.2f}{one['kilobytes']:>9.0f}")
    for kind in ("tours", "tiles", "stops", "places"):
        counts = {one["queries"] for name, one in found.items() if name.endswith(kind)}
        say(f"{'queries whatever the number of ' + kind:40} {verdict(reached=len(counts) == 1)}")


def measure_bookings(bench: Bench, known: Mapping[str, Any]) -> None:
    """Measure bookings over HTTP and by the operation beside the same in plain SQL, and print the table."""
    port, _master = bench.serve("config.wsgi:application")
    env = {**bench.env, "DJANGO_SETTINGS_MODULE": "bench.settings", "BENCH_PORT": str(port)}
    bookers = Bookers("bench.booking_client", env, known, root=ROOT)
    guests = Bookers("bench.http_booking_client", env, known, root=ROOT)
    try:
        ours, plain = rows_of_a_booking(bench.database_url, known, bookers)
        if ours != plain:
            say(f"The plain SQL does not write the same rows: {ours} and {plain}")
        say(f"{'bookings a second':26}{'clients':>11}{'over HTTP':>11}{'operation':>11}{'SQL':>9}{'ratio':>8}   aim")
        for number, (clients, aim) in enumerate(((1, None), (8, 0.15), (32, None))):
            # A hot departure for each row, for it must not be full before the end.
            for name, places, least in (
                ("on 100 departures", range(100), aim),
                ("on one departure", range(number, number + 1), None),
            ):
                schedules = known["schedules"][places.start : places.stop]
                rate = bookers.rate(schedules, clients=clients, seconds=BOOKING_SECONDS)
                over_http = guests.rate(schedules, clients=clients, seconds=BOOKING_SECONDS)
                floor = plain_sql_rate(bench.database_url, known, places, clients=clients, seconds=BOOKING_SECONDS)
                text = f"   ≥ {least:.2f}: {verdict(reached=rate / floor >= least)}" if least else ""
                say(f"{name:26}{clients:>11}{over_http:>11.0f}{rate:>11.0f}{floor:>9.0f}{rate / floor:>8.2f}{text}")
    finally:
        bookers.stop()
        guests.stop()


def measure_patterns(bench: Bench) -> None:
    """Measure a year of departures made from a pattern beside the same rows in plain SQL, and print the table."""
    found = json.loads(bench.python("-m", "bench.patterns", settings="bench.settings"))
    say(
        f"{'a year, ten departures a day':34}{found['made']:>6} departures in {found['seconds']:.2f} s",
    )
    say(f"{'':34}{'':>6} in plain SQL {found['sql_seconds']:.2f} s; under 3 s: {verdict(reached=found['seconds'] < 3)}")
    say(f"{'the same again':34}{found['again']:>6} departures in {found['repeat']:.2f} s")


def measure_calendar(bench: Bench) -> None:
    """Measure the availability of a month beside one row, and the calendar of a month with 5,000 departures; print the table."""
    found = json.loads(bench.python("-m", "bench.calendar", settings="bench.settings"))
    free = found["availability"]
    ratio = free["month"] / free["row"]
    say(
        f"{'a month, ten departures a day':34}{free['found']:>6} departures, {free['queries']} query, p50 {free['month']:.2f} ms"
    )
    say(f"{'':34}{'':>6} one row {free['row']:.2f} ms; {ratio:.1f} times that, under 5: {verdict(reached=ratio < 5)}")
    for name, one in found["calendar"].items():
        reached = one["queries"] <= 12 and one["p50"] < 1000
        text = f"queries, p50 {one['p50']:.0f} ms; at most 12, under 1 s: {verdict(reached=reached)}"
        say(f"{'calendar of 5,000: ' + name:34}{one['queries']:>6} {text}")


def measure_alone(program: str) -> Any:
    """Return what a program of the bench found in a database of its own, made a moment before.

    Nothing that was measured earlier is still being tidied up, and PostgreSQL knows nothing of the tables: a new installation.
    """
    with running_bench() as bench:
        bench.load_demo()
        return json.loads(bench.python("-m", program, settings="bench.settings"))


def measure_customers() -> None:
    """Measure finding one of 200,000 customers beside one row, and a profile with 1,000 entries; print the table."""
    found = measure_alone("bench.customers")
    search, profile = found["search"], found["profile"]
    row = search.pop("row")
    rate = found["written"]
    text = f"{rate:.0f} a second, with their keys; at least 2,000: {verdict(reached=rate >= 2000)}"
    say(f"{'customers written in batches':34}{found['customers']:>6} customers, {text}")
    for name, taken in search.items():
        text = f"p95 {taken:.2f} ms; one row {row:.2f} ms, {taken / row:.1f} times that, under 5: {verdict(reached=taken < 5 * row)}"
        say(f"{'a customer by ' + name:34}{found['customers']:>6} customers, {text}")
    text = f"queries, p95 {profile['p95']:.0f} ms; at most 15: {verdict(reached=profile['queries'] <= 15)}"
    say(f"{'profile with 1,000 entries':34}{profile['queries']:>6} {text}")


def measure_imports() -> None:
    """Measure importing 50,000 customers from a file, with the job killed at half, and undoing it; print the table."""
    found = measure_alone("bench.imports")
    rows, rate = found["rows"], found["imported"]
    say(f"{'customers of a file checked':34}{rows:>6} rows, {found['checked']:.0f} a second")
    text = f"{rate:.0f} a second; at least 2,000: {verdict(reached=rate >= 2000)}"
    say(f"{'customers of a file taken over':34}{rows:>6} rows, {text}")
    right = found["made"] == rows
    right = right and found["resumed"] >= 2000
    text = f"{found['resumed']:.0f} a second, {found['made']} made; at least 2,000, and all: {verdict(reached=right)}"
    say(f"{'killed and resumed':34}{found['killed_at']:>6} rows, {text}")
    text = f"{found['undone']:.0f} a second, {found['left']} left: {verdict(reached=found['left'] == 0)}"
    say(f"{'and undone':34}{rows:>6} rows, {text}")


def main() -> int:
    """Measure everything; return 0 also when an aim was missed, for a machine may be busy."""
    started = time.monotonic()
    with running_bench() as bench:
        (bench.folder / "floor").mkdir()
        bench.load_demo()
        known = json.loads(bench.python("-m", "bench.prepare", settings="bench.settings"))
        say(f"Ready after {time.monotonic() - started:.0f} s. 8 connections from 2 processes on the same machine.\n")
        measure_pages(bench, known)
        say()
        measure_sizes(bench)
        say()
        measure_bookings(bench, known)
        say()
        measure_patterns(bench)
        say()
        measure_calendar(bench)
    say()
    measure_customers()
    say()
    measure_imports()
    say(f"\nTook {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
