"""`python -m devtools.stripe_emulator --port P [--state-file FILE]`; prints `ready ADDRESS` when it listens."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from devtools.stripe_emulator.server import Server


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="devtools.stripe_emulator")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state-file", type=Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    server = Server(options.port, options.state_file)
    print(f"ready {server.url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
