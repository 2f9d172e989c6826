"""The HTTP side: Stripe's addresses, the pages for the guest's browser, and the knobs."""

import base64
import binascii
import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from devtools.stripe_emulator import knobs
from devtools.stripe_emulator.account import API_VERSION, new_id
from devtools.stripe_emulator.emulator import Emulator, Failure, forbidden, name_of, unknown_error
from devtools.stripe_emulator.errors import ApiError, invalid
from devtools.stripe_emulator.files import parse_multipart
from devtools.stripe_emulator.params import parse_form

BROWSER: Final = Path(__file__).parent / "browser"
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
FILES: Final = {"/v3/stripe.js": "stripe.js", "/v3/": "stripe.js"} | {
    f"/_browser/{path.name}": path.name
    for path in BROWSER.iterdir()
    if path.suffix in TYPES and path.name != "stripe.js"
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
TIMEOUT_SECONDS: Final = 120


class Handler(BaseHTTPRequestHandler):
    """Translates HTTP to calls of the emulator."""

    protocol_version = "HTTP/1.1"
    emulator: Emulator

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Requests are not logged."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def do_OPTIONS(self) -> None:
        self._send(204, b"", "text/plain", {"Access-Control-Allow-Methods": "GET, POST, DELETE"})

    def _answer(self, method: str) -> None:
        url = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        has_files = self.headers.get_content_type() == "multipart/form-data"
        body = "" if has_files else sent.decode()
        try:
            if method == "GET" and url.path in FILES:
                self._send_file(FILES[url.path])
            elif url.path.startswith("/_emulator/"):
                self._turn_knob(url.path.removeprefix("/_emulator/"), body)
            elif url.path == "/_browser/challenge" and method == "POST":
                self._answer_challenge(parse_form(body))
            elif has_files:
                self._api(method, url.path, parse_multipart(sent, self.headers["Content-Type"]))
            else:
                self._api(method, url.path, parse_form(body if method == "POST" else url.query))
        except ApiError as error:
            self._send_json(error.status, error.body)

    # Stripe

    def _api(self, method: str, path: str, params: dict[str, Any]) -> None:
        key = self._key() or str(params.get("key", ""))
        if key.startswith("pk_test_"):
            self._browser_api(method, path, params, key)
            return
        if re.fullmatch(r"sk_test_\w+", key) is None:
            raise invalid("Invalid API Key provided." if key else "You did not provide an API key.", status=401)
        if self.headers.get("Stripe-Version", API_VERSION) != API_VERSION:
            raise invalid(f"The emulator speaks {API_VERSION} only.")
        name = name_of(key, self.headers.get("Stripe-Account", ""))
        failure = self.emulator.next_failure(path)
        if failure is not None and failure.when == "before" and failure.how != "hold":
            self._fail(failure)
            return
        idempotency_key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
        if len(idempotency_key) > 255:
            raise invalid("An Idempotency-Key has 255 characters at most.")
        answer = self.emulator.call(name, method, path, params, key=idempotency_key, failure=failure)
        if failure is not None and failure.how in ("drop", "timeout"):
            self._fail(failure)
            return
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        if answer.is_replayed:
            headers["Idempotent-Replayed"] = "true"
        self._send_json(answer.status, answer.body, headers)

    def _key(self) -> str:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return value.strip()
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""

    def _fail(self, failure: Failure) -> None:
        if failure.how == "error":
            raise unknown_error()
        if failure.how == "forbidden":
            raise forbidden()
        if failure.how == "timeout":
            # Nothing is said until the caller gives up.
            self.connection.settimeout(TIMEOUT_SECONDS)
            try:
                self.connection.recv(1)
            except OSError:
                pass
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # Browsers

    def _browser_api(self, method: str, path: str, params: dict[str, Any], key: str) -> None:
        name = name_of(key, str(params.pop("_stripe_account", "")))
        secret = str(params.pop("client_secret", ""))
        params.pop("key", None)
        reference, _, verb = path.removeprefix("/v1/payment_intents/").partition("/")
        if not path.startswith("/v1/payment_intents/") or (method, verb) not in (("GET", ""), ("POST", "confirm")):
            message = "This API call cannot be made with a publishable API key. Please use a secret API key."
            raise invalid(message, code="secret_key_required", status=403)
        if secret.partition("_secret_")[0] != reference:
            message = "The client_secret provided does not match the client_secret associated with the PaymentIntent."
            raise invalid(message, code="payment_intent_invalid_parameter", param="client_secret")
        if method == "GET":
            self._send_json(200, self.emulator.retrieve_from_browser(name, secret))
        else:
            self._send_json(200, self.emulator.confirm_from_browser(name, secret, params))

    def _answer_challenge(self, values: dict[str, Any]) -> None:
        name = name_of(str(values.get("key", "")), str(values.get("_stripe_account", "")))
        secret, passed = str(values.get("client_secret", "")), values.get("passed") == "true"
        intent, return_url = self.emulator.challenge_from_browser(name, secret, passed=passed)
        self._send_json(200, {"payment_intent": intent, "return_url": return_url})

    def _send_file(self, name: str) -> None:
        path = BROWSER / name
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
        self._send(200, path.read_bytes(), f"{TYPES[path.suffix]}; charset=utf-8", headers)

    # Knobs

    def _turn_knob(self, knob: str, body: str) -> None:
        if self.headers.get("Origin"):
            raise invalid("Pages of the web do not turn knobs.", status=403)
        try:
            values = json.loads(body or "{}")
        except json.JSONDecodeError as error:
            raise invalid(f"This is not JSON: {error}") from error
        self._send_json(200, knobs.turn(self.emulator, knob, values))

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", new_id("req"))
        self.send_header("Stripe-Version", API_VERSION)
        if not self.path.startswith("/_emulator/"):
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """The emulator on a port of the loopback interface; 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, state_file: Path | None = None) -> None:
        self.emulator = Emulator(state_file)
        super().__init__(("127.0.0.1", port), type("BoundHandler", (Handler,), {"emulator": self.emulator}))
        self.emulator.home = self.url
        self.emulator.deliverer.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong here, but not that a caller hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and sending; what is still to be sent is in the state file."""
        self.server_close()
        self.emulator.deliverer.stop()
        self.emulator.save()


@contextmanager
def running_emulator(port: int = 0, state_file: Path | None = None) -> Iterator[str]:
    """Run an emulator in threads of this process; yield its address."""
    server = Server(port, state_file)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.stop()
        thread.join()
