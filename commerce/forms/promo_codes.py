"""What staff say of a promotion, and of those who get it."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from commerce import operations, queries
from commerce.enums import DiscountKind
from commerce.models import PromoCode, Promotion, PromotionTarget
from commerce.rules import fold_code
from crm.queries import customer_by_email
from tenancy.fields import translated
from tenancy.forms import TenantForm
from tours.models import Tour

CODE_FIELD: Final = PromoCode._meta.get_field("code")


class PromotionForm(TenantForm):
    """A promotion with its code, or with how many single-use codes are to be made, and the tours it is for."""

    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=40,
        validators=CODE_FIELD.validators,
        help_text=_("What guests type, such as SUMMER10. Capitals, spaces and hyphens make no difference."),
    )
    uses_limit = forms.IntegerField(
        label=_("Uses altogether"), required=False, min_value=1, help_text=_("Empty: as often as guests like.")
    )
    count = forms.IntegerField(
        label=_("Or so many codes that can be used once each"),
        required=False,
        min_value=1,
        max_value=operations.MOST_CODES,
        help_text=_(
            "Random codes that nobody can guess; the page of the promotion lists them, and gives them as a file."
        ),
    )
    prefix = forms.CharField(
        label=_("Beginning of these codes"), required=False, max_length=20, validators=CODE_FIELD.validators
    )
    targets = forms.MultipleChoiceField(
        label=_("Tours"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Promotion
        fields = [
            "name",
            "kind",
            "basis_points",
            "amount_minor",
            "minimum_minor",
            "first_day",
            "last_day",
            "first_departure",
            "last_departure",
            "uses_per_customer",
            "is_assigned",
            "with_discounts",
            "with_codes",
            "for_all",
        ]
        widgets = dict.fromkeys(("first_day", "last_day", "first_departure", "last_departure"), AdminDateInput)
        help_texts = {
            "name": _("For your colleagues; guests see the code."),
            "amount_minor": _("Off all places together that it is for; never more than they cost."),
            "minimum_minor": _("What the places it is for must cost together before the code. Empty: any price."),
            "first_day": _("When guests may book with it. Both days are included."),
            "first_departure": _("Departures it is for. Both days are included."),
            "uses_per_customer": _("By e-mail address. Empty: as often as they like."),
            "is_assigned": _("Choose them on the page of the promotion."),
            "with_discounts": _(
                "Unticked, it takes the place of early bird and group discounts where that is cheaper."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minimum_minor"].required = False
        self.codes = list(queries.codes_of(self.instance)[:2]) if self.instance.pk else []
        self.fields["targets"].choices = _target_choices()  # type: ignore[attr-defined]
        if self.instance.pk:
            chosen = PromotionTarget.objects.filter(promotion=self.instance)
            self.fields["targets"].initial = [_key(row.tour_id, row.variant_id) for row in chosen]
        if self._has_batch:
            for name in ("code", "uses_limit"):
                del self.fields[name]
            self.fields["count"].label = _("Make further codes that can be used once each")
        elif self.codes:
            for name in ("count", "prefix"):
                del self.fields[name]
            self.fields["code"].required = True
            self.fields["code"].initial = self.codes[0].code
            self.fields["uses_limit"].initial = self.codes[0].uses_limit
        first = [name for name in ("name", "code", "uses_limit", "count", "prefix") if name in self.fields]
        self.order_fields([*first, "kind"])

    @property
    def _has_batch(self) -> bool:
        # A batch of one is a code with a limit of one.
        return len(self.codes) > 1

    def clean_minimum_minor(self) -> int:
        """Return nothing as zero."""
        return self.cleaned_data["minimum_minor"] or 0

    def clean_code(self) -> str:
        """Refuse a code that another promotion has."""
        code = self.cleaned_data["code"].strip()
        own = [row.pk for row in self.codes]
        if code and PromoCode.objects.filter(folded=fold_code(code)).exclude(pk__in=own).exists():
            raise ValidationError(_("There is already a code like this."))
        return code

    def clean_uses_limit(self) -> int | None:
        """Refuse a limit below what was used."""
        limit: int | None = self.cleaned_data["uses_limit"]
        if limit is not None and self.codes and self.codes[0].uses > limit:
            raise ValidationError(_("It has been used %(count)d times already.") % {"count": self.codes[0].uses})
        return limit

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of discount needs, and for one code or a number of codes."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_share = values.get("kind") == DiscountKind.PERCENTAGE
        wanted, other = ("basis_points", "amount_minor") if is_share else ("amount_minor", "basis_points")
        if not values.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("How much does it take off?"))
        values[other] = None
        setattr(self.instance, other, None)
        if not self.codes and bool(values.get("code")) == bool(values.get("count")) and not self.errors:
            self.add_error("code", _("Give a code, or how many codes are to be made."))
        if bool(values.get("targets")) == bool(values.get("for_all")):
            self.add_error("targets", _("Choose all tours, or those it is for."))
        return values

    def _save_m2m(self) -> None:
        super()._save_m2m()
        promotion = self.instance
        PromotionTarget.objects.filter(promotion=promotion).delete()
        for key in self.cleaned_data["targets"]:
            tour, _dash, variant = key.partition("-")
            PromotionTarget.objects.create(promotion=promotion, tour_id=int(tour), variant_id=int(variant) or None)
        if self.cleaned_data.get("count"):
            operations.make_codes(
                promotion,
                count=self.cleaned_data["count"],
                prefix=self.cleaned_data["prefix"].upper(),
                actor=self.for_user,
            )
        elif "code" in self.fields:
            row = self.codes[0] if self.codes else PromoCode(promotion=promotion)
            row.code, row.uses_limit = self.cleaned_data["code"], self.cleaned_data["uses_limit"]
            row.save(update_fields=["code", "uses_limit", "updated_at"] if self.codes else None)


def _key(tour_id: int, variant_id: int | None) -> str:
    return f"{tour_id}-{variant_id or 0}"


def _target_choices() -> list[tuple[str, str]]:
    choices = []
    for tour in Tour.objects.order_by("name").prefetch_related("variants"):
        name = translated(tour, "name")
        choices.append((_key(tour.pk, None), name))
        variants = list(tour.variants.all())
        if len(variants) > 1:
            choices += [(_key(tour.pk, variant.pk), f"{name} · {translated(variant, 'name')}") for variant in variants]
    return choices


class AssignForm(forms.Form):
    """A customer who may use a promotion, and how often."""

    email = forms.EmailField(label=_("E-mail of the customer"), max_length=254)
    uses = forms.IntegerField(label=_("How often"), required=False, min_value=1, help_text=_("Empty: always."))

    def clean_email(self) -> Any:
        """Return the customer with this address. Raises `ValidationError` when there is none."""
        customer = customer_by_email(self.cleaned_data["email"])
        if customer is None:
            raise ValidationError(_("There is no customer with this address yet."))
        return customer
