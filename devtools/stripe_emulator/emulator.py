"""All accounts together: who calls, what an idempotency key remembers, what fails, and what is kept in a file."""

import copy
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devtools.stripe_emulator import intents
from devtools.stripe_emulator.account import Account, Object, new_id, own_id, public
from devtools.stripe_emulator.delivery import Deliverer, Delivery
from devtools.stripe_emulator.endpoints import wants
from devtools.stripe_emulator.errors import ApiError, missing
from devtools.stripe_emulator.params import read
from devtools.stripe_emulator.routes import answer

KEY_SECONDS: Final = 24 * 3600
HOLD_SECONDS: Final = 30
# What Stripe shows of a PaymentIntent to a browser, which has the publishable key and the client secret only.
FOR_BROWSERS: Final = (
    "id", "object", "amount", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret",
    "confirmation_method", "created", "currency", "description", "last_payment_error", "livemode", "next_action", "payment_method",
    "payment_method_types", "processing", "receipt_email", "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip
FROM_BROWSERS: Final = frozenset(
    {"payment_method", "payment_method_data", "return_url", "receipt_email", "use_stripe_sdk"}
)


@dataclass(slots=True)
class Failure:
    """What goes wrong with a call, `when` (before or after it has its effect) and `how`.

    That is error (500), drop, timeout, hold, or forbidden (403).
    """

    when: str
    how: str
    path: str = ""
    released: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call, and whether an idempotency key remembered it."""

    status: int
    body: Any
    is_replayed: bool = False


class Emulator:
    """Stripe on this machine. Accounts come to be at their first use: `sk_test_harbour` and `pk_test_harbour` are one."""

    def __init__(self, state_file: Path | None = None) -> None:
        self.home = ""
        self.lock = threading.RLock()
        self.called = threading.Condition(self.lock)
        self.deliverer = Deliverer(self._look_up, self._delivered)
        self.failures: list[Failure] = []
        self.held: list[Failure] = []
        self._state_file = state_file
        self._accounts: dict[str, Account] = {}
        self._running: set[tuple[str, str]] = set()
        if state_file is not None and state_file.exists():
            self._load(state_file)

    def _load(self, state_file: Path) -> None:
        """Take up what `save` wrote; a file that another version wrote is put aside, and a message says so."""
        try:
            state = json.loads(state_file.read_text())
            accounts = {name: Account(name, self, data) for name, data in state["accounts"].items()}
            waiting = [Delivery(**delivery) for delivery in state["waiting"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            aside = state_file.with_name(f"{state_file.name}.unreadable")
            os.replace(state_file, aside)  # noqa: PTH105  # as in `save`
            print(
                f"{state_file} was not written by this version of the emulator: it begins empty, without the payments"
                f" made before. The file is kept as {aside.name}.",
                file=sys.stderr,
                flush=True,
            )
            return
        self._accounts = accounts
        for delivery in waiting:
            self.deliverer.queue(delivery)

    def account(self, name: str) -> Account:
        """Return an account by its name, `KEY/CONNECTED`."""
        if name not in self._accounts:
            self._accounts[name] = Account(name, self)
        return self._accounts[name]

    def save(self) -> None:
        """Write everything to the state file, whole or not at all."""
        if self._state_file is None:
            return
        with self.lock:
            accounts = {name: account.data for name, account in self._accounts.items()}
            scratch = self._state_file.with_name(f"{self._state_file.name}.new")
            scratch.write_text(json.dumps({"accounts": accounts, "waiting": self.deliverer.waiting()}))
            os.replace(scratch, self._state_file)  # noqa: PTH105  # atomic by its name

    def reset(self) -> None:
        """Forget everything."""
        self.deliverer.reset()
        with self.lock:
            self._accounts.clear()
            self.failures.clear()
            self.release()
            self.save()

    def release(self) -> None:
        """Let the calls go on that are held."""
        for failure in self.held:
            failure.released.set()
        self.held.clear()

    # Calls

    def next_failure(self, path: str) -> Failure | None:
        """Take the next failure that is meant for a call of this path."""
        with self.lock:
            found = next((failure for failure in self.failures if path.startswith(failure.path)), None)
            if found is not None:
                self.failures.remove(found)
            return found

    def call(
        self, name: str, method: str, path: str, params: Object, *, key: str = "", failure: Failure | None = None
    ) -> Answer:
        """Answer a call of an account as Stripe does, an error included; `key` is its idempotency key."""
        with self._alone(name, key):
            if failure is not None and failure.how == "hold":
                with self.called:
                    self.held.append(failure)
                    self.called.notify_all()
                failure.released.wait(HOLD_SECONDS)
            with self.lock:
                return self._call(self.account(name), method, path, params, key, failure)

    @contextmanager
    def _alone(self, name: str, key: str) -> Iterator[None]:
        """Refuse a second call with an idempotency key while the first one runs."""
        with self.lock:
            if key and (name, key) in self._running:
                message = f"There is currently another in-progress request using this Idempotent Key: {key}."
                raise ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")
            self._running.add((name, key))
        try:
            yield
        finally:
            with self.lock:
                self._running.discard((name, key))

    def _call(
        self, account: Account, method: str, path: str, params: Object, key: str, failure: Failure | None
    ) -> Answer:
        keys = account.data["idempotency"]
        kept = keys.get(key)
        if kept is not None and time.time() < kept["at"] + KEY_SECONDS:
            if kept["request"] != [method, path, params]:
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                raise ApiError(400, "idempotency_error", message)
            return Answer(kept["status"], kept["body"], is_replayed=True)
        try:
            result, has_run = Answer(200, answer(account, method, path, copy.deepcopy(params))), True
        except ApiError as error:
            result, has_run = Answer(error.status, error.body), error.ran
        if failure is not None and (failure.when, failure.how) == ("after", "error"):
            result = Answer(500, unknown_error().body)
        if key and has_run:
            kept = {
                "request": [method, path, params],
                "status": result.status,
                "body": result.body,
                "at": int(time.time()),
            }
            keys[key] = kept
        if method != "GET":
            self.save()
        return result

    def forget_keys(self, name: str) -> None:
        """Do as Stripe does after a day: no idempotency key is known any more."""
        with self.lock:
            self.account(name).data["idempotency"].clear()
            self.save()

    # Browsers

    def intent_of(self, name: str, secret: str) -> tuple[Account, Object]:
        """Return the PaymentIntent of a client secret and its account. Raises `ApiError`."""
        account = self.account(name)
        intent = account.data["payment_intents"].get(secret.partition("_secret_")[0])
        if intent is None or intent["client_secret"] != secret:
            raise missing("payment_intent", secret.partition("_secret_")[0])
        return account, intent

    def retrieve_from_browser(self, name: str, secret: str) -> Object:
        """Return a PaymentIntent to a guest's browser."""
        with self.lock:
            return for_browser(self.intent_of(name, secret)[1])

    def confirm_from_browser(self, name: str, secret: str, params: Object) -> Object:
        """Confirm a PaymentIntent with what the guest typed. Raises `ApiError`."""
        data = params.get("payment_method_data")
        is_card = isinstance(data, dict) and data.get("type") == "card"
        card = data.pop("card", {}) if is_card else None
        if is_card:
            # Cards come from browsers only, so the package for servers does not know this kind; the rest is as of another.
            data["type"] = "link"
        values = read(params, "PaymentIntentConfirmParams", FROM_BROWSERS)
        if is_card:
            values["payment_method_data"].update(type="card", card=card)
        with self.lock:
            account, intent = self.intent_of(name, secret)
            try:
                return for_browser(intents.confirm_intent(account, intent["id"], values))
            except ApiError as error:
                if "payment_intent" in error.body["error"]:
                    error.body["error"]["payment_intent"] = for_browser(intent)
                raise
            finally:
                self.save()

    def challenge_from_browser(self, name: str, secret: str, *, passed: bool) -> tuple[Object, str | None]:
        """Write the guest's answer to the bank down; return the PaymentIntent and where the guest was to return to."""
        with self.lock:
            account, intent = self.intent_of(name, secret)
            intents.answer_challenge(account, intent["id"], passed=passed)
            self.save()
            return for_browser(intent), intent["_return_url"]

    # Webhooks

    def publish(self, account: Account, event: Object) -> None:
        """Queue an event for the endpoints that want it: the account's own, and those of its platform."""
        if self.deliverer.knobs["twins"]:
            twin = account.add("events", {**copy.deepcopy(event), "id": new_id("evt")})
            self._queue(account, twin)
        self._queue(account, event)

    def _queue(self, account: Account, event: Object) -> None:
        for owner in {account.name, f"{account.key_name}/"}:
            for endpoint in self.account(owner).data["webhook_endpoints"].values():
                if wants(endpoint, event):
                    event["pending_webhooks"] += 1
                    self.deliverer.queue(Delivery(owner, endpoint["id"], account.name, event["id"]))

    def send_again(self, name: str, reference: str) -> None:
        """Queue an event once more."""
        with self.lock:
            self._queue(self.account(name), self.account(name).find("events", reference))

    def type_of(self, reference: str) -> str:
        """Return the type of an event of any account, empty when it is gone."""
        with self.lock:
            found = (account.data["events"].get(reference) for account in self._accounts.values())
            return next((str(event["type"]) for event in found if event is not None), "")

    def _look_up(self, delivery: Delivery) -> tuple[str, str, bytes] | None:
        with self.lock:
            endpoint = self.account(delivery.endpoint_account).data["webhook_endpoints"].get(delivery.endpoint)
            event = self.account(delivery.event_account).data["events"].get(delivery.event)
            if endpoint is None or event is None:
                return None
            return endpoint["url"], endpoint["_secret"], json.dumps(event).encode()

    def _delivered(self, delivery: Delivery, has_arrived: bool) -> None:
        with self.lock:
            event = self.account(delivery.event_account).data["events"].get(delivery.event)
            if event is not None and has_arrived:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            self.save()


def for_browser(intent: Object) -> Object:
    """Return of a PaymentIntent what Stripe shows to browsers."""
    return {name: public(intent[name]) for name in FOR_BROWSERS}


def unknown_error() -> ApiError:
    """Return the answer when Stripe itself fails."""
    return ApiError(500, "api_error", "An unknown error occurred.")


def forbidden() -> ApiError:
    """Return the answer to a restricted key that lacks a permission."""
    message = "The provided key does not have the required permissions for this endpoint."
    return ApiError(403, "invalid_request_error", message, code="more_permissions_required_for_application")


def name_of(key: str, connected: str) -> str:
    """Return the name of the account that a key and the header Stripe-Account mean. Raises `ApiError`."""
    key_name = key.removeprefix("sk_test_").removeprefix("pk_test_")
    if connected in ("", own_id(key_name)):
        return f"{key_name}/"
    if re.fullmatch(r"acct_\w+", connected) is None:
        message = f"The provided key does not have access to account '{connected}' (or that account does not exist)."
        raise ApiError(403, "invalid_request_error", message, code="account_invalid")
    return f"{key_name}/{connected}"
