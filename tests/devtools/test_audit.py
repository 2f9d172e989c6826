"""The audit of dependencies, against an advisory service on this machine."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from devtools.audit import Accepted, NotAudited, accepted_advisories, complaints, known_vulnerabilities

TODAY = dt.date(2031, 5, 20)
ADVISORY = {
    "id": "PYSEC-2031-7",
    "aliases": ["CVE-2031-1234"],
    "summary": "Eats its children",
    "modified": "2031-05-01T00:00:00Z",
    "published": "2031-05-01T00:00:00Z",
    "affected": [],
}
PROJECT = """
[project]
name = "audited"
version = "0"
requires-python = ">=3.11"
dependencies = ["saturn"]
[tool.uv]
package = false
"""
LOCK = """
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "audited"
version = "0"
source = {{ virtual = "." }}
dependencies = [{{ name = "saturn" }}]

[package.metadata]
requires-dist = [{{ name = "saturn" }}]

[[package]]
name = "saturn"
version = "1.0"
source = {{ registry = "{url}/simple" }}
wheels = [{{ url = "{url}/saturn-1.0-py3-none-any.whl", hash = "sha256:{hash}", size = 1 }}]
"""


class Service(BaseHTTPRequestHandler):
    """Answers as the OSV database does; it knows about `saturn` what a test tells it."""

    known: list[dict] = []

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        hits = {"vulns": [{"id": entry["id"], "modified": entry["modified"]} for entry in self.known]}
        self._send({"results": [hits if query["package"]["name"] == "saturn" else {} for query in queries]})

    def do_GET(self) -> None:
        self._send(next((entry for entry in self.known if self.path.endswith(entry["id"])), {}))

    def _send(self, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    Service.known = []


@pytest.fixture
def folder(tmp_path: Path, service: str) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "uv.lock").write_text(LOCK.format(url=service, hash="0" * 64))
    return tmp_path


def audit(folder: Path, url: str) -> list[dict]:
    try:
        return known_vulnerabilities(folder, service_url=url)
    except NotAudited as reason:
        if "uv is not installed" in str(reason):
            pytest.skip("no uv on this machine")
        raise


def test_what_is_known_about_a_package_is_found(folder, service):
    assert audit(folder, service) == []
    Service.known = [ADVISORY]
    (found,) = audit(folder, service)
    assert (found["dependency"], found["id"]) == ({"name": "saturn", "version": "1.0"}, "PYSEC-2031-7")
    assert complaints([found], [], today=TODAY) == ["saturn 1.0: PYSEC-2031-7 Eats its children"]


def test_without_an_answer_nothing_is_said_to_be_fine(folder):
    with pytest.raises(NotAudited, match="cannot be reached"):
        audit(folder, "http://127.0.0.1:9")


@pytest.mark.parametrize("name", ["PYSEC-2031-7", "CVE-2031-1234"])
def test_an_accepted_advisory_is_silent_until_its_day(name):
    found = [{**ADVISORY, "dependency": {"name": "saturn", "version": "1.0"}, "fix_versions": ["1.1"]}]
    accepted = [Accepted(name, "We have no children.", TODAY)]
    assert complaints(found, accepted, today=TODAY) == []
    assert complaints(found, accepted, today=TODAY + dt.timedelta(days=1)) == [
        "saturn 1.0: PYSEC-2031-7 Eats its children; fixed in 1.1; it was accepted until 2031-05-20"
    ]


def test_an_acceptance_of_nothing_is_told():
    assert complaints([], [Accepted("PYSEC-2031-7", "Gone.", TODAY)], today=TODAY) == [
        "PYSEC-2031-7 is accepted in pyproject.toml, and no package has it"
    ]


def test_acceptances_are_read_from_the_project_file():
    text = '[tool.waypost.audit]\naccepted = [{ id = "X-1", reason = "Not reached.", until = 2031-05-20 }]\n'
    assert accepted_advisories(text) == [Accepted("X-1", "Not reached.", TODAY)]
    assert accepted_advisories("[tool]\n") == []
