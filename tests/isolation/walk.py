"""Walks through the product as one person, and notes what should not have been seen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client

from tenancy.enums import Role
from tests.cms.factories import new_sizes
from tests.isolation.answers import Detector, everything_in
from tests.isolation.exceptions import ANSWERS_TO_FOREIGN_KEYS, UNVISITED
from tests.isolation.keys import Keys
from tests.isolation.routes import Address, addresses, routes
from tests.isolation.variants import queries_of_list, queries_with_keys
from tests.isolation.world import World, undone

REFUSALS = {403, 404, 405}
# Where those are sent who may not do something: home with a message, to sign in, or to say again who they are.
DOORS = ("/admin/", "/admin/login/", "/admin/account/confirm/", "/_util/login/")


@dataclass
class Walk:
    """One person's walk: a client, what was found, and how much was tried."""

    world: World
    role: Role | None
    findings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    answering: set[str] = field(default_factory=set)

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
        self, address: Address, query: dict[str, Any] | None = None, *, method: str = "get", data: Any = None
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
        except Exception as error:  # noqa: BLE001  # whatever breaks is a finding
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
            if address.route.name not in ANSWERS_TO_FOREIGN_KEYS:
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


def is_refusal(response: HttpResponse) -> bool:
    """Whether an answer turns somebody away."""
    if response.status_code in (301, 302):
        return urlsplit(response.headers["Location"]).path in DOORS
    return response.status_code in REFUSALS
