"""Two organizations of the same shape, with a row of everything and words of their own in every text."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from commerce.models import AuthorisationRule, DepositRule, Difference, Dispute, Order, PaymentLink, Promotion
from commerce.operations import Contact, record_adjustment
from crm.enums import ImportKind, ImportMode
from crm.models import AttentionRule, Customer, DocumentShare, DuplicatePair, ExternalId, Project
from crm.operations import (
    add_dependency,
    check_import,
    evaluate_attention,
    merge_customers,
    share_version,
    start_import,
    upload_documents,
    upload_import,
    work_on_import,
)
from tenancy import outbox
from tenancy.enums import Role
from tenancy.models import EmailChange, Invitation, Organization, User
from tenancy.operations import ask_email_change, create_organization, invite_member
from tenancy.queries import forget_hosts
from tenancy.rules import token_hash
from tenancy.scope import every_organization, organization_scope
from tests.cms.factories import picture_file
from tests.commerce.factories import order_of
from tests.crm.factories import make_contacts, make_task
from tests.factories import (
    GuideFactory,
    PlaceFactory,
    StopFactory,
    TierFactory,
    TourFactory,
    VariantFactory,
    make_schedule,
)
from tests.fixtures import client_for, make_member
from tests.isolation.canaries import Canaries, fill_texts
from tests.isolation.keys import token_of_scope
from tests.isolation.rows import make_missing_rows
from tests.isolation.site import write_site
from tests.isolation.watch import watch
from tours.enums import Asked
from tours.models import (
    EarlyBirdDiscount,
    GroupDiscount,
    GuideAssignment,
    GuideAvailability,
    GuideSwap,
    SeasonalPrice,
)

OWN, FOREIGN = "harbour", "kyoto"


@dataclass
class Side:
    """One of the two organizations."""

    organization: Organization
    canaries: Canaries
    users: dict[Role, User] = field(default_factory=dict)

    def client(self, role: Role | None) -> Client:
        """A browser of a member, or of a guest."""
        return client_for(self.organization, self.users[role] if role else None)


@dataclass(frozen=True)
class World:
    """The organization whose people look around, and the one they must see nothing of."""

    own: Side
    foreign: Side


@contextmanager
def undone() -> Iterator[None]:
    """Run the block in a transaction, or a part of one, that is undone; operations that ask for one of their own may run in it."""
    part = transaction.atomic()
    part._from_testcase = True
    with part:
        yield
        transaction.set_rollback(True)


def build_world() -> World:
    """Make both organizations, in a database that has none."""
    sides = []
    for name, currency, zone in ((OWN, "EUR", "Europe/Berlin"), (FOREIGN, "JPY", "Asia/Tokyo")):
        canaries = Canaries(name)
        organization = create_organization(
            canaries.text(),
            slug=canaries.slug(),
            host=f"{name}.localhost",
            currency=currency,
            time_zone=zone,
            languages=["en", "de"],
            order_prefix=name[:2].upper(),
            business_email=canaries.email(),
            business_phone=canaries.phone(),
            business_address=canaries.text(),
        )
        side = Side(organization, canaries)
        for role in Role:
            side.users[role] = make_member(organization, role, canaries.email())
        with organization_scope(organization.pk):
            _sell(canaries)
            _plan(canaries, side.users[Role.OWNER])
            _send_links(side)
            write_site(canaries, owner=side.users[Role.OWNER], editor=side.users[Role.EDITOR])
        sides.append(side)
    for side in sides:
        with every_organization(writing_for=side.organization.pk):
            make_missing_rows(side.canaries, side.organization.pk)
            fill_texts(side.canaries, side.organization.pk)
    for side in sides:
        with organization_scope(side.organization.pk):
            call_command("update_index", verbosity=0)
    watch(sides[0].organization.pk)
    forget_hosts()
    return World(*sides)


def _send_links(side: Side) -> None:
    owner = side.users[Role.OWNER]
    now = timezone.now()
    invite_member(
        side.canaries.email(), role=Role.EDITOR, language="en", message=side.canaries.text(), now=now, actor=owner
    )
    Invitation.objects.update(token_hash=token_hash(token_of_scope()))
    ask_email_change(side.users[Role.GUIDE], new_email=side.canaries.email(), now=now)
    RecoveryCodes.activate(side.users[Role.GUIDE])
    EmailChange.objects.update(new_token_hash=token_hash(token_of_scope()))


def _sell(say: Canaries) -> None:
    place = PlaceFactory(name=say.text(), tags=[say.text(40)])
    tour = TourFactory(name=say.text(), slug=say.slug(), meeting_point=place, end_point=place, ask_name=Asked.OPTIONAL)
    variant = VariantFactory(tour=tour, name=say.text())
    TierFactory(tour=tour, name=say.text(), price_minor=2500)
    StopFactory(tour=tour, place=place, title=say.text())
    # Of another day and for larger parties than those that book here.
    day = dt.date(2040, 1, 1)
    SeasonalPrice.objects.create(name=say.text(), tour=tour, first_day=day, last_day=day, basis_points=1000)
    EarlyBirdDiscount.objects.create(name=say.text(), tour=tour, variant=variant, days=1, first_day=day, amount_minor=1)
    GroupDiscount.objects.create(name=say.text(), people=90, basis_points=1000)
    contact = Contact(say.text(), say.text(), say.email(), say.phone())
    schedule = make_schedule(variant)
    order = order_of(schedule, contact=contact)
    order.secret = say.slug()
    order.save()
    DepositRule.objects.create(tour=tour, percent=20)
    AuthorisationRule.objects.create(tour=tour)
    # One that has ended: Stripe is not asked.
    PaymentLink.objects.create(order=order, reason=say.text(), secret=say.slug(), expires_at=timezone.now())
    record_adjustment(
        reference=say.text(), amount_minor=100, currency=order.currency, occurred_at=timezone.now(), note=say.text()
    )
    Difference.objects.create(
        kind="unknown_here",
        reference=say.slug(),
        found_minor=100,
        currency=order.currency,
        occurred_at=order.placed_at,
        seen_at=order.placed_at,
    )
    _contest(order)
    make_contacts(order.customer, 2, about=[order])
    _merge(say, order.customer)
    _import(say, order.customer)
    outbox.publish("order.placed", order_id=order.pk)
    guide = GuideFactory(name=say.text(), email=say.email(), phone=say.phone())
    GuideAvailability.objects.create(guide=guide, weekday=0, start_time=dt.time(8), end_time=dt.time(20))
    asked = GuideAssignment.objects.create(schedule=schedule, guide=guide, asked_at=timezone.now())
    GuideSwap.objects.create(assignment=asked, reason=say.text())
    promotion = Promotion.objects.create(name=say.text(), basis_points=1000)
    promotion.codes.create(code=say.slug())


def _merge(say: Canaries, customer: Customer) -> None:
    """Somebody who was merged into a customer, and somebody else who may be the same."""
    names = ("first_name", "last_name", "email")
    other, gone = (
        Customer.objects.create(**dict(zip(names, (say.text(), say.text(), say.email()), strict=True)))
        for _customer in range(2)
    )
    DuplicatePair.objects.create(first=customer, second=other, reason="name", score=60)
    merge_customers(customer, gone, values={}, now=timezone.now(), actor=None)


def _import(say: Canaries, customer: Customer) -> None:
    """A file that was imported, with somebody who was left out, and one whose columns are still to be chosen."""
    for is_done in (True, False):
        rows = f"Mail,{say.text()}\n{say.email()},{say.text()}\nnobody@,{say.text()}\n"
        file = SimpleUploadedFile(f"{say.slug()}.csv", rows.encode())
        parent = upload_import(file, kind=ImportKind.CUSTOMERS, actor=None)
        if is_done:
            now = timezone.now()
            check_import(parent, mapping=["email", "note"], mode=ImportMode.FILL, tag=say.slug(), now=now)
            work_on_import(parent.pk, now=now)
            start_import(parent, now=now, actor=None)
            work_on_import(parent.pk, now=now)
    ExternalId.objects.create(kind=ImportKind.CUSTOMERS, source=say.text(), value=say.text(), customer=customer)


def _plan(say: Canaries, owner: User) -> None:
    """A project with two tasks, of which one waits for the other, and a task that needs attention."""
    project = Project.objects.create(name=say.text(), owner=owner)
    day = dt.date(2040, 1, 1)
    first, second = (
        make_task(owner, title=say.text(), project=project, due_on=day, steps=[say.text()]) for _number in range(2)
    )
    add_dependency(second, needs=first, actor=owner)
    make_task(owner, title=say.text(), customer=Customer.objects.order_by("pk").first(), due_on=dt.date(2020, 1, 1))
    AttentionRule.objects.create(kind=AttentionRule.OWN, name=say.text(), conditions={"tags": [say.text()]})
    evaluate_attention(now=timezone.now())
    file = picture_file(f"{say.slug()}.png")
    (document,) = upload_documents([file], title=say.text(), note=say.text(), about=[project], actor=owner)
    share_version(document.versions.get(), days=90, now=timezone.now(), actor=owner)
    DocumentShare.objects.update(token_hash=token_hash(token_of_scope()))


def _contest(order: Order) -> None:
    """A chargeback that was not answered yet, and another one beside it that was."""
    payment = order.payments.get()
    for number in (1, 2):
        Dispute.objects.create(
            payment=payment,
            provider_reference=f"dp_{order.number}_{number}",
            kind="chargeback",
            status="needs_response",
            amount_minor=100,
            currency=order.currency,
            balance_currency=order.currency,
            opened_at=order.placed_at,
            due_at=order.placed_at + dt.timedelta(days=7),
        )
