import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.demo import checks
from devtools.demo.environment import kept_secrets
from devtools.demo.stack import ROOT, Stack, Stopped
from devtools.embedded.process import free_port

DEADLINE = 60


def demo(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devtools.demo"],
        env={**os.environ, **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


@pytest.fixture
def busy_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def stack(tmp_path: Path):
    stack = Stack(dict(os.environ), log_dir=tmp_path / "log")
    yield stack
    stack.stop()


def test_demo_refuses_a_port_in_use(busy_port: int, tmp_path: Path) -> None:
    done = demo(PORT=str(busy_port), DEMO_DIR=str(tmp_path / "demo"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Port {busy_port} is in use")
    assert done.stderr.endswith(f"choose another: make demo PORT={busy_port + 1}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who listens")
def test_demo_names_who_uses_the_port(busy_port: int) -> None:
    with pytest.raises(checks.Refusal, match=f"in use by process {os.getpid()} "):
        checks.check_port(busy_port)


def test_demo_refuses_a_folder_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    port = free_port()
    with checks.claim_folder(folder, port):
        done = demo(PORT=str(port), DEMO_DIR=str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"A demo already runs in {folder} (process {os.getpid()}, port {port}). Stop it, or start a second one beside "
        f"it: make demo PORT={port + 1} DEMO_DIR=demo-2\n"
    )


def test_demo_folder_is_free_again_after_its_demo(tmp_path: Path) -> None:
    for _time in range(2):
        checks.claim_folder(tmp_path / "demo", 8000).close()


def test_demo_refuses_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = demo(PORT=str(free_port()), DEMO_DIR=str(tmp_path / "file" / "demo"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"The demo cannot write to {tmp_path}/file/demo: Not a directory.")


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "8000x", "²", "web"])
def test_demo_refuses_what_is_not_a_port(text: str) -> None:
    with pytest.raises(checks.Refusal, match="PORT must be a number from 1 to 65535"):
        checks.read_port(text)


def test_demo_refuses_a_full_disk(tmp_path: Path) -> None:
    checks.check_space(tmp_path, 0)
    with pytest.raises(checks.Refusal, match=r"needs 999999999999 MB on the disk of .* MB are free"):
        checks.check_space(tmp_path, 999_999_999_999)


def test_demo_refuses_an_old_python() -> None:
    with pytest.raises(checks.Refusal, match=r"needs Python 3\.11 or newer; this is 3\.10"):
        checks.check_python((3, 10))


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = kept_secrets(tmp_path)
    assert sorted(first) == ["FIELD_ENCRYPTION_KEYS", "SECRET_KEY"]
    assert kept_secrets(tmp_path) == first
    path = tmp_path / "secrets.json"
    assert json.loads(path.read_text()) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_stack_says_which_part_has_ended_and_why(stack: Stack) -> None:
    stack.start("web", "sh", "-c", "echo something is wrong; exit 3")
    with pytest.raises(checks.Refusal) as refusal:
        stack.wait_until(lambda: False, "nothing", seconds=DEADLINE)
    assert str(refusal.value) == (
        f"web ended with code 3.\nThe end of {stack.log_dir / 'web.log'}:\nsomething is wrong"
    )


def test_stack_says_that_the_disk_is_full(stack: Stack) -> None:
    with pytest.raises(checks.Refusal, match=r"^migrate ended with code 1\.\nThe disk is full\.\n"):
        stack.run("migrate", "sh", "-c", "echo 'write: No space left on device'; exit 1")


def test_stack_gives_up_waiting(stack: Stack) -> None:
    with pytest.raises(checks.Refusal, match=r"^Waited 0 s for the web server, in vain\. The logs are in "):
        stack.wait_until(lambda: False, "the web server", seconds=0)


def test_stack_stops_waiting_when_asked(stack: Stack) -> None:
    stack.should_stop = lambda: True
    with pytest.raises(Stopped):
        stack.run("migrate", "sleep", "60")


def test_stack_stops_its_parts_the_last_one_first(stack: Stack, tmp_path: Path) -> None:
    for name in ("first", "second"):
        stack.start(
            name,
            "sh",
            "-c",
            f"trap 'echo {name} >> {tmp_path}/ended; exit' TERM; echo up; while :; do sleep 0.05; done",
        )
    stack.wait_until(lambda: all(part.log.read_text() == "up\n" for part in stack.parts), "both", seconds=DEADLINE)
    stack.stop()
    assert (tmp_path / "ended").read_text() == "second\nfirst\n"
