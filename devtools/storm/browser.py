"""As much of a browser as a guest in a hurry needs: cookies, forms, and patience with a server that is not there just now."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

import requests

PATIENCE_SECONDS: Final = 180
REQUEST_SECONDS: Final = 30


class GaveUp(Exception):
    """The server did not answer, or answered with an error, for longer than anybody waits."""


@dataclass(slots=True)
class Form:
    """A form of a page: what it would send as it stands, and which of its boxes must be ticked."""

    action: str
    data: dict[str, str] = field(default_factory=dict)
    required_boxes: list[str] = field(default_factory=list)
    values: dict[str, set[str]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""), attributes=values)
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "textarea", "select") and values.get("name"):
            self._add(self._open, values, kind=values.get("type", "text") if tag == "input" else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    @staticmethod
    def _add(form: Form, values: Mapping[str, str], *, kind: str) -> None:
        name, value = values["name"], values.get("value", "")
        form.values.setdefault(name, set()).add(value)
        if kind in ("checkbox", "radio"):
            if "checked" in values:
                form.data[name] = value or "on"
            elif kind == "checkbox" and "required" in values:
                form.required_boxes.append(name)
        elif kind not in ("submit", "button", "file"):
            form.data.setdefault(name, value)


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page in their order."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


@dataclass(frozen=True, slots=True)
class Page:
    """Where a guest has arrived, and what stands there."""

    status: int
    path: str
    html: str

    def form(self, wanted: Callable[[Form], bool]) -> Form | None:
        """Return the first form that is `wanted`."""
        return next((form for form in forms_of(self.html) if wanted(form)), None)


class Browser:
    """One guest's browser at one site of the server on `port`; every guest has an address and a pace of their own."""

    def __init__(self, port: int, host: str, *, address: str, chance: random.Random) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.headers.update({"Host": f"{host}:{port}", "X-Forwarded-For": address, "Accept": "text/html"})
        self._chance = chance
        self.repeats = 0

    def get(self, path: str) -> Page:
        """Open a page. Raises `GaveUp`."""
        return self._patiently(lambda: self._session.get(self._origin + path, timeout=REQUEST_SECONDS))

    def post(self, path: str, data: Mapping[str, str]) -> Page:
        """Send a form, and again when no answer came: what was sent may have had its effect. Raises `GaveUp`."""
        return self._patiently(
            lambda: self._session.post(self._origin + path, data=dict(data), timeout=REQUEST_SECONDS)
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _patiently(self, ask: Callable[[], requests.Response]) -> Page:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = ask()
            except requests.RequestException:
                pass
            else:
                if answer.status_code < 500 and answer.status_code != 429:
                    return Page(answer.status_code, urlsplit(answer.url).path, answer.text)
            self.repeats += 1
            time.sleep(self._chance.uniform(0.2, 1.5))
        raise GaveUp
