"""Customers: who they are, and finding them."""

from typing import Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower
from wagtail import hooks

from crm.enums import ConsentPurpose
from crm.models import Consent, Customer, CustomerTag
from crm.queries.phones import is_number, phone_number
from crm.queries.search import find_customers, standing
from tenancy.fields import plain_text

# Of those whom `find_customers` finds, how many a list of all shows.
MOST_ALIKE: Final = 50


def customer_by_email(email: str) -> Customer | None:
    """Return the customer with this e-mail address, in any case, or None; nobody has the empty one.

    The address of one who was merged leads to the one who is kept.
    """
    email = email.strip()
    if not email:
        return None
    # Folded by the database on both sides.
    # Not `first()`: by its order PostgreSQL would rather read all customers in the order of their keys.
    found = next(iter(Customer.every.filter(email_folded=Lower(Value(email))).select_related("merged_into")), None)
    return found and (found.merged_into or found)


def kept_customer(pk: int) -> Customer | None:
    """Return the customer into whom the one with this key was merged, or None."""
    merged = Customer.every.filter(pk=pk, merged_into__isnull=False).select_related("merged_into").first()
    return merged and merged.merged_into


def _phone_like(text: str) -> Q:
    """What finds a telephone number typed in any format, also a part of at least four digits; nothing for other texts."""
    found = Q(pk__in=[])
    if not is_number(text):
        return found
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    if len(digits) >= 4:
        found |= Q(phone__contains=digits)
    number = phone_number(text)
    return found if number is None else found | Q(phone=number)


def search_customers(text: str) -> QuerySet[Customer]:
    """Return the customers that fit what was typed; all of them for nothing.

    Names fit in any order, without their accents too, and so do parts of an e-mail address and a telephone number in any format.
    Where no word begins so, errors of typing are forgiven.
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
    found |= Q(pk__in=[customer.pk for customer in find_customers(text, limit=MOST_ALIKE)])
    return Customer.objects.filter(pk__in=standing(Customer.every.filter(found)))


def customers_with_tags(customers: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """Return the customers, or some, each with the names of its tags as `tag_names`."""
    names = CustomerTag.objects.filter(customer=OuterRef("pk")).order_by("name").values("name")
    return (Customer.objects.all() if customers is None else customers).annotate(tag_names=ArraySubquery(names))


def tags_in_use() -> list[str]:
    """Return the tags that customers have, in the order of the alphabet."""
    return list(CustomerTag.objects.order_by("name").values_list("name", flat=True).distinct())


class StandingConsent(NamedTuple):
    """The newest consent of a customer for a purpose, and the one that tells how it was withdrawn, None while it stands."""

    consent: Consent
    withdrawal: Consent | None


def latest_consents(customer: Customer) -> list[StandingConsent]:
    """Return how things stand with each purpose for which a customer ever gave a consent; one query.

    Of one who was merged from two, a withdrawal holds for what the other had allowed before it too.
    """
    found: list[StandingConsent] = []
    given = list(customer.consents.select_related("withdrawn_by").order_by("purpose", "-given_at", "-pk"))
    for purpose in dict.fromkeys(consent.purpose for consent in given):
        rows = [consent for consent in given if consent.purpose == purpose]
        later = [(row.withdrawn_at, row) for row in rows if row.withdrawn_at and row.withdrawn_at >= rows[0].given_at]
        found.append(StandingConsent(rows[0], max(later, key=lambda pair: pair[0])[1] if later else None))
    return found


def with_news_since(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Return customers with since when they allow news (`news_since`), None where they do not or no more."""
    news = Consent.objects.filter(purpose=ConsentPurpose.NEWSLETTER)
    withdrawn = news.filter(customer=OuterRef("customer"), withdrawn_at__gte=OuterRef("given_at"))
    standing = news.filter(~Exists(withdrawn), customer=OuterRef("pk")).order_by("-given_at")
    return customers.annotate(news_since=Subquery(standing.values("given_at")[:1]))
