"""What gunicorn reads where it is started: a log of requests without secrets, queries and network addresses; loaded code is kept."""

import sys
from pathlib import Path

from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent))

from config.logs import redacted
from config.memory import keep_loaded_code


class RedactingLogger(Logger):
    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: redacted(value) if isinstance(value, str) else value for name, value in atoms.items()}


logger_class = RedactingLogger
access_log_format = '%(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)s ms'


def post_worker_init(_worker):
    keep_loaded_code()
