"""What gunicorn reads where it is started: its log of requests holds no secret address, no query, no network address."""

import sys
from pathlib import Path

from gunicorn.glogging import Logger

sys.path.insert(0, str(Path(__file__).parent))

from config.logs import redacted


class RedactingLogger(Logger):
    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: redacted(value) if isinstance(value, str) else value for name, value in atoms.items()}


logger_class = RedactingLogger
access_log_format = '%(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)s ms'
