"""Money: an integer of minor units and an ISO 4217 currency. No floats, no Decimal amounts."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.core import UnknownLocaleError, get_global
from babel.numbers import (
    format_currency,
    format_percent,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    list_currencies,
    parse_decimal,
)
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

# As it is set in print; the hyphen, by which CLDR writes it in most languages, is shorter and breaks at the end of a line.
MINUS: Final = "\N{MINUS SIGN}"
# Before and after the decimal point.
MOST_DIGITS: Final = 15


def currency_exponent(currency: str) -> int:
    """Return how many decimal digits a currency has by ISO 4217, as in CLDR: JPY 0, EUR 2, KWD 3."""
    return get_currency_precision(currency)


def validate_currency(currency: str) -> None:
    """Raise `ValidationError` unless `currency` is an ISO 4217 code in capitals."""
    if currency != currency.upper() or currency not in list_currencies():
        raise ValidationError(_("“%(currency)s” is not a currency code such as EUR."), params={"currency": currency})


def currency_choices() -> list[tuple[str, str]]:
    """Return the currencies that are paid with somewhere today, by code, each with its name in the active language."""
    codes = {
        code
        for periods in get_global("territory_currencies").values()
        for code, _begin, end, is_tender in periods
        if end is None and is_tender
    }
    return [(code, f"{code} – {get_currency_name(code, locale=babel_locale(None))}") for code in sorted(codes)]


def babel_locale(language: str | None) -> str:
    """Return a language, or the active one, as Babel calls it."""
    return to_locale(language or get_language() or "en")


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of money: `amount_minor` in the minor unit of `currency` (cents of EUR, whole yen of JPY)."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._check_same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check_same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount_minor * quantity, self.currency)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        return self.format()

    def _check_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"Cannot combine {self.currency} with {other.currency}.")

    @property
    def major(self) -> Decimal:
        """The amount in the major unit, exactly; for display and interchange, not for arithmetic."""
        return Decimal(self.amount_minor).scaleb(-currency_exponent(self.currency))

    def format(self, language: str | None = None) -> str:
        """Return the amount as people write it in `language` (default: the active one), such as “€12.50” or “12,50 €”.

        Below zero it has a true minus: “−€12.50”.
        """
        try:
            text = format_currency(self.major, self.currency, locale=babel_locale(language))
        except UnknownLocaleError:
            text = format_currency(self.major, self.currency, locale="en")
        return text.replace("-", MINUS)


def format_money(amount_minor: int, currency: str, language: str | None = None) -> str:
    """Return `amount_minor` minor units of `currency` as people write it in `language` (default: the active one)."""
    return Money(amount_minor, currency).format(language)


def currency_symbol(currency: str, language: str | None = None) -> str:
    """Return the sign of a currency in `language` (default: the active one), such as “€”."""
    return get_currency_symbol(currency, locale=babel_locale(language))


def parse_minor(text: str, currency: str, language: str | None = None) -> int:
    """Return what a person typed (“12.50”, in German “12,50”) in minor units of `currency`.

    Raises `ValidationError` when it is not an amount or has more decimals than the currency.
    """
    major = _typed_decimal(text, language, example="12.50")
    minor = major.scaleb(currency_exponent(currency))
    if minor != minor.to_integral_value():
        raise ValidationError(
            _("%(currency)s has %(digits)d decimal places."),
            params={"currency": currency, "digits": currency_exponent(currency)},
        )
    return int(minor)


def format_basis_points(basis_points: int, language: str | None = None) -> str:
    """Return a share in hundredths of a percent as people write it in `language` (default: the active one), such as “7.5%” or “7,5 %”."""
    share = Decimal(basis_points).scaleb(-4)
    try:
        return format_percent(share, locale=babel_locale(language), decimal_quantization=False)
    except UnknownLocaleError:
        return format_percent(share, locale="en", decimal_quantization=False)


def parse_basis_points(text: str, language: str | None = None) -> int:
    """Return the percentage that a person typed (“7.5”, in German “7,5”, with or without “%”) in hundredths of a percent.

    Raises `ValidationError` when it is none or has more than two decimals.
    """
    share = _typed_decimal(text.strip().removesuffix("%"), language, example="7.5").scaleb(2)
    if share != share.to_integral_value():
        raise ValidationError(_("A percentage has at most two decimal places."))
    return int(share)


def _typed_decimal(text: str, language: str | None, *, example: str) -> Decimal:
    typed = text.strip().replace(" ", "").replace("\u00a0", "")
    wrong = ValidationError(_("Enter an amount such as %(example)s."), params={"example": example})
    try:
        number = parse_decimal(typed, locale=babel_locale(language), strict=True)
    except ValueError:
        # A plain decimal point is understood in every language.
        try:
            number = Decimal(typed)
        except InvalidOperation as error:
            raise wrong from error
    # No amount has so many digits; a large exponent would make a number that takes minutes.
    if not number.is_finite() or number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        raise wrong
    return number
