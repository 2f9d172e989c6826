"""Customers: who they are, and finding them."""

import re
from typing import Final

import phonenumbers
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from wagtail import hooks

from crm.models import Consent, Customer
from tenancy.fields import plain_text
from tenancy.queries import current_organization


def customer_by_email(email: str) -> Customer | None:
    """Return the customer with this e-mail address, in any case, or None; nobody has the empty one."""
    email = email.strip()
    if not email:
        return None
    # Folded by the database on both sides.
    # Not `first()`: by its order PostgreSQL would rather read all customers in the order of their keys.
    found = Customer.objects.filter(email_folded=Lower(Value(email)))
    return next(iter(found), None)


def phone_region() -> str | None:
    """Return the country in which the organization telephones, such as “DE”, to read numbers typed without one."""
    phone = current_organization().business_phone
    return phonenumbers.region_code_for_number(phone) if phone else None


_PHONE: Final = re.compile(r"[+\d][\d\s()/.-]*")


def _phone_like(text: str) -> Q:
    """What finds a telephone number typed in any format, also a part of at least four digits; nothing for other texts."""
    found = Q(pk__in=[])
    if not _PHONE.fullmatch(text):
        return found
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    if len(digits) >= 4:
        found |= Q(phone__contains=digits)
    try:
        number = phonenumbers.parse(text, phone_region())
    except phonenumbers.NumberParseException:
        return found
    return found | Q(phone=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def search_customers(text: str) -> QuerySet[Customer]:
    """Return the customers that fit what was typed; all of them for nothing.

    Names fit in any order, without their accents too, and so do parts of an e-mail address and a telephone number in any format.
    Other apps find more through the hook `customer_search`: a function of the text that returns a `Q` or a query of customers' keys.
    """
    words = plain_text(text).split()
    if not words:
        return Customer.objects.all()
    found = Q()
    for word in words:
        found &= Q(search_text__contains=word)
    found |= _phone_like(text.strip())
    for search in hooks.get_hooks("customer_search"):
        result = search(text.strip())
        found |= result if isinstance(result, Q) else Q(pk__in=result)
    return Customer.objects.filter(found)


def latest_consents(customer: Customer) -> list[Consent]:
    """Return the newest consent of a customer for each purpose; one query."""
    return list(customer.consents.order_by("purpose", "-given_at", "-pk").distinct("purpose"))
