"""Percentages as people write them, kept in hundredths of a percent."""

import pytest
from django.core.exceptions import ValidationError

from tenancy.forms import BasisPointsFormField
from tenancy.money import format_basis_points, parse_basis_points


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [("19", "en", 1900), ("7.5 %", "en", 750), ("7,5", "de", 750), ("7.5", "de", 750), ("0.25%", "en", 25)],
)
def test_percentage_typed(text, language, share):
    assert parse_basis_points(text, language) == share


@pytest.mark.parametrize("text", ["many", "", "NaN", "1.234", "7,5,5"])
def test_percentage_that_is_none(text):
    with pytest.raises(ValidationError):
        parse_basis_points(text, "en")


def test_percentage_shown():
    assert [format_basis_points(share, "en") for share in (1900, 750, 825, 10_000)] == ["19%", "7.5%", "8.25%", "100%"]
    assert format_basis_points(1900, "de") == "19\u00a0%"


def test_field_keeps_to_its_range():
    field = BasisPointsFormField(required=False)
    assert [field.clean(text) for text in ("12.5", "", "100")] == [1250, None, 10_000]
    assert [field.prepare_value(share) for share in (1250, 1900, 10_000, None, "x")] == ["12.5", "19", "100", None, "x"]
    for text in ("-1", "100.01"):
        with pytest.raises(ValidationError, match=r"Enter a percentage from 0 to 100\."):
            field.clean(text)
