"""Webhooks: signed as Stripe signs them and sent by one thread, with knobs for what goes wrong in real life."""

import hashlib
import hmac
import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from devtools.stripe_emulator.errors import invalid

POST_SECONDS: Final = 10
# `paused`: nothing is sent. `copies`: how often each delivery is made. `twins`: each change has two events. `shuffle`: the
# newest goes first. `delay`: seconds before the first attempt. `age`: how many seconds ago it was signed. `wrong_secret`:
# signed with another secret. `retry_seconds`: the pauses between attempts; when they are used up, the delivery is given up.
KNOBS: Final[dict[str, Any]] = {
    "paused": False,
    "copies": 1,
    "twins": False,
    "shuffle": False,
    "delay": 0.0,
    "age": 0,
    "wrong_secret": False,
    "retry_seconds": [0.2, 1.0, 3.0, 10.0, 30.0],
}


@dataclass(slots=True)
class Delivery:
    """One event on its way to one endpoint; the accounts are those that own them."""

    endpoint_account: str
    endpoint: str
    event_account: str
    event: str
    attempt: int = 0
    is_forced: bool = False
    due: float = 0.0


# Returns address, secret and body of a delivery, or None when its endpoint is gone.
LookUp = Callable[[Delivery], tuple[str, str, bytes] | None]


def sign(body: bytes, secret: str, *, at: int) -> str:
    """Return the header `Stripe-Signature` for a body signed at a second of Unix time."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliverer:
    """Sends deliveries one after the other, the oldest first, and again when they are not answered with 2xx."""

    def __init__(self, look_up: LookUp, when_done: Callable[[Delivery, bool], None]) -> None:
        self._look_up = look_up
        self._when_done = when_done
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sending: Delivery | None = None
        self._is_busy = False
        self._is_closed = False
        self._waiting: list[Delivery] = []
        self.knobs: dict[str, Any] = dict(KNOBS)
        self.log: list[dict[str, Any]] = []

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sending, after the delivery that is on its way."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(1)

    def reset(self) -> None:
        """Forget what was sent and what waits, and put the knobs back."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_busy, POST_SECONDS + 1)
            self._waiting.clear()
            self.log.clear()
            self.knobs = dict(KNOBS)

    def turn(self, values: dict[str, Any]) -> None:
        """Set knobs. Raises `ApiError` for one that is not there."""
        for name, value in values.items():
            kind = type(KNOBS.get(name))
            if name not in KNOBS or not isinstance(value, (int, float) if kind is float else kind):
                raise invalid(f"No such knob: {name}={value!r}. There are {', '.join(KNOBS)}.", param=name)
        with self._changed:
            self.knobs.update(values)
            self._changed.notify_all()

    def queue(self, delivery: Delivery) -> None:
        """Send a delivery when its turn comes."""
        with self._changed:
            delivery.due = time.monotonic() + self.knobs["delay"]
            self._waiting += [Delivery(**asdict(delivery)) for _copy in range(self.knobs["copies"])]
            self._changed.notify_all()

    def force(self) -> None:
        """Send what waits now, paused or not, without waiting for its time."""
        with self._changed:
            for delivery in self._waiting:
                delivery.is_forced, delivery.due = True, 0.0
            self._changed.notify_all()

    def waiting(self) -> list[dict[str, Any]]:
        """Return what is still to be sent, ready for JSON."""
        with self._changed:
            now_sent = [] if self._sending is None else [self._sending]
            return [{**asdict(delivery), "due": 0.0} for delivery in now_sent + self._waiting]

    def drain(self, seconds: float) -> bool:
        """Return whether within some seconds nothing was left to send, or to send while paused."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, seconds)

    def _is_idle(self) -> bool:
        held = self.knobs["paused"] and not any(delivery.is_forced for delivery in self._waiting)
        return not self._is_busy and (held or not self._waiting)

    def _ready(self) -> list[Delivery]:
        moment = time.monotonic()
        return [d for d in self._waiting if d.due <= moment and (d.is_forced or not self.knobs["paused"])]

    def _seconds_to_next(self) -> float | None:
        coming = [d.due for d in self._waiting if d.is_forced or not self.knobs["paused"]]
        return max(0.0, min(coming) - time.monotonic()) if coming else None

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._is_closed and not self._ready():
                    self._changed.wait(self._seconds_to_next())
                if self._is_closed:
                    return
                delivery = self._ready()[-1 if self.knobs["shuffle"] else 0]
                self._waiting.remove(delivery)
                self._sending, self._is_busy = delivery, True
            has_arrived, is_over = self._send(delivery)
            self._sending = None
            if is_over:
                self._when_done(delivery, has_arrived)
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    def _send(self, delivery: Delivery) -> tuple[bool, bool]:
        """Try once; return whether it arrived, and whether that was the last attempt."""
        found = self._look_up(delivery)
        if found is None:
            return False, True
        url, secret, body = found
        if self.knobs["wrong_secret"]:
            secret = secret[::-1]
        status, answer = _post(url, body, sign(body, secret, at=int(time.time()) - self.knobs["age"]))
        has_arrived = 200 <= status < 300
        pauses = self.knobs["retry_seconds"]
        is_over = has_arrived or delivery.attempt >= len(pauses)
        with self._changed:
            self.log.append(
                {
                    "event": delivery.event, "url": url, "status": status, "answer": answer, "attempt": delivery.attempt + 1,
                    "given_up": is_over and not has_arrived,
                }
            )  # fmt: skip
            if not is_over:
                again = Delivery(**asdict(delivery))
                again.due = time.monotonic() + pauses[delivery.attempt]
                again.attempt += 1
                self._waiting.append(again)
        return has_arrived, is_over


def _post(url: str, body: bytes, signature: str) -> tuple[int, str]:
    """Return status and beginning of the answer; 0 and the reason when there was none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Names below .localhost are this machine (RFC 6761), which not every resolver knows.
    address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(address, parts.port, timeout=POST_SECONDS)
    headers = {
        "Host": parts.netloc, "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (emulated)",
    }  # fmt: skip
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        return response.status, response.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
