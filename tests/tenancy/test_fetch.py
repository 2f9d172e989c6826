"""Addresses that somebody typed reach the public internet, or what the operator allows, and nothing else."""

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from tenancy.gateways.fetch import FetchFailed, FetchRefused, fetch, is_public
from tests.tenancy.name_server import NameServer, running_name_server

# Stands for the public internet in these tests; 127.0.0.1 for what is inside.
OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    """A site with a feed, ways to it, and ways to trouble."""

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], self.path, self.headers["X-Key"]))
        kind, _slash, rest = unquote(self.path.partition("?")[0]).removeprefix("/").partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                pass
        elif kind == "slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x")
            self.wfile.flush()
            self.server.over.wait(20)
        else:
            body = b"BEGIN:VCALENDAR"
            self.send_response(200 if kind == "feed.ics" else 404)
            self.send_header("Content-Type", "text/calendar")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), Site)
        self.seen: list[tuple[str, str, str | None]] = []
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


def running(address: str) -> Iterator[Server]:
    server = Server(address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outside() -> Iterator[Server]:
    yield from running(OUTSIDE)


@pytest.fixture
def inside() -> Iterator[Server]:
    yield from running(INSIDE)


@pytest.fixture
def names(settings) -> Iterator[NameServer]:
    with running_name_server() as server:
        settings.DNS_RESOLVERS = [server.address]
        settings.FETCH_ALLOWED_NETWORKS = [f"{OUTSIDE}/32"]
        yield server


def test_a_feed_is_fetched_by_the_name_of_its_host(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    url = f"http://feeds.example:{outside.port}/feed.ics?x=1#top"
    fetched = fetch(url, max_bytes=1000, headers={"X-Key": "k"})
    assert (fetched.status, fetched.headers["content-type"], fetched.body) == (200, "text/calendar", b"BEGIN:VCALENDAR")
    assert outside.seen == [(f"feeds.example:{outside.port}", "/feed.ics?x=1", "k")]


def test_a_status_is_told_and_not_judged(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    assert fetch(f"http://feeds.example:{outside.port}/nothing", max_bytes=1000).status == 404


def test_redirects_are_followed_and_other_hosts_get_no_headers_of_ours(names, outside):
    names.addresses |= {"feeds.example": [OUTSIDE], "other.example": [OUTSIDE]}
    target = f"http://other.example:{outside.port}/feed.ics"
    fetched = fetch(f"http://feeds.example:{outside.port}/to/{target}", max_bytes=1000, headers={"X-Key": "k"})
    assert (fetched.url, fetched.body) == (target, b"BEGIN:VCALENDAR")
    assert [(host, key) for host, _path, key in outside.seen] == [
        (f"feeds.example:{outside.port}", "k"),
        (f"other.example:{outside.port}", None),
    ]


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "http://inside.example:{port}/", "//[::1]:{port}/"])
def test_a_redirect_does_not_lead_inside(names, outside, inside, target):
    names.addresses |= {"feeds.example": [OUTSIDE], "inside.example": [INSIDE]}
    with pytest.raises(FetchRefused, match="not a public address"):
        fetch(f"http://feeds.example:{outside.port}/to/{target.format(port=inside.port)}", max_bytes=1000)
    assert inside.seen == []


def test_a_redirect_to_another_scheme_is_refused(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    with pytest.raises(FetchRefused, match="not an http address"):
        fetch(f"http://feeds.example:{outside.port}/to/file:///etc/passwd", max_bytes=1000)


def test_redirects_without_end_are_refused(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    with pytest.raises(FetchRefused, match="too many redirects"):
        fetch(f"http://feeds.example:{outside.port}/" + "to//" * 9, max_bytes=1000)


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_looked_at(names, outside, inside):
    names.turns["rebinding.example"] = [[OUTSIDE], [INSIDE]]
    fetched = fetch(f"http://rebinding.example:{outside.port}/feed.ics", max_bytes=1000)
    assert fetched.body == b"BEGIN:VCALENDAR"
    assert (names.questions.count("rebinding.example"), inside.seen) == (2, [])


def test_a_name_with_one_address_inside_is_refused(names, outside, inside):
    names.addresses["both.example"] = [OUTSIDE, INSIDE]
    with pytest.raises(FetchRefused, match="not a public address"):
        fetch(f"http://both.example:{outside.port}/feed.ics", max_bytes=1000)
    assert outside.seen == inside.seen == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "not a public address"),
        ("http://169.254.169.254/latest/meta-data/", "not a public address"),
        ("http://10.0.0.1/", "not a public address"),
        ("http://[::1]/", "not a public address"),
        ("http://[::ffff:127.0.0.1]/", "not a public address"),
        ("http://0.0.0.0/", "not a public address"),
        ("http://8.8.8.8:22/", "an unusual port"),
        ("ftp://feeds.example/", "not an http address"),
        ("file:///etc/passwd", "not an http address"),
        ("feeds.example", "not an http address"),
        ("http://", "not an http address"),
        ("http://user:secret@feeds.example/", "credentials in the address"),
        ("http://feeds.example:99999/", "not an address"),
        ("http://[::1/", "not an address"),
        ("http://a..b/", "not a host name"),
    ],
)
def test_addresses_that_may_not_be_are_refused(names, url, why):
    with pytest.raises(FetchRefused, match=why):
        fetch(url, max_bytes=1000)
    assert names.questions == []


@pytest.mark.parametrize("number", ["http://2130706433/", "http://0x7f.1/", "http://127.1/"])
def test_addresses_in_disguise_are_names_that_nobody_has(names, number):
    with pytest.raises(FetchFailed, match="there is no such host"):
        fetch(number, max_bytes=1000)


def test_an_answer_of_too_much_is_refused(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    with pytest.raises(FetchRefused, match="too much"):
        fetch(f"http://feeds.example:{outside.port}/endless", max_bytes=200_000)


def test_an_answer_that_does_not_come_fails(names, outside):
    names.addresses["feeds.example"] = [OUTSIDE]
    with pytest.raises(FetchFailed):
        fetch(f"http://feeds.example:{outside.port}/slow", max_bytes=2000, seconds=0.3)


def test_a_host_that_does_not_exist_fails(names):
    with pytest.raises(FetchFailed, match="there is no such host"):
        fetch("http://nowhere.example/", max_bytes=1000)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::ffff:93.184.216.34", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.8.9.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
    ],
)
def test_is_public_knows_what_is_inside(address, public):
    assert is_public(ipaddress.ip_address(address)) is public
