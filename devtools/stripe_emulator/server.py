"""The HTTP side: Stripe's addresses, the browser's part, and the knobs below /_emulator/."""

import base64
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.stripe_emulator.delivery import Deliverer
from devtools.stripe_emulator.errors import ApiError, invalid
from devtools.stripe_emulator.params import parse_form
from devtools.stripe_emulator.state import Account

BROWSER = Path(__file__).parent / "browser"
FILES = {
    "/v3/stripe.js": ("stripe.js", "text/javascript"),
    "/v3/": ("stripe.js", "text/javascript"),
    "/_browser/form.html": ("form.html", "text/html"),
    "/_browser/form.css": ("form.css", "text/css"),
    "/_browser/form.js": ("form.js", "text/javascript"),
    "/_browser/challenge.html": ("challenge.html", "text/html"),
    "/_browser/challenge.js": ("challenge.js", "text/javascript"),
}


class Emulator:
    """All accounts, by the name in their key: `sk_test_harbour` and `pk_test_harbour` are one."""

    def __init__(self, state_file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.deliverer = Deliverer()
        self.state_file = state_file
        self.accounts: dict[str, Account] = {}
        self.failures: list[dict[str, Any]] = []
        if state_file is not None and state_file.exists():
            self.accounts = {name: Account(data) for name, data in json.loads(state_file.read_text()).items()}

    def account(self, name: str) -> Account:
        """Return an account, made at its first use."""
        return self.accounts.setdefault(name, Account())

    def save(self) -> None:
        """Write the accounts to the state file, whole or not at all."""
        if self.state_file is not None:
            scratch = self.state_file.with_suffix(".new")
            scratch.write_text(json.dumps({name: account.data for name, account in self.accounts.items()}))
            os.replace(scratch, self.state_file)  # noqa: PTH105  # atomic by its name

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self.accounts.clear()
            self.failures.clear()
            self.deliverer.reset()
            self.save()

    def call(
        self, name: str, method: str, path: str, params: dict[str, Any], *, key: str = ""
    ) -> tuple[int, Any, bool]:
        """Answer an API call of an account: status, body, and whether it was replayed by its idempotency key."""
        with self.lock:
            account = self.account(name)
            kept = account.data["idempotency"].get(key) if key else None
            if kept is not None:
                if kept["request"] != [method, path, params]:
                    message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    raise ApiError(400, "idempotency_error", message)
                return kept["status"], kept["body"], True
            try:
                status, body = 200, _public(_route(account, method, path, params))
            except ApiError as error:
                status, body = error.status, error.body
                # Nothing is kept of a request that was not valid: it had no effect.
                if status == 402 and key:
                    account.data["idempotency"][key] = {
                        "request": [method, path, params],
                        "status": status,
                        "body": body,
                    }
                self.save()
                self.deliverer.send_pending(account)
                raise
            if key:
                account.data["idempotency"][key] = {"request": [method, path, params], "status": status, "body": body}
            if method != "GET":
                self.save()
                self.deliverer.send_pending(account)
            return status, body, False


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _public(item) for key, item in value.items() if not key.startswith("_")}
    return [_public(item) for item in value] if isinstance(value, list) else value


