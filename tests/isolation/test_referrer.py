import pytest

from tests.commerce_guest.conftest import _clock, add_to_cart, checkout_data, guest, offer, orders  # noqa: F401

pytestmark = pytest.mark.django_db
# Neither tells another site more than its host; “no-referrer” not even that.
CLOSED = {"no-referrer", "same-origin", "strict-origin-when-cross-origin"}


def test_addresses_with_a_secret_are_told_to_nobody(guest, offer, harbour):  # noqa: F811
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    page = f"/order/{order.secret}/"
    assert {
        guest.get(page).headers["Referrer-Policy"],
        guest.get("/invitation/a-token/").headers["Referrer-Policy"],
    } <= {
        "no-referrer",
        "same-origin",
    }


@pytest.mark.parametrize("path", ["/", "/cart/", "/admin/login/", "/nowhere/"])
def test_every_page_keeps_its_path_from_other_sites(guest, path):  # noqa: F811
    assert guest.get(path).headers["Referrer-Policy"] in CLOSED
