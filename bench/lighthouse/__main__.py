"""`python -m bench.lighthouse`: the guest site through the eyes of Lighthouse, on a phone with a slow connection. Prints a table.

Each page is opened by a browser that knows nothing of the site yet, and the run with the middle time counts. Ends with 1 when an aim
was missed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Any
from urllib.parse import urlsplit

from bench.load import fetch
from bench.servers import ROOT, Bench, running_bench, say
from devtools.chromium import HOW_TO_GET_ONE, find_chromium

FOLDER = ROOT / "bench" / "lighthouse"
SETTINGS = "bench.lighthouse.settings"
PAGES = {
    "harbour": {
        "landing": "/",
        "tours": "/tours/",
        "tour": "/tours/speicherstadt-and-hafencity-on-foot/",
        "questions": "/questions/",
    },
    "kyoto": {
        "landing": "/",
        "tours": "/walks/",
        "tour": "/walks/ten-thousand-gates-at-first-light/",
        "questions": "/questions/",
    },
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
ONE_RUN_SECONDS = 180
# What an aim is compared with is rounded as it is printed.
AIMS: Mapping[str, tuple[str, Callable[[float], bool]]] = {
    "performance": ("≥ 95", lambda value: value >= 95),
    "accessibility": ("100", lambda value: value == 100),
    "best-practices": ("100", lambda value: value == 100),
    "seo": ("100", lambda value: value == 100),
    "LCP s": ("< 1.20", lambda value: value < 1.2),
    "CLS": ("0", lambda value: value == 0),
    "TBT ms": ("< 50", lambda value: value < 50),
}
# Of the landing page only, at the first visit.
LANDING_AIMS: Mapping[str, tuple[str, Callable[[float], bool]]] = {
    "KB": ("≤ 100", lambda value: value <= 100),
    "requests": ("≤ 12", lambda value: value <= 12),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one run of Lighthouse found: the columns of the table, and what spoils a score, in words."""

    columns: dict[str, float]
    complaints: tuple[str, ...]


def needed_programs() -> tuple[str, dict[str, str]]:
    """Return the path of Lighthouse, installed now if it is not there yet, and the environment it runs in.

    Ends the program with what to install when Node.js or a Chromium is missing.
    """
    if shutil.which("npm") is None:
        raise SystemExit("Lighthouse needs Node.js 18 or newer with npm. On Debian or Ubuntu: apt install npm")
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"There is no Chromium. {HOW_TO_GET_ONE}")
    program, lock = FOLDER / "node_modules" / ".bin" / "lighthouse", FOLDER / "package-lock.json"
    if not program.exists() or program.stat().st_mtime < lock.stat().st_mtime:
        say("Lighthouse, from npm")
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], cwd=FOLDER, check=True
        )
        program.touch()
    return str(program), {**os.environ, "CHROME_PATH": chromium}


def serve(bench: Bench) -> int:
    """Start the product with the demo's content and return its port."""
    bench.load_demo()
    bench.python("manage.py", "collectstatic", "--no-input", "-v", "0", settings=SETTINGS)
    port, _master = bench.serve("config.wsgi:application", settings=SETTINGS)
    return port


def run_once(program: str, env: Mapping[str, str], url: str, *, folder: Path) -> dict[str, Any]:
    """Return what Lighthouse says of a page. When the browser gave it nothing to measure, it is asked once more, as it wishes itself."""
    out = folder / "report.json"
    flags = "--headless=new --no-sandbox --disable-dev-shm-usage --host-resolver-rules='MAP *.localhost 127.0.0.1'"
    problem = ""
    for _attempt in range(2):
        done = subprocess.run(
            [
                *(program, url, "--quiet", "--output=json", f"--output-path={out}", f"--chrome-flags={flags}"),
                *("--form-factor=mobile", f"--only-categories={','.join(CATEGORIES)}"),
            ],
            env=env,
            capture_output=True,
            text=True,
            timeout=ONE_RUN_SECONDS,
            check=False,
        )
        report: dict[str, Any] = json.loads(out.read_text()) if done.returncode == 0 else {}
        problem = report["runtimeError"]["message"] if report.get("runtimeError") else done.stderr[-3000:]
        if report and not report.get("runtimeError"):
            return report
    raise SystemExit(f"Lighthouse failed at {url}:\n{problem}")


