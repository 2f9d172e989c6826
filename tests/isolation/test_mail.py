import pytest
from django.core import mail

from commerce.enums import OrderSource, PaymentMethod
from commerce.operations import CartLine, Contact, place_order
from tenancy.enums import Role
from tenancy.models import User
from tenancy.operations import invite_member
from tenancy.scope import every_organization, organization_scope
from tests.commerce_guest.conftest import NOW, _clock, make_offer, set_payment  # noqa: F401  # the clock of the offer
from tests.fixtures import make_member
from tours.models import Tour

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = {"harbour": ("Kyoto", "kyoto", "¥"), "kyoto": ("Harbour", "harbour", "€")}


def _everything_of(message) -> str:
    parts = [str(message.message()), message.subject, message.body]
    parts += [content for content, _kind in message.alternatives]
    return "\n".join(parts)


def test_letters_to_guests_speak_of_their_organization_only(harbour, kyoto, run_jobs):
    for organization in (harbour, kyoto):
        with organization_scope(organization.pk):
            set_payment()
            offer = make_offer()
            Tour.objects.update(name="Old town", name_translations={})
            place_order(
                [CartLine(str(offer.morning.public_id), {offer.adult.pk: 2})],
                contact=Contact("Grete", "Hansen", f"grete@{organization.order_prefix.lower()}.example"),
                method=PaymentMethod.ON_ARRIVAL,
                source=OrderSource.WEB,
                now=NOW,
            )
    run_jobs()
    by_guest = {message.to[0]: message for message in mail.outbox}
    assert set(by_guest) == {"grete@hw.example", "grete@kt.example"}
    for organization in (harbour, kyoto):
        letter = by_guest[f"grete@{organization.order_prefix.lower()}.example"]
        assert (letter.from_email.split(" <")[0].strip('"'), letter.reply_to) == (
            organization.name,
            [organization.business_email],
        )
        text = _everything_of(letter)
        assert [word for word in OTHERS[organization.slug] if word in text] == []


def test_an_invitation_of_somebody_who_works_elsewhere_does_not_say_so(harbour, kyoto, run_jobs):
    make_member(kyoto, Role.MANAGER, "mika@example.com")
    owner = make_member(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        invite_member("mika@example.com", role=Role.EDITOR, language="en", actor=owner, now=NOW)
    run_jobs()
    (letter,) = mail.outbox
    text = _everything_of(letter)
    assert [word for word in ("Kyoto", "kyoto", "Manager Test") if word in text] == []
    with every_organization():
        assert User.objects.filter(email="mika@example.com").count() == 1
