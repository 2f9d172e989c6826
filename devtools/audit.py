"""`python -m devtools.audit`: whether a package of the lock file is known to be vulnerable.

uv asks the OSV database, which holds PyPI's advisories, about all packages in one request. Without an answer nothing is said to be
fine: the run says loudly that nothing was audited, and does not fail, because a build must not hang on somebody else's server.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# What uv writes when it was not answered, in place of having been answered something it cannot read.
NO_ANSWER = ("Request failed", "error sending request", "HTTP status")


@dataclass(frozen=True)
class Accepted:
    """An advisory that is known and does no harm here until a day."""

    id: str
    reason: str
    until: dt.date


class NotAudited(Exception):
    """There was no answer; the message says why."""


def accepted_advisories(project: str) -> list[Accepted]:
    """Return the list at `[tool.waypost.audit]` in the text of a `pyproject.toml`."""
    table = tomllib.loads(project)["tool"].get("waypost", {}).get("audit", {})
    return [Accepted(**entry) for entry in table.get("accepted", [])]


def known_vulnerabilities(folder: Path = ROOT, *, service_url: str = "") -> list[dict[str, Any]]:
    """Return what is known about the packages of the lock file in `folder`, in uv's words.

    Raises `NotAudited` when uv is missing or the service does not answer, `RuntimeError` when uv fails for another reason.
    """
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise NotAudited("uv is not installed.")
    command = [uv, "audit", "--frozen", "--output-format", "json", "--preview-features", "audit-command,json-output"]
    if service_url:
        command += ["--service-url", service_url]
    environment = {"UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "20", **os.environ}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode in (0, 1) and done.stdout:
        return json.loads(done.stdout)["vulnerabilities"]
    if any(words in done.stderr for words in NO_ANSWER):
        raise NotAudited("The advisory service cannot be reached.")
    raise RuntimeError(done.stderr)


def complaints(found: list[dict[str, Any]], accepted: list[Accepted], *, today: dt.date) -> list[str]:
    """Return one line for each vulnerability that is not accepted, and for each acceptance that is over or of no use."""
    lines, used = [], set()
    for entry in found:
        package, names = entry["dependency"], {entry["id"], *entry["aliases"]}
        allowed = [one for one in accepted if one.id in names]
        used.update(allowed)
        if any(one.until >= today for one in allowed):
            continue
        over = f"; it was accepted until {allowed[0].until}" if allowed else ""
        fixed = f"; fixed in {', '.join(entry['fix_versions'])}" if entry["fix_versions"] else ""
        lines.append(f"{package['name']} {package['version']}: {entry['id']} {entry['summary']}{fixed}{over}")
    lines += [f"{one.id} is accepted in pyproject.toml, and no package has it" for one in accepted if one not in used]
    return lines


def main() -> int:
    """Print what is known; return 1 when something must be done."""
    accepted = accepted_advisories((ROOT / "pyproject.toml").read_text())
    try:
        found = known_vulnerabilities(service_url=os.environ.get("AUDIT_URL", ""))
    except NotAudited as reason:
        print(f"!!! DEPENDENCIES WERE NOT AUDITED. {reason}")
        return 0
    lines = complaints(found, accepted, today=dt.datetime.now(dt.UTC).date())
    print("\n".join(lines) if lines else "No package of the lock file is known to be vulnerable.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
