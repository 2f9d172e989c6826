"""Child processes that never outlive their parent and do not see its Ctrl-C."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class ServerError(RuntimeError):
    """A server that could not be started, with a message for the person at the terminal."""


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return the account to run servers as when we are root, which PostgreSQL refuses; None when we are not."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def start(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its output appended to `log`.

    On Linux the kernel sends it `stop_signal` when the parent dies, however that happens. A child that runs as another
    `user` there still reaches files below folders closed to that account, such as a checkout in root's home.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def before_exec() -> None:
        if user is not None:
            if libc is not None:
                # Else a change of user drops every right, and access() answers as if it had.
                libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            if libc is not None:
                _keep_file_access(libc)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, stop_signal)
            if os.getppid() != parent:
                os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509  # no threads have been started when servers are
            env=dict(env) if env is not None else None,
            cwd=cwd,
        )


def _keep_file_access(libc: ctypes.CDLL) -> None:
    """Keep root's right to open files, and no other, through a change of user and the exec that follows.

    Where a container does not have that right, nothing changes, and the server says what it could not open.
    """
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    wanted = 1 << CAP_DAC_OVERRIDE
    # Effective, permitted, inheritable; for the lower and the upper 32 capabilities.
    if libc.capset(header, (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
    else:
        libc.capset(header, (ctypes.c_uint32 * 6)())


def stop(
    process: subprocess.Popen[bytes], *, stop_signal: signal.Signals = signal.SIGTERM, seconds: float = 10
) -> None:
    """Ask a child to stop, and end it together with its own children when it has not after `seconds`."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def command_of(pid: int) -> str:
    """Return the command line of a running process; empty when there is none with that number."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        if Path("/proc/self/cmdline").exists():
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log file, for a message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""