def _route(account: Account, method: str, path: str, params: dict[str, Any]) -> Any:
    parts = path.removeprefix("/v1/").split("/")
    params = {name: value for name, value in params.items() if name != "expand"} if method == "GET" else params
    match (method, *parts):
        case ("POST", "payment_intents"):
            return account.create_intent(params)
        case ("POST", "payment_intents", reference, "confirm"):
            return account.confirm_intent(reference, params)
        case ("POST", "payment_intents", reference, "cancel"):
            return account.cancel_intent(reference, params)
        case ("POST", "payment_intents", reference, "capture"):
            return account.capture_intent(reference, params)
        case ("POST", "refunds"):
            return account.create_refund(params)
        case ("POST", "webhook_endpoints"):
            return account.create_endpoint(params)
        case ("DELETE", "webhook_endpoints", reference):
            account.find("webhook_endpoints", reference)
            del account.data["webhook_endpoints"][reference]
            return {"id": reference, "object": "webhook_endpoint", "deleted": True}
        case ("GET", ("payment_intents" | "charges" | "refunds" | "events" | "webhook_endpoints") as kind):
            found = sorted(account.data[kind].values(), key=lambda item: -item["created"])
            limit = int(params.get("limit", 10))
            return {"object": "list", "url": path, "has_more": len(found) > limit, "data": found[:limit]}
        case ("GET", ("payment_intents" | "charges" | "refunds" | "events" | "webhook_endpoints") as kind, reference):
            return account.find(kind, reference)
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


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
        self._send(204, b"", "text/plain")

    def _answer(self, method: str) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if method == "GET" and url.path in FILES:
            name, kind = FILES[url.path]
            self._send(200, (BROWSER / name).read_bytes(), f"{kind}; charset=utf-8")
            return
        try:
            if url.path.startswith("/_emulator/"):
                self._send_json(200, self._turn_knob(url.path, json.loads(body or "{}")))
            elif url.path.startswith("/_browser/"):
                self._send_json(200, self._from_browser(url.path, json.loads(body or "{}")))
            else:
                self._api(method, url.path, parse_form(body or url.query))
        except ApiError as error:
            self._send_json(error.status, error.body)

    def _api(self, method: str, path: str, params: dict[str, Any]) -> None:
        failure = self._next_failure()
        if failure == "before":
            self._send_json(500, {"error": {"type": "api_error", "message": "An unknown error occurred."}})
            return
        key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
        status, answer, replayed = self.emulator.call(self._account(), method, path, params, key=key)
        if failure == "after":
            self.close_connection = True
            self.connection.close()
            return
        self._send_json(status, answer, {"Idempotent-Replayed": "true"} if replayed else {})

    def _next_failure(self) -> str:
        with self.emulator.lock:
            return self.emulator.failures.pop(0)["when"] if self.emulator.failures else ""

    def _account(self) -> str:
        header = self.headers.get("Authorization", "")
        key = header.removeprefix("Bearer ").strip()
        if header.startswith("Basic "):
            key = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")[0]
        if not re.fullmatch(r"sk_test_\w+", key):
            raise ApiError(401, "invalid_request_error", "Invalid API Key provided.")
        return f"{key.removeprefix('sk_test_')}/{self.headers.get('Stripe-Account', '')}"

    def _from_browser(self, path: str, values: dict[str, Any]) -> Any:
        """What Stripe.js does with a publishable key and the client secret of one PaymentIntent."""
        name = f"{str(values.get('key', '')).removeprefix('pk_test_')}/"
        secret = str(values.get("client_secret", ""))
        reference = secret.partition("_secret_")[0]
        with self.emulator.lock:
            account = self.emulator.account(name)
            intent = account.data["payment_intents"].get(reference)
            if intent is None or intent["client_secret"] != secret:
                raise invalid("The client_secret provided does not match.", code="payment_intent_invalid_parameter")
        match path.removeprefix("/_browser/"):
            case "retrieve":
                return _public(intent)
            case "confirm":
                card = {"payment_method_data": {"type": "card", "card": values.get("card", {})}}
                return self.emulator.call(name, "POST", f"/v1/payment_intents/{reference}/confirm", card)[1]
            case "challenge":
                with self.emulator.lock:
                    answer = _public(account.answer_challenge(reference, passed=bool(values.get("passed"))))
                    self.emulator.save()
                    self.emulator.deliverer.send_pending(account)
                return answer
        raise invalid("Unknown.", status=404)

    def _turn_knob(self, path: str, values: dict[str, Any]) -> Any:
        emulator = self.emulator
        name = f"{values.pop('account', '')}/"
        match path.removeprefix("/_emulator/"):
            case "reset":
                emulator.reset()
            case "delivery":
                emulator.deliverer.knobs.update(values)
                for account in list(emulator.accounts.values()):
                    emulator.deliverer.send_pending(account)
            case "deliveries":
                return {"data": emulator.deliverer.log}
            case "drain":
                return {"drained": emulator.deliverer.wait(float(values.get("seconds", 10)))}
            case "fail_next":
                emulator.failures += [{"when": values.get("when", "before")}] * int(values.get("count", 1))
            case "confirm":
                params = {"payment_method": values.get("payment_method", "pm_card_visa")}
                return emulator.call(name, "POST", f"/v1/payment_intents/{values['payment_intent']}/confirm", params)[1]
            case "advance":
                with emulator.lock:
                    answer = self._advance(emulator.account(name), values)
                    emulator.deliverer.send_pending(emulator.account(name))
                return _public(answer)
        return {}

    @staticmethod
    def _advance(account: Account, values: dict[str, Any]) -> Any:
        if "next_refund_status" in values:
            account.next_refund_status = values["next_refund_status"]
            return {}
        if "refund" in values:
            return account.change_refund(values["refund"], status=values["status"])
        if values["status"] == "processing":
            return account.process_slowly(values["payment_intent"])
        return account.settle(values["payment_intent"], succeeded=values["status"] == "succeeded")

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_emulator")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """The emulator on a port of the loopback interface."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, state_file: Path | None = None) -> None:
        handler = type("BoundHandler", (Handler,), {"emulator": Emulator(state_file)})
        super().__init__(("127.0.0.1", port), handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_emulator(port: int = 0) -> Iterator[str]:
    """Run an emulator in a thread of this process; yield its address."""
    server = Server(port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
