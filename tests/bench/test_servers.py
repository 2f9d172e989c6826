import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bench.servers import ROOT
from devtools.embedded import process

SCRIPT = textwrap.dedent(
    """
    import signal
    from bench.servers import running_bench

    with running_bench(durable=False) as bench:
        (bench.folder / "floor").mkdir()
        _port, web = bench.serve("bench.floor:application", workers=1)
        database = (bench.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        print(web, database, bench.folder, flush=True)
        signal.pause()
    """
)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_bench_with_all_that_it_started(number):
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True, cwd=ROOT) as bench:
        assert bench.stdout is not None
        bench.stdout.readline()
        web, database, folder = bench.stdout.readline().split()
        assert "gunicorn" in process.command_of(int(web))
        bench.send_signal(number)
        assert bench.wait(60) == 128 + number
    assert (process.command_of(int(web)), process.command_of(int(database))) == ("", "")
    assert not Path(folder).exists()
