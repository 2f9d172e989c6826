"""What customers allow, and allow no more."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from crm.enums import ConsentPurpose, CustomerSource, ImportMode
from crm.models import Consent, Customer
from crm.operations import merge_customers, record_consent, withdraw_consent
from crm.queries import latest_consents, with_news_since
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.crm.factories import NOW
from tests.crm.test_imports import run, undone
from tests.crm.test_tasks import named
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member

NEWS = ConsentPurpose.NEWSLETTER
DAY = dt.timedelta(days=1)


def allow(customer: Customer, at: dt.datetime) -> Consent:
    return record_consent(
        customer, purpose=NEWS, wording="Send me news", language="en", source=CustomerSource.CHECKOUT, now=at
    )


def withdraw(customer: Customer, at: dt.datetime) -> bool:
    return withdraw_consent(customer, purpose=NEWS, how="By phone", now=at, actor=None)


def stands(customer: Customer) -> tuple[bool, dt.datetime | None]:
    """Whether news are allowed by the profile, and since when by the list."""
    [standing] = latest_consents(customer)
    return standing.withdrawal is None, with_news_since(Customer.objects.filter(pk=customer.pk)).get().news_since


def test_consent_is_withdrawn_and_given_again(in_harbour):
    customer = CustomerFactory()
    allow(customer, NOW)
    allow(customer, NOW + DAY)
    assert stands(customer) == (True, NOW + DAY)
    assert [withdraw(customer, NOW + 2 * DAY), withdraw(customer, NOW + 3 * DAY)] == [True, False]
    assert stands(customer) == (False, None)
    assert set(Consent.objects.values_list("withdrawn_at", "withdrawn_how")) == {(NOW + 2 * DAY, "By phone")}
    allow(customer, NOW + 4 * DAY)
    assert stands(customer) == (True, NOW + 4 * DAY)


def test_withdrawal_holds_for_whoever_is_merged(in_harbour):
    kept, gone = CustomerFactory(), CustomerFactory()
    allow(gone, NOW)
    withdraw(gone, NOW + 2 * DAY)
    allow(kept, NOW + DAY)
    merge_customers(kept, gone, values={}, now=NOW + 3 * DAY, actor=None)
    assert stands(kept) == (False, None)


def test_older_file_brings_no_consent_back(in_harbour):
    text = "Mail,First name,OPTIN_TIME\nole@example.com,Ole,2026-04-03 08:15:00\n"
    first = run(text, consent_source="Old site")
    customer = Customer.objects.get()
    withdraw(customer, timezone.now())
    run(text, consent_source="Old site", mode=ImportMode.OVERWRITE)
    assert stands(customer) == (False, None)
    # What they withdrew is not forgotten with the file.
    undone(first)
    assert stands(customer) == (False, None)


def test_profile_says_what_is_allowed_no_more(harbour):
    ada = named(make_member(harbour, Role.MANAGER, "ada@harbour.example"), "Ada", "Lovelace")
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        allow(customer, timezone.now() - DAY)
    client = client_for(harbour, ada)
    profile, url = (reverse(f"customers:{name}", args=[customer.pk]) for name in ("inspect", "withdraw"))
    assert url in client.get(profile).content.decode()
    answers = [
        str(list(client.post(url, data, follow=True).context["messages"])[-1])
        for data in ({"purpose": NEWS}, {"purpose": NEWS, "how": "By <phone>"}, {"purpose": NEWS, "how": "Again"})
    ]
    assert answers == [
        "This field is required.",
        f"Written down. {customer} allows it no more.",
        f"{customer} did not allow it any more already.",
    ]
    page = client.get(profile).content.decode()
    assert "Withdrawn: By &lt;phone&gt; (Ada Lovelace)" in page
    assert "Allows no more: News and offers by e-mail (By &lt;phone&gt;)" in page
    assert url not in page
    history = client.get(reverse("customers:history", args=[customer.pk])).content.decode()
    assert "Ada Lovelace wrote down that" in history
    export = b"".join(client.get(reverse("customers:index"), {"export": "csv"}).streaming_content).decode()
    assert "Allows news since" in export
    assert client_for(harbour, make_member(harbour, Role.GUIDE)).post(url, {}).status_code in (302, 403)
