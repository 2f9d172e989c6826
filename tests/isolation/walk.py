"""Walks through the product as one person, and notes what should not have been seen."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client

from tenancy.enums import Role
from tests.cms.factories import new_sizes
from tests.isolation.answers import Detector, everything_in
from tests.isolation.exceptions import (
    ANSWERS_TO_FOREIGN_KEYS,
    ANSWERS_TO_FOREIGN_WRITES,
    BREAKS_ON_FOREIGN_WRITES,
    UNVISITED,
)
from tests.isolation.forms import extra_data, filled_form, foreign_choices
from tests.isolation.keys import Keys
from tests.isolation.routes import Address, Route, addresses, routes
from tests.isolation.variants import queries_of_list, queries_with_keys
from tests.isolation.watch import changes, crossing_keys
from tests.isolation.world import World, undone

REFUSALS = {403, 404, 405}
# Where those are sent who may not do something: home with a message, to sign in, or to say again who they are.
DOORS = ("/admin/", "/admin/login/", "/admin/account/confirm/", "/_util/login/")

# Of a route with many rows, so many of the other's are written to.
FOREIGN_ROWS = 2


@dataclass
class Walk:
    """One person's walk: a client, what was found, and how much was tried."""

    world: World
    role: Role | None
    findings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    answering: set[str] = field(default_factory=set)
    breaking: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        foreign = self.world.foreign
        self.client: Client = self.world.own.client(self.role)
        self.detector = Detector(foreign.canaries, foreign.organization.pk)
        self.own, self.foreign = Keys(self.world.own.organization), Keys(foreign.organization)

    def addresses(self) -> Iterator[Address]:
        """All addresses worth a visit."""
        for route in routes():
            if route.label not in UNVISITED:
                yield from addresses(route, self.own, self.foreign)

    def ask(
        self,
        address: Address,
        query: dict[str, Any] | None = None,
        *,
        method: str = "get",
        data: Any = None,
        look_at: Callable[[], None] = lambda: None,
    ) -> HttpResponse | None:
        """Ask for an address and look through the answer; None when there was none."""
        url = f"{address.url}?{urlencode(query)}" if query else address.url
        self.counts["requests"] += 1
        cookies = self.client.cookies.copy()
        try:
            # Whoever signs out or in on the way is again who they were.
            with undone():
                response: HttpResponse = getattr(self.client, method)(url, data)
                said = everything_in(response)
                if response.status_code < 400 and not is_refusal(response):
                    look_at()
        except Exception as error:  # noqa: BLE001  # whatever breaks is a finding
            if method != "get" and address.route.name in BREAKS_ON_FOREIGN_WRITES:
                self.breaking.add(address.route.name)
            else:
                self.findings.append(f"{method} {url} broke: {type(error).__name__}: {str(error)[:300]}")
            return None
        finally:
            self.client.cookies = cookies
        if traces := self.detector.traces_in(said.replace(address.url, "")):
            self.counts["traces"] += len(traces)
            self.findings.append(f"{method} {url} → {response.status_code} shows {traces[:3]}")
        if response.status_code >= 500:
            self.findings.append(f"{method} {url} → {response.status_code}")
        if address.foreign and not is_refusal(response):
            self.answering.add(address.route.name)
            if address.route.name not in ANSWERS_TO_FOREIGN_KEYS | (
                {} if method == "get" else ANSWERS_TO_FOREIGN_WRITES
            ):
                self.findings.append(f"{method} {url} → {response.status_code} {response.headers.get('Location', '')}")
        return response

    def look_around(self) -> None:
        """Ask for every address, and of each list for what it can be asked."""
        with new_sizes():
            self._look_around()

    def _look_around(self) -> None:
        looked_at: set[str] = set()
        for address in self.addresses():
            self.counts["addresses"] += 1
            response = self.ask(address)
            if address.foreign:
                continue
            for keys in (self.own, self.foreign):
                for query in queries_with_keys(address.route, address.url, keys):
                    self.ask(address, query)
            # A list is the same list whichever page or record it hangs on.
            if response is not None and response.status_code == 200 and address.route.pattern not in looked_at:
                looked_at.add(address.route.pattern)
                for query in queries_of_list(response, self.foreign):
                    self.ask(address, query)

    def try_to_write(self) -> None:
        """Send the forms of every route to the other organization's rows, and its keys to one's own."""
        with new_sizes():
            for route in routes():
                if route.label not in UNVISITED:
                    self._write_to(route)

    def _write_to(self, route: Route) -> None:
        found = addresses(route, self.own, self.foreign)
        form: dict[str, Any] = {}
        for address in [address for address in found if not address.foreign][:1]:
            page = self.ask(address)
            choices = {}
            if page is not None and page.status_code == 200 and "html" in page.headers["Content-Type"]:
                form = filled_form(page)
                choices = foreign_choices(page, self.foreign)
            data = {**form, **choices, **extra_data(route.name, self.foreign)}
            queries = queries_with_keys(route, address.url, self.foreign) if "bulk" in route.name else [{}]
            for query in queries:
                self._write(address, query, data)
        for address in [address for address in found if address.foreign][:FOREIGN_ROWS]:
            self._write(address, {}, form)
            if hasattr(getattr(route.view, "view_class", None), "delete"):
                self._write(address, {}, {}, method="delete")

    def _write(self, address: Address, query: dict[str, Any], data: dict[str, Any], *, method: str = "post") -> None:
        before = changes()
        self.counts["writes"] += 1
        crossing: list[str] = []
        response = self.ask(address, query, method=method, data=data, look_at=lambda: crossing.extend(crossing_keys()))
        if crossing:
            self.findings.append(f"{method} {address.url} {data} made {crossing} cross")
        if changes() != before:
            self.counts["changes"] += 1
            self.findings.append(f"{method} {address.url} {data} changed rows: {response and response.status_code}")


def is_refusal(response: HttpResponse) -> bool:
    """Whether an answer turns somebody away."""
    if response.status_code in (301, 302):
        return urlsplit(response.headers["Location"]).path in DOORS
    return response.status_code in REFUSALS
