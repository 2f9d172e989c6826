"""What must hold before anything is started. Each check says what to do when it does not."""

import errno
import fcntl
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import IO

from devtools.embedded.process import command_of

MEGABYTE = 1024 * 1024
NEEDED_MEGABYTES = 300


class Refusal(Exception):
    """Why the demo does not start or cannot go on, for the person at the terminal."""


def read_port(text: str) -> int:
    """Return the number of a port; raises `Refusal` for anything else."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refusal(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def check_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Raise `Refusal` when Python is older than the product needs."""
    if version < (3, 11):
        raise Refusal(f"Waypost needs Python 3.11 or newer; this is {version[0]}.{version[1]}.")


def check_port(port: int) -> None:
    """Raise `Refusal` when somebody listens on the port, or we may not."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise _port_in_use(port)
    with socket.socket() as probe:
        # A server that has just stopped does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Refusal(f"Port {port} is reserved for root. Choose one above 1023: make demo PORT=8000") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _port_in_use(port) from error
            raise


def _port_in_use(port: int) -> Refusal:
    owner = _listener(port)
    by = f" by {owner}" if owner else ""
    other = port + 1 if port < 65535 else port - 1
    return Refusal(f"Port {port} is in use{by}. Stop that, or choose another: make demo PORT={other}")


def _listener(port: int) -> str:
    """Describe the process that listens on a port, where the system (Linux) tells us."""
    wanted = f":{port:04X}"
    sockets = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            columns = line.split()
            if columns[1].endswith(wanted) and columns[3] == "0A":  # listening
                sockets.add(f"socket:[{columns[9]}]")
    if not sockets:
        return ""
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(link.readlink()) in sockets for link in folder.iterdir()):
                pid = int(folder.parent.name)
                return f"process {pid} ({command_of(pid)[:80]})"
        except OSError:  # it has ended, or belongs to another user
            continue
    return ""


def check_space(folder: Path, needed_megabytes: int = NEEDED_MEGABYTES) -> None:
    """Raise `Refusal` when the disk of `folder` has too little room."""
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < needed_megabytes:
        raise Refusal(
            f"The demo needs {needed_megabytes} MB on the disk of {folder}, and {free} MB are free. "
            "Make room, or choose another place: make demo DEMO_DIR=…"
        )


def claim_folder(folder: Path, port: int) -> IO[str]:
    """Make the demo's folder and lock it for this process; the lock lasts until the returned file is closed.

    Raises `Refusal` when another demo runs in it, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise Refusal(f"The demo cannot write to {folder}: {error.strerror}. Choose another: DEMO_DIR=…") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        owner = lock.read().strip() or "another process"
        lock.close()
        raise Refusal(
            f"A demo already runs in {folder} ({owner}). Stop it, or start a second one beside it: "
            f"make demo PORT={port + 1 if port < 65535 else port - 1} DEMO_DIR={folder.name}-2"
        ) from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, port {port}")
    lock.flush()
    return lock
