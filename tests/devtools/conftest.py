"""Stripe's own client at the emulator, and somebody who receives its webhooks."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe


@pytest.fixture
def connect(stripe_emulator) -> Callable[..., stripe.StripeClient]:
    """A function that returns Stripe's client for a key, `sk_test_one` by default. It does not try twice."""

    def connect(key: str = "sk_test_one", **options: object) -> stripe.StripeClient:
        http = stripe.RequestsClient(timeout=10)
        addresses = {"api": stripe_emulator.url, "files": stripe_emulator.url}
        return stripe.StripeClient(
            key, base_addresses=addresses, http_client=http, **{"max_network_retries": 0, **options}
        )

    return connect


@pytest.fixture
def client(connect) -> stripe.StripeClient:
    return connect()


@pytest.fixture
def pay(client) -> Callable[..., stripe.PaymentIntent]:
    """A function that creates a PaymentIntent of 50 euros and confirms it with a test card."""

    def pay(card: str = "pm_card_visa", **values: object) -> stripe.PaymentIntent:
        params = {"amount": 5000, "currency": "eur", "payment_method": card, "confirm": True, **values}
        return client.v1.payment_intents.create(params)

    return pay


@dataclass
class Sink:
    """Receives webhooks: `received` has headers and body of each; `statuses` are the answers to come, 200 after them."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def events(self) -> list[dict]:
        return [json.loads(body) for _headers, body in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@pytest.fixture
def sink() -> Iterator[Sink]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.received.append((dict(self.headers), body))
            self.send_response(sink.statuses.pop(0) if sink.statuses else 200)
            self.end_headers()
            self.wfile.write(b"noted")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink = Sink(f"http://harbour.localhost:{server.server_address[1]}/hook?a=1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield sink
    server.shutdown()
    server.server_close()
    thread.join()
