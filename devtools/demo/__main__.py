"""`python -m devtools.demo`: start everything, say where it is, stop everything on Ctrl-C."""

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path

from devtools.demo import checks
from devtools.demo.environment import child_environment
from devtools.demo.stack import Stack, Stopped, ended
from devtools.embedded.postgres import EmbeddedPostgres
from devtools.embedded.process import ServerError, free_port
from devtools.embedded.redis import EmbeddedRedis
from devtools.migrations import migrations_key


class Demo:
    """One run of the demo in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.logs = folder / "log"
        self.servers: list[EmbeddedPostgres | EmbeddedRedis] = []
        self.stack: Stack | None = None
        self.asked_to_stop = False

    def ask_to_stop(self, *_signal: object) -> None:
        """Remember that somebody wants us to stop; the waits look."""
        self.asked_to_stop = True

    def start(self) -> None:
        """Start everything and return when the web server answers and the demo's content is there."""
        self.logs.mkdir(parents=True, exist_ok=True)
        database_url = os.environ.get("DATABASE_URL") or self._start_postgres()
        redis_url = os.environ.get("REDIS_URL") or self._start_redis()
        self._stop_if_asked()
        stripe_port = free_port()
        env = child_environment(
            self.folder, port=self.port, stripe_port=stripe_port, database_url=database_url, redis_url=redis_url
        )
        self.stack = Stack(env, log_dir=self.logs, should_stop=lambda: self.asked_to_stop)
        say("Stripe emulator")
        self.stack.start_stripe(stripe_port, self.folder / "stripe.json")
        self._migrate()
        say("Web server, worker and clock")
        self.stack.start_web(self.port)
        self.stack.start_worker()
        self.stack.start_beat(self.folder)
        say("Demo content")
        self.stack.manage("load_demo")
        self.stack.wait_for_web(self.port)

    def watch(self) -> None:
        """Return when asked to stop; raises `Refusal` when something ends by itself."""
        assert self.stack is not None
        while not self.asked_to_stop:
            self.stack.check()
            for server in self.servers:
                code = server.poll()
                if code is not None:
                    name = "PostgreSQL" if isinstance(server, EmbeddedPostgres) else "Redis"
                    raise checks.Refusal(ended(name, code, self.logs / f"{name.lower()}.log"))
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop what runs: the product first, then what it stands on."""
        if self.stack is not None:
            self.stack.stop()
        for server in reversed(self.servers):
            server.stop()
        self.servers.clear()

    def addresses(self) -> str:
        """Return where to look and how to sign in."""
        known = json.loads((self.folder / "demo.json").read_text())
        lines = ["", "Waypost is ready.", ""]
        for site in known["sites"]:
            lines += [f"  {site['name']}", f"    site   {site['url']}", f"    staff  {site['url'].rstrip('/')}/admin/"]
            lines += [f"           {login['email']}  ({login['role']})" for login in site["logins"]]
        lines += [
            "",
            f"  Password of all accounts   {known['password']}",
            "  Card for test payments     4242 4242 4242 4242, any date to come, any code",
            f"  E-mails                    http://127.0.0.1:{self.port}/__mail__/ and {self.folder / 'mail'}",
            f"  Logs                       {self.logs}",
            "",
            "Ctrl-C stops everything. The data stays for the next start.",
        ]
        return "\n".join(lines)

    def _start_postgres(self) -> str:
        say("PostgreSQL")
        server = EmbeddedPostgres(self.folder / "postgres", durable=True, log=self.logs / "postgresql.log")
        self.servers.append(server)
        return server.start()

    def _start_redis(self) -> str:
        say("Redis")
        server = EmbeddedRedis(self.folder / "redis", log=self.logs / "redis.log")
        self.servers.append(server)
        return server.start()

    def _migrate(self) -> None:
        assert self.stack is not None
        done = self.folder / "migrated"
        key = migrations_key()
        # Only our own database is known to be what we left.
        if not os.environ.get("DATABASE_URL") and done.exists() and done.read_text() == key:
            return
        say("Tables")
        self.stack.manage("migrate", "--no-input")
        done.write_text(key)

    def _stop_if_asked(self) -> None:
        if self.asked_to_stop:
            raise Stopped


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def main() -> int:
    """Run the demo until somebody stops it; return the exit code."""
    demo = None
    lock = None
    code = 0
    try:
        checks.check_python()
        port = checks.read_port(os.environ.get("PORT") or "8000")
        folder = Path(os.environ.get("DEMO_DIR") or ".demo").resolve()
        lock = checks.claim_folder(folder, port)
        checks.check_port(port)
        checks.check_space(folder)
        demo = Demo(folder, port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, demo.ask_to_stop)
        demo.start()
        say(demo.addresses())
        demo.watch()
    except Stopped:
        pass
    except (checks.Refusal, ServerError) as error:
        code = 1
        print(error, file=sys.stderr, flush=True)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        code = 1
        print("The disk is full. Make room, or choose another place: make demo DEMO_DIR=…", file=sys.stderr, flush=True)
    finally:
        if demo is not None and demo.stack is not None:
            say("Stopping …")
        if demo is not None:
            demo.stop()
        if lock is not None:
            lock.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
