"""The guests of a storm: each finds a departure, orders, and pays, hesitates, is declined, or walks away."""

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import requests

from devtools.storm.browser import Browser, Form, GaveUp, Page

HOST: Final = "storm.localhost"
ACCOUNT: Final = "storm"
# Of a hundred guests so many walk away from the form for the card; of a hundred others so many are declined at first.
ABANDON: Final = 10
DECLINE: Final = 20
GIVES_UP_WHEN_DECLINED: Final = 50
CLICKS_TWICE: Final = 5
NEVER_COMES_BACK: Final = 20
TRIES: Final = 4


class Outcome(StrEnum):
    """How a guest's visit ended, as the guest sees it."""

    PAID = "paid"
    ABANDONED = "walked away unpaid"
    DECLINED = "declined and gave up"
    NO_ROOM = "found no room"
    TOO_LATE = "too late to pay"
    LOST = "gave up on the server"


@dataclass(frozen=True, slots=True)
class Place:
    """What is sold: the departures by their public ids, the prices by their keys, and where."""

    port: int
    stripe_url: str
    schedules: Sequence[str]
    tiers: Sequence[int]


@dataclass(slots=True)
class Tally:
    """What became of the guests so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        """How many guests have left."""
        return sum(self.outcomes.values())


class Guest:
    """One visit, decided by `seed` and the guest's number."""

    def __init__(self, number: int, place: Place, *, seed: int) -> None:
        self.number = number
        self.place = place
        self.chance = random.Random(seed * 1_000_003 + number)  # noqa: S311  # the same guest again
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.browser = Browser(place.port, HOST, address=address, chance=self.chance)

    def visit(self) -> Outcome:
        """Come, order, pay or not; return how it ended."""
        try:
            page = self._order()
            if page is None:
                return Outcome.NO_ROOM
            return self._pay(page)
        except GaveUp:
            return Outcome.LOST
        finally:
            self.browser.close()

    def _is(self, percent: int) -> bool:
        return self.chance.randrange(100) < percent

    def _order(self) -> Page | None:
        """Order places on a departure with room; return the page to pay on, or None when no room was found."""
        for schedule in self.chance.sample(self.place.schedules, TRIES):
            if not self._choose(schedule):
                continue
            page = self._check_out()
            if page is not None:
                return page
            self._empty(schedule)
        return None

    def _choose(self, schedule: str) -> bool:
        """Put people on a departure into the cart; return whether it took them."""
        path = f"/book/{schedule}/"
        form = self.browser.get(path).form(lambda form: any(name.startswith("tier-") for name in form.data))
        if form is None:
            return False
        adult, child = self.place.tiers
        people = {f"tier-{adult}": str(self.chance.randint(1, 4)), f"tier-{child}": str(self.chance.randint(0, 2))}
        return self.browser.post(path, {**form.data, **people}).path == "/cart/"

    def _check_out(self) -> Page | None:
        for _try in range(TRIES):
            form = self.browser.get("/checkout/").form(_is_checkout)
            if form is None:
                return None
            data = self._filled(form)
            if self._is(CLICKS_TWICE):
                self._click_too(data)
            page = self.browser.post("/checkout/", data)
            if page.path.startswith(("/pay/", "/order/")):
                return page
        return None

    def _filled(self, form: Form) -> dict[str, str]:
        return {
            **form.data,
            **dict.fromkeys(form.required_boxes, "on"),
            "first_name": "Guest",
            "last_name": f"No {self.number}",
            "email": f"guest-{self.number}@storm.example",
            "phone": "+49 40 66969120",
            "method": "card",
        }

    def _click_too(self, data: dict[str, str]) -> None:
        """Send the order a second time, beside the first."""

        def send() -> None:
            try:
                self.browser.post("/checkout/", data)
            except GaveUp:
                pass

        clicked = threading.Thread(target=send)
        clicked.start()
        self.browser.post("/checkout/", data)
        clicked.join()

    def _empty(self, schedule: str) -> None:
        path = f"/cart/{schedule}/remove/"
        form = self.browser.get("/cart/").form(lambda form: form.action == path)
        if form is not None:
            self.browser.post(path, form.data)

    def _pay(self, page: Page) -> Outcome:
        if self._is(ABANDON):
            return Outcome.ABANDONED
        paying = self._card_form(page)
        if paying is None:
            return Outcome.TOO_LATE
        secret = page.path.split("/")[2]
        intent = paying.attributes["data-secret"].partition("_secret_")[0]
        if self._is(DECLINE):
            self._confirm(intent, "pm_card_chargeDeclined")
            if self._is(GIVES_UP_WHEN_DECLINED):
                return Outcome.DECLINED
        is_paid = self._confirm(intent, "pm_card_visa")
        if not self._is(NEVER_COMES_BACK):
            self.browser.get(f"/pay/{secret}/returned/")
        return Outcome.PAID if is_paid else Outcome.TOO_LATE

    def _card_form(self, page: Page) -> Form | None:
        for _try in range(TRIES * 5):
            form = page.form(lambda form: "data-pay" in form.attributes)
            if form is not None or not page.path.startswith("/pay/"):
                return form
            page = self.browser.get(page.path)
        return None

    def _confirm(self, intent: str, method: str) -> bool:
        """Do at Stripe what the guest's browser would; return whether the money moved."""
        values: dict[str, Any] = {"account": ACCOUNT, "payment_intent": intent, "payment_method": method}
        answer = requests.post(f"{self.place.stripe_url}/_emulator/confirm", json=values, timeout=30)
        return answer.status_code == 200 and answer.json()["status"] == "succeeded"


def _is_checkout(form: Form) -> bool:
    return form.action.endswith("/checkout/") and "email" in form.data


def main() -> None:
    """Read from standard input who comes where, let them all visit, and print the tally every second, and at the end."""
    wanted = json.load(sys.stdin)
    place = Place(wanted["port"], wanted["stripe_url"], wanted["schedules"], wanted["tiers"])
    tally = Tally()

    def visit(number: int) -> None:
        guest = Guest(number, place, seed=wanted["seed"])
        outcome = guest.visit()
        with tally.lock:
            tally.outcomes[outcome] += 1
            tally.repeats += guest.browser.repeats

    def tell() -> None:
        with tally.lock:
            line = json.dumps({"done": tally.done, "outcomes": tally.outcomes, "repeats": tally.repeats})
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with ThreadPoolExecutor(wanted["at_once"]) as pool:
        visits = [pool.submit(visit, number) for number in range(wanted["guests"])]
        while wait(visits, timeout=1).not_done:
            tell()
    for finished in visits:
        finished.result()
    tell()


if __name__ == "__main__":
    main()
