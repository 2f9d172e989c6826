"""`python -m devtools.embedded.python_redis --port N`: fakeredis behind a socket, where no real server is to be had."""

import argparse

from fakeredis import TcpFakeServer

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    TcpFakeServer(("127.0.0.1", parser.parse_args().port)).serve_forever()
