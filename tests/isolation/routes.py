"""Every address the product answers, read from its URL configuration, and filled with the keys of an organization's rows."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.resolvers import RegexPattern, RoutePattern

from tests.isolation.keys import Keys


@dataclass(frozen=True)
class Route:
    """One pattern of the URL configuration."""

    pattern: str
    name: str
    params: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def label(self) -> str:
        """The name, or the pattern of a route without one."""
        return self.name or self.pattern

    @property
    def namespace(self) -> str:
        return self.name.rpartition(":")[0]

    def url(self, values: dict[str, Any]) -> str:
        """The address with values for its parameters."""
        if not self.params and not self.name:
            return "/" + self.pattern
        name = self.name
        if self.params and self.params[0].isdigit():
            return reverse(name, args=[values[param] for param in self.params])
        return reverse(name, kwargs={param: values[param] for param in self.params})


@dataclass(frozen=True)
class Address:
    """A route with values; `foreign` when one of them is the key of another organization's row."""

    route: Route
    url: str
    foreign: bool


@functools.cache
def routes() -> list[Route]:
    """All routes, in the order in which they are tried."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Iterable[URLPattern | URLResolver], prefix: str, names: tuple[str, ...]) -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, pattern, (*names, entry.namespace) if entry.namespace else names)
        else:
            yield Route(pattern, ":".join((*names, entry.name)) if entry.name else "", _params(entry), entry.callback)


def _params(entry: URLPattern) -> tuple[str, ...]:
    if isinstance(entry.pattern, RoutePattern):
        return tuple(entry.pattern.converters)
    assert isinstance(entry.pattern, RegexPattern)
    named = tuple(entry.pattern.regex.groupindex)
    return named or tuple(str(number) for number in range(entry.pattern.regex.groups))


def is_reached(address: Address) -> bool:
    """Whether an address leads to its route and not to one before it."""
    found = resolve(address.url.partition("?")[0]).func
    return found is address.route.view or inspect.unwrap(found) is inspect.unwrap(address.route.view)


def addresses(route: Route, own: Keys, foreign: Keys) -> list[Address]:
    """The addresses of a route: with rows of one's own, with rows of the other, and with each one of the other's alone."""
    mine, theirs = own.values(route.name, route.params), foreign.values(route.name, route.params)
    filled = [(values, False) for values in mine]
    if mine != theirs:
        filled += [(values, True) for values in theirs]
        for param in route.params:
            if len(route.params) > 1 and mine and theirs and mine[0][param] != theirs[0][param]:
                filled.append(({**mine[0], param: theirs[0][param]}, True))
                filled.append(({**theirs[0], param: mine[0][param]}, True))
    unique: dict[str, Address] = {}
    for values, is_foreign in filled:
        url = route.url(values)
        unique.setdefault(url, Address(route, url, is_foreign))
    return list(unique.values())
