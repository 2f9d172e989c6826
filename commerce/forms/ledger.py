"""What staff type about the ledger and its reports."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from commerce.enums import LedgerAccount, PaymentMethod
from commerce.rules import ACCOUNT_NUMBERS, method_of

# More days than these are shown by month.
MOST_DAYS = 92


class ReportForm(forms.Form):
    """Which payments a report is about: whole days in the organization's time zone."""

    first = forms.DateField(label=_("From"), required=False, widget=AdminDateInput)
    last = forms.DateField(label=_("To"), required=False, widget=AdminDateInput)
    by = forms.ChoiceField(label=_("Sums by"), required=False, choices=[("day", _("Day")), ("month", _("Month"))])
    method = forms.ChoiceField(label=_("Payment method"), required=False, choices=[("", _("All"))])

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        methods = [(value, label) for value, label in PaymentMethod.choices if not method_of(value).is_free]
        self.fields["method"].choices = [("", _("All")), *methods]

    def clean(self) -> dict[str, Any]:
        """Fill in what was not said: this month, by day. Raises `ValidationError` for days in the wrong order."""
        values = super().clean() or {}
        last = values.get("last") or self.today
        first = values.get("first") or last.replace(day=1)
        if first > last:
            raise ValidationError(_("The first day is after the last one."))
        is_long = last - first > timedelta(days=MOST_DAYS)
        by_month = values.get("by") == "month" or (is_long and not values.get("by"))
        return {"first": first, "last": last, "by_month": by_month, "method": values.get("method", "")}


class AccountNumbersForm(forms.Form):
    """What the organization's accountants call the accounts of the ledger."""

    def __init__(self, *args: Any, numbers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for account in LedgerAccount:
            self.fields[account.value] = forms.CharField(
                label=account.label,
                required=False,
                max_length=9,
                initial=numbers.get(account.value, ""),
                validators=[RegexValidator(r"^\d{3,9}$", _("Three to nine digits."))],
                widget=forms.TextInput(attrs={"placeholder": ACCOUNT_NUMBERS[account], "inputmode": "numeric"}),
            )
