"""Customers come to be known; what they allow is written down."""

from datetime import datetime

from django.db import transaction

from crm.enums import ConsentPurpose, CustomerSource
from crm.models import Consent, Customer
from crm.operations.activities import record_activity
from crm.queries import customer_by_email
from tenancy import audit
from tenancy.models import User


def find_or_create_customer(
    *,
    email: str,
    first_name: str,
    last_name: str,
    phone: str,
    language: str,
    source: CustomerSource,
) -> Customer:
    """Return the organization's customer with this e-mail address, in any case; make one when there is none.

    What is known of a customer is never overwritten: whoever types an address need not be its owner. Safe under parallel calls.
    """
    email = email.strip()
    found = customer_by_email(email)
    if found is not None:
        return found
    customer = Customer(
        email=email, first_name=first_name, last_name=last_name, phone=phone, language=language, source=source
    )
    # Where another checkout has made the same customer since, this finds the key of that one and changes nothing of what it says.
    [customer] = Customer.objects.bulk_create(
        [customer], update_conflicts=True, unique_fields=["organization", "email_folded"], update_fields=["updated_at"]
    )
    return customer


def record_consent(
    customer: Customer, *, purpose: ConsentPurpose, wording: str, language: str, source: CustomerSource, now: datetime
) -> Consent:
    """Write down that a customer allowed something, in the words they read and their language; return the row."""
    return Consent.objects.create(
        customer=customer, purpose=purpose, wording=wording, language=language, source=source, given_at=now
    )


@transaction.atomic
def withdraw_consent(
    customer: Customer, *, purpose: ConsentPurpose, how: str, now: datetime, actor: User | None
) -> bool:
    """Write down that a customer allows something no more, in which way they said so; return whether they did until now.

    It holds for all consents for that purpose that were given before; a later one counts again.
    """
    standing = Consent.objects.filter(customer=customer, purpose=purpose, withdrawn_at=None)
    if not standing.update(withdrawn_at=now, withdrawn_how=how, withdrawn_by=actor, updated_at=now):
        return False
    record_activity(customer, kind="consent_withdrawn", at=now, actor=actor, facts={"purpose": purpose, "how": how})
    audit.record("consent.withdrawn", customer, actor=actor)
    return True
