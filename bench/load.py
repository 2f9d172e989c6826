"""A small client that asks a web server as often as it can, over connections that stay open."""

import socket
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

PROCESSES = 2
CONNECTIONS_EACH = 4
# Not counted: connections open and caches fill.
WARM_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: status, headers by their names, body as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests a second, and the half and the 99th percentile of the time for one, in milliseconds."""

    rate: float
    p50: float
    p99: float


def _request(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Return head and body of the answer; opens the connection again when the server closed it."""
        try:
            self.socket.sendall(request)
            received = self.socket.recv(262144)
        except ConnectionError:
            received = b""
        if not received:
            self.__init__(self.port)  # type: ignore[misc]
            self.socket.sendall(request)
            received = self.socket.recv(262144)
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _empty, body = received.partition(b"\r\n\r\n")
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
            return head, body
        length = int(lowered.partition(b"content-length:")[2].partition(b"\r\n")[0])
        parts, size = [body], len(body)
        while size < length:
            parts.append(self._more())
            size += len(parts[-1])
        return head, b"".join(parts)

    def _more(self) -> bytes:
        received = self.socket.recv(262144)
        if not received:
            raise ConnectionError("The server closed the connection within an answer.")
        return received


def fetch(port: int, host: str, path: str, headers: Mapping[str, str]) -> Answer:
    """Return the answer to one request."""
    head, body = _Connection(port).ask(_request(host, path, headers))
    status, *lines = head.decode("latin-1").split("\r\n")
    named = dict(line.split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), named, body)


def _one_process(port: int, request: bytes, seconds: float) -> list[float]:
    times: list[float] = []
    errors: list[str] = []
    counting_from = time.perf_counter() + WARM_UP_SECONDS
    end = counting_from + seconds

    def ask_on() -> None:
        own = []
        connection = _Connection(port)
        while (started := time.perf_counter()) < end:
            head, _body = connection.ask(request)
            if not head.startswith(b"HTTP/1.1 200"):
                errors.append(head.decode("latin-1").partition("\r\n")[0])
                return
            if started >= counting_from:
                own.append(time.perf_counter() - started)
        times.extend(own)

    threads = [threading.Thread(target=ask_on) for _number in range(CONNECTIONS_EACH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError(f"The server answered {errors[0]}.")
    return times


class Timer:
    """Asks one server for one page over a connection that stays open, and says how long each answer took."""

    def __init__(self, port: int, host: str, path: str, headers: Mapping[str, str]) -> None:
        self._connection = _Connection(port)
        self._request = _request(host, path, headers)

    def ask(self) -> float:
        """Return the milliseconds of one answer. Raises `RuntimeError` for any but 200."""
        started = time.perf_counter()
        head, _body = self._connection.ask(self._request)
        taken = (time.perf_counter() - started) * 1000
        if not head.startswith(b"HTTP/1.1 200"):
            status = head.decode("latin-1").partition("\r\n")[0]
            raise RuntimeError(f"The server answered {status}.")
        return taken


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: a page of a server, and what the request says."""

    port: int
    host: str
    path: str
    headers: Mapping[str, str]


def measure(targets: Sequence[Target], *, rounds: int, seconds: float) -> list[Sample]:
    """Ask for each page over 8 connections of 2 processes, `seconds` at a time and in turns, `rounds` of them.

    In turns, so that what else the machine does in the meantime falls on all of them. Raises `RuntimeError` for any answer but 200.
    """
    times: list[list[float]] = [[] for _target in targets]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for _round in range(rounds):
            for target, own in zip(targets, times, strict=True):
                request = _request(target.host, target.path, target.headers)
                runs = [pool.submit(_one_process, target.port, request, seconds) for _number in range(PROCESSES)]
                own.extend(time for run in runs for time in run.result())
    return [_sample(own, seconds=rounds * seconds) for own in times]


def _sample(times: Sequence[float], *, seconds: float) -> Sample:
    cuts = statistics.quantiles(times, n=100)
    return Sample(rate=len(times) / seconds, p50=cuts[49] * 1000, p99=cuts[98] * 1000)
