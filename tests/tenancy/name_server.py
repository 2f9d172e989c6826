"""A name server on this machine that knows what a test tells it, spoken to over real UDP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers questions for TXT records from `records` and for addresses from `addresses`; `broken` makes it answer SERVFAIL.

    For a name in `turns` each question takes the next of its lists of addresses.
    """

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.addresses: dict[str, list[str]] = {}
        self.turns: dict[str, list[list[str]]] = {}
        self.broken = False
        self.questions: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.questions.append(name)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif question.rdtype == dns.rdatatype.A and name in self.turns | self.addresses:
            values = self.turns[name].pop(0) if self.turns.get(name) else self.addresses[name]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *values))
        elif question.rdtype == dns.rdatatype.AAAA and name in self.turns | self.addresses:
            pass
        elif name in self.records:
            values = [f'"{value}"' for value in self.records[name]]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *values))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def serve(self) -> None:
        while True:
            wire, sender = self.socket.recvfrom(4096)
            if not wire:
                return
            self.socket.sendto(self.answer(wire), sender)


@contextmanager
def running_name_server() -> Iterator[NameServer]:
    server = NameServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.sendto(b"", server.socket.getsockname())
        thread.join()
        server.socket.close()