def look_of(report: Mapping[str, Any]) -> Look:
    """Return the columns of the table that a report fills."""
    audits = report["audits"]
    requests = [
        item
        for item in audits["network-requests"]["details"]["items"]
        # The picture of the tab is the logo, which is there already.
        if urlsplit(item["url"]).scheme in ("http", "https") and item.get("transferSize")
    ]
    # Photos come from the organization's own files; what is drawn for the product is counted.
    others = [item for item in requests if not urlsplit(item["url"]).path.startswith("/media/")]
    columns = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    columns |= {
        "LCP s": round(audits["largest-contentful-paint"]["numericValue"] / 1000, 2),
        "CLS": round(audits["cumulative-layout-shift"]["numericValue"], 3),
        "TBT ms": round(audits["total-blocking-time"]["numericValue"]),
        "KB": round(sum(item.get("transferSize", 0) for item in others) / 1000, 1),
        "photos KB": round(sum(item.get("transferSize", 0) for item in requests) / 1000, 1),
        "requests": len(requests),
    }
    columns["photos KB"] = round(columns["photos KB"] - columns["KB"], 1)
    return Look(columns, tuple(_complaints(report)))


def _complaints(report: Mapping[str, Any]) -> list[str]:
    found = []
    for name in CATEGORIES[1:]:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                found.append(f"{name}: {audit['title']}")
    return found


def middle(looks: list[Look]) -> Look:
    """Return the run whose largest paint came in the middle of all."""
    wanted = median_low(look.columns["LCP s"] for look in looks)
    return next(look for look in looks if look.columns["LCP s"] == wanted)


def missed(name: str, look: Look) -> list[str]:
    """Return which aims a page misses, in words."""
    aims = {**AIMS, **LANDING_AIMS} if name == "landing" else AIMS
    return [
        f"{column} {look.columns[column]:g}, aim {aim}"
        for column, (aim, reached) in aims.items()
        if not reached(look.columns[column])
    ]


def main() -> int:
    """Measure the pages of the sites; return 1 when an aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument(
        "--site", choices=PAGES, action="append", help="which organization of the demo; both without it"
    )
    parser.add_argument("--page", choices=PAGES["harbour"], action="append", help="which page; all without it")
    parser.add_argument("--runs", type=int, default=3, help="how often each page is opened (3)")
    parser.add_argument("--keep", type=Path, help="a folder for the reports of the last runs")
    given = parser.parse_args()
    program, env = needed_programs()
    misses: list[str] = []
    with running_bench() as bench:
        port = serve(bench)
        columns = [*AIMS, *LANDING_AIMS, "photos KB"]
        say(f"{'':20}" + "".join(f"{column:>15}" for column in columns))
        for site in given.site or PAGES:
            for name in given.page or PAGES[site]:
                path, host = PAGES[site][name], f"{site}.localhost"
                url = f"http://{host}:{port}{path}"
                # Sizes of pictures are made with the first guest, and the page is stored.
                fetch(port, f"{host}:{port}", path, {"Accept-Encoding": "gzip"})
                reports = [run_once(program, env, url, folder=bench.folder) for _run in range(given.runs)]
                if given.keep:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    (given.keep / f"{site}-{name}.json").write_text(json.dumps(reports[-1]))
                look = middle([look_of(report) for report in reports])
                say(f"{site + ' ' + name:20}" + "".join(f"{look.columns[column]:>15g}" for column in columns))
                misses += [f"{site} {name}: {words}" for words in (*missed(name, look), *look.complaints)]
    say()
    say("Every aim was reached." if not misses else "MISSED\n" + "\n".join(f"  {words}" for words in misses))
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
