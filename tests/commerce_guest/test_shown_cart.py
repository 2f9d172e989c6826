from uuid import UUID

import pytest

from commerce.cart import CartItem, code_as_shown, codes_from_shown, item_as_shown, items_from_shown

DEPARTURE = UUID("018f3a5c-0000-7000-8000-000000000001")
ITEM = CartItem(DEPARTURE, {7: 2, 9: 1}, 6200)


def test_codes_come_back_from_what_a_page_carried():
    text = f"{item_as_shown(ITEM, 5580, 6200)} {code_as_shown('Summer-10')} code=<b> code= code=GUESS"
    text += f" {code_as_shown('TEN').replace('TEN', 'TWENTY')}"
    assert codes_from_shown(text) == ["Summer-10"]


def test_cart_comes_back_from_what_a_page_carried():
    assert items_from_shown(item_as_shown(ITEM, 5580, 6200)) == [ITEM]


@pytest.mark.parametrize(
    "text",
    [
        f"{'-' * 36}=7x2=6200=6200",
        f"{'a' * 36}=7x2=6200=6200",
        f"{DEPARTURE}=7x0=6200=6200",
        f"{DEPARTURE}=7x2",
        f"{DEPARTURE}=7x2=6200",
        "nonsense",
        "",
    ],
)
def test_what_is_no_cart_is_left_out(text):
    assert items_from_shown(f"{text} {item_as_shown(ITEM, 5580, 6200)}") == [ITEM]
