"""Nothing that opens a door, and nobody's address, stands in a log."""

import logging
import runpy
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.logs import RedactingFormatter, redacted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /order/mNJJ5zGewEHEyCMAOrQJGc2Fidwwnnq0/ 200", "GET /order/…/ 200"),
        ("GET /de/order/mNJJ5zGewEHE/receipt.pdf?x=1", "GET /de/order/…/receipt.pdf?x=1"),
        ("Not Found: /pay/abc/returned/", "Not Found: /pay/…/returned/"),
        ("/invitation/abc-_1/decline/", "/invitation/…/decline/"),
        ("/admin/password_reset/4-cx9/", "/admin/password_reset/…/"),
        ("/admin/password_reset/sent/", "/admin/password_reset/sent/"),
        ("/admin/account/email/confirm/abc/", "/admin/account/email/confirm/…/"),
        ("/admin/account/arrive/abc/", "/admin/account/arrive/…/"),
        ("/admin/orders/inspect/12/", "/admin/orders/inspect/12/"),
        ("/orders/find/", "/orders/find/"),
        ("Key (email)=(grete.hansen+tours@mail.example.com) already exists.", "Key (email)=(…) already exists."),
        ("/admin/customers/?q=grete%40example.com", "/admin/customers/?q=…"),
    ],
)
def test_redacted_hides_secrets_and_nothing_else(text, kept):
    assert redacted(text) == kept


def test_formatter_redacts_the_traceback_too():
    formatter = RedactingFormatter("{levelname}: {message}", style="{")
    try:
        raise ValueError("grete@example.com")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "At %s", ("/order/abc/",), sys.exc_info())
    lines = formatter.format(record).splitlines()
    assert (lines[0], lines[-1]) == ("ERROR: At /order/…/", "ValueError: …")


def test_every_handler_of_the_product_redacts():
    formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {settings.LOGGING["formatters"][name]["()"] for name in formatters} == {"config.logs.RedactingFormatter"}


def test_the_web_server_s_log_has_no_secret_no_query_and_no_network_address():
    from gunicorn.config import Config
    from gunicorn.http.message import Request

    conf = runpy.run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))
    request = Request.__new__(Request)
    request.headers = [("REFERER", "https://harbour.example/pay/abc/")]

    class Response:
        status, sent, headers = "200 OK", 20, []

    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/order/abc/?email=grete@example.com",
        "PATH_INFO": "/order/abc/",
        "QUERY_STRING": "email=grete@example.com",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
    }
    logger = conf["logger_class"](Config())
    import datetime as dt

    atoms = logger.atoms(Response(), request, environ, dt.timedelta(milliseconds=3))
    line = conf["access_log_format"] % {**atoms, "t": "[now]"}
    assert line == '[now] "GET /order/…/ HTTP/1.1" 200 20 3 ms'
