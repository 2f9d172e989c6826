"""One of the processes that book over HTTP as guests: people into the cart, the checkout, the order."""

import itertools
import json
import os
import random

from bench.booking_threads import serve
from devtools.storm.browser import Browser, Form

HOST = "harbour.localhost"


def _is_checkout(form: Form) -> bool:
    return form.action.endswith("/checkout/") and "email" in form.data


def main() -> None:
    known = json.loads(os.environ["BENCH_KNOWN"])
    port = int(os.environ["BENCH_PORT"])
    adult, child = known["tiers"]
    numbers = itertools.count(os.getpid() * 1000)

    def book(schedule: str) -> None:
        """Order places for two adults and a child, to be paid on arrival."""
        number = next(numbers)
        # Each guest comes from an address of their own.
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        browser = Browser(port, HOST, address=address, chance=random.Random(number))
        try:
            path = f"/book/{schedule}/"
            form = browser.get(path).form(lambda form: f"tier-{adult}" in form.data)
            if form is None:
                raise RuntimeError(f"{path} has no form.")
            browser.post(path, {**form.data, f"tier-{adult}": "2", f"tier-{child}": "1"})
            form = browser.get("/checkout/").form(_is_checkout)
            if form is None:
                raise RuntimeError("The checkout has no form.")
            page = browser.post(
                "/checkout/",
                {
                    **form.data,
                    **dict.fromkeys(form.required_boxes, "on"),
                    "first_name": "Grete",
                    "last_name": "Hansen",
                    "email": f"{number}@guest.example",
                    "method": "on_arrival",
                },
            )
            if not page.path.startswith("/order/"):
                raise RuntimeError(f"The checkout led to {page.path} ({page.status}).")
        finally:
            browser.close()

    serve(book, warm_up=known["schedules"][0])


main()
