import logging

import pytest

from tenancy.enums import Role
from tests.commerce_guest.conftest import _clock, add_to_cart, checkout_data, guest, offer, orders  # noqa: F401
from tests.fixtures import PASSWORD, client_for, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_checkout_and_a_sign_in_leave_no_person_in_the_log(guest, offer, harbour, run_jobs, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    # What the database is asked is logged by Django only with DEBUG on.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    guest.get(f"/order/{order.secret}/")
    guest.get("/order/not-a-secret-of-anybody/")
    guest.post("/orders/find/", {"email": "grete@example.com"})
    manager = make_member(harbour, Role.MANAGER)
    for password in ("wrong", PASSWORD):
        client_for(harbour).post("/admin/login/", {"login": manager.email, "password": password})
    run_jobs()
    text = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    people = ("grete", "hansen", "040 123456", "+4940123456", "pram", manager.email, PASSWORD, order.secret)
    assert [word for word in people if word.casefold() in text.casefold()] == []
