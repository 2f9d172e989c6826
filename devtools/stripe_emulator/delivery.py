"""Webhooks: signed as Stripe signs them and sent from a thread, with knobs for what goes wrong in real life."""

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from devtools.stripe_emulator.state import Account

ATTEMPTS = 4
RETRY_SECONDS = (0.2, 1.0, 3.0)


def sign(body: bytes, secret: str, *, at: int) -> str:
    """Return the header `Stripe-Signature` for a body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliverer:
    """Sends the events that accounts have pending. `knobs`: `paused`, `copies`, `shuffle`, `age` in seconds, `wrong_secret`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was sent and put the knobs back."""
        self.knobs: dict[str, Any] = {"paused": False, "copies": 1, "shuffle": False, "age": 0, "wrong_secret": False}
        self.log: list[dict[str, Any]] = []
        self._busy = 0
        self._idle = threading.Condition()

    def send_pending(self, account: Account) -> None:
        """Start sending what an account has pending, unless paused."""
        if self.knobs["paused"] or not account.pending:
            return
        batch, account.pending = account.pending * int(self.knobs["copies"]), []
        if self.knobs["shuffle"]:
            random.shuffle(batch)
        with self._idle:
            self._busy += 1
        threading.Thread(target=self._send_batch, args=(account, batch), daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Return whether everything was sent within some seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, seconds)

    def _send_batch(self, account: Account, batch: list[tuple[str, str]]) -> None:
        try:
            for endpoint_id, event_id in batch:
                endpoint = account.data["webhook_endpoints"].get(endpoint_id)
                if endpoint is not None:
                    self._send(endpoint, account.data["events"][event_id])
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _send(self, endpoint: dict[str, Any], event: dict[str, Any]) -> None:
        body = json.dumps(event).encode()
        for attempt in range(ATTEMPTS):
            secret = "whsec_wrong" if self.knobs["wrong_secret"] else endpoint["secret"]
            signature = sign(body, secret, at=int(time.time()) - int(self.knobs["age"]))
            status = _post(endpoint["url"], body, signature)
            self.log.append({"event": event["id"], "type": event["type"], "url": endpoint["url"], "status": status})
            if 200 <= status < 300:
                return
            if attempt < len(RETRY_SECONDS):
                time.sleep(RETRY_SECONDS[attempt])


def _post(url: str, body: bytes, signature: str) -> int:
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Names below .localhost are this machine (RFC 6761), which not every resolver knows.
    address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
    connection = http.client.HTTPConnection(address, parts.port or 80, timeout=10)
    headers = {"Host": parts.netloc, "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
    try:
        connection.request("POST", parts.path, body, headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
