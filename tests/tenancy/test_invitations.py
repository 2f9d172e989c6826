import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from wagtail.users.models import UserProfile

from tenancy.enums import Role
from tenancy.models import AuditEntry, Invitation, Membership, OutboxDelivery, User
from tenancy.operations import (
    InvitationRefused,
    MembershipRefused,
    accept_as_new_person,
    accept_invitation,
    decline_invitation,
    forget_old_invitations,
    invite_member,
    remove_member,
    resend_invitation,
    send_invitation,
    withdraw_invitation,
)
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import make_member
from tests.parallel import in_parallel
from tests.tenancy.invitations import invite, last_link, token_of

PERSON = {"first_name": "Lena", "last_name": "Brandt", "password": "seven-green-boats"}


@pytest.fixture
def owner(harbour) -> User:
    return make_member(harbour, Role.OWNER)


def code_of(call) -> str:
    with pytest.raises((InvitationRefused, MembershipRefused)) as refused:
        call()
    return refused.value.code


def invite_only(email: str, role: Role, actor: User) -> Invitation:
    return invite_member(email, role=role, language="en", now=timezone.now(), actor=actor)


def test_invitation_mail_says_who_asks_for_what(in_harbour, owner):
    invitation = invite(actor=owner, message="We met at the <pier>.")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.reply_to, sent.from_email) == (
        ["lena@example.com"],
        "Invitation to work with Harbour Walks",
        ["owner@harbour.example"],
        "Harbour Walks <bookings@localhost>",
    )
    html = sent.alternatives[0].content
    for text in (
        "Owner Test invites you to work with Harbour Walks.",
        "Editor",
        f"http://harbour.localhost:8000{last_link()}",
    ):
        assert (text in sent.body, text in html) == (True, True)
    assert ("We met at the <pier>." in sent.body, "We met at the &lt;pier&gt;." in html) == (True, True)
    assert invitation.token_hash != token_of(last_link())
    assert round((invitation.expires_at - invitation.created_at) / dt.timedelta(days=1)) == 7


def test_invitation_mail_is_sent_by_a_job_and_the_token_is_nowhere_but_in_it(
    harbour, owner, run_jobs, django_capture_on_commit_callbacks
):
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        invitation = invite_only("lena@example.com", Role.EDITOR, owner)
        assert invitation.token_hash == ""
    assert run_jobs() == ["tenancy.deliver_event"]
    token = token_of(last_link())
    with organization_scope(harbour.pk):
        (delivery,) = OutboxDelivery.objects.select_related("event")
        assert delivery.event.payload == {"invitation_id": invitation.pk, "issue": 1}
        invitation.refresh_from_db()
    assert token not in str(vars(invitation))


def test_mail_that_cannot_be_sent_is_tried_again_and_shown_without_the_address(
    harbour, owner, settings, run_jobs, django_capture_on_commit_callbacks, caplog
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        invitation = invite_only("lena@example.com", Role.EDITOR, owner)
    run_jobs()
    assert "lena@example.com" not in caplog.text
    with organization_scope(harbour.pk):
        (delivery,) = OutboxDelivery.objects.all()
        invitation.refresh_from_db()
        assert (delivery.status, delivery.attempts, delivery.last_error, invitation.token_hash) == (
            "pending",
            1,
            "EmailNotSent: The mail server did not take the e-mail: ConnectionRefusedError",
            "",
        )


def test_mail_is_not_sent_for_what_changed_in_the_meantime(in_harbour, owner):
    invitation = invite_only("lena@example.com", Role.EDITOR, owner)
    resend_invitation(invitation, now=timezone.now(), actor=owner)
    send_invitation(invitation.pk, issue=1, now=timezone.now())
    withdraw_invitation(invitation, now=timezone.now(), actor=owner)
    send_invitation(invitation.pk, issue=2, now=timezone.now())
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("actor", "role", "code"),
    [
        (Role.ADMIN, Role.OWNER, "not_allowed"),
        (Role.MANAGER, Role.GUIDE, "not_allowed"),
        (Role.EDITOR, Role.EDITOR, "not_allowed"),
    ],
)
def test_role_that_one_may_not_give_is_refused(in_harbour, owner, actor, role, code):
    who = make_member(in_harbour, actor)
    assert code_of(lambda: invite_only("lena@example.com", role, who)) == code
    assert Invitation.objects.count() == 0


def test_member_and_invited_person_are_not_invited_again(in_harbour, owner):
    make_member(in_harbour, Role.GUIDE)
    assert code_of(lambda: invite_only("Guide@Harbour.example", Role.EDITOR, owner)) == "member"
    invite_only("lena@example.com", Role.EDITOR, owner)
    assert code_of(lambda: invite_only("Lena@Example.com", Role.GUIDE, owner)) == "invited"


def test_account_elsewhere_makes_no_difference_to_the_inviter(in_harbour, kyoto, owner):
    make_member(kyoto, Role.OWNER, "lena@example.com")
    invitation = invite(actor=owner)
    assert (invitation.role, len(mail.outbox)) == ("editor", 1)


def test_same_person_is_invited_by_two_organizations(in_harbour, kyoto, owner):
    invite(actor=owner)
    boss = make_member(kyoto, Role.OWNER)
    with organization_scope(kyoto.pk):
        invite(actor=boss)
        assert Invitation.objects.count() == 1


def test_expired_invitation_makes_room_for_a_new_one(in_harbour, owner):
    with time_machine.travel("2031-05-01 10:00:00+00:00", tick=False):
        old = invite(actor=owner)
    with time_machine.travel("2031-05-08 10:00:00+00:00", tick=False):
        new = invite(actor=owner, role=Role.GUIDE)
        old.refresh_from_db()
        assert (old.status_at(timezone.now()), new.status_at(timezone.now())) == ("withdrawn", "open")


def test_new_person_joins(in_harbour, owner):
    invite(actor=owner)
    membership = accept_as_new_person(token_of(last_link()), **PERSON, now=timezone.now())
    user = membership.user
    assert (membership.role, user.email, user.get_full_name(), user.check_password(PERSON["password"])) == (
        "editor",
        "lena@example.com",
        "Lena Brandt",
        True,
    )
    invitation = Invitation.objects.get()
    assert (invitation.status_at(timezone.now()), invitation.accepted_by) == ("accepted", user)
    profile = UserProfile.objects.get(user=user)
    assert (profile.preferred_language, profile.current_time_zone) == ("en", "Europe/Berlin")
    assert list(
        AuditEntry.objects.filter(action__startswith="invitation.").order_by("pk").values_list("action", "actor_id")
    ) == [
        ("invitation.sent", owner.pk),
        ("invitation.accepted", user.pk),
    ]


def test_existing_account_joins_and_keeps_its_other_work(in_harbour, kyoto, owner):
    lena = make_member(kyoto, Role.OWNER, "Lena@example.com")
    invite(actor=owner)
    membership = accept_invitation(token_of(last_link()), user=lena, now=timezone.now())
    assert (membership.organization, membership.user, membership.role) == (in_harbour, lena, "editor")
    with organization_scope(kyoto.pk):
        assert Membership.objects.get().role == "owner"


def test_foreign_account_cannot_take_an_invitation(in_harbour, kyoto, owner):
    stranger = make_member(kyoto, Role.OWNER)
    invite(actor=owner)
    assert code_of(lambda: accept_invitation(token_of(last_link()), user=stranger, now=timezone.now())) == "unknown"


def test_locked_account_cannot_join(in_harbour, kyoto, owner):
    lena = make_member(kyoto, Role.OWNER, "lena@example.com")
    lena.is_active = False
    invite(actor=owner)
    assert code_of(lambda: accept_invitation(token_of(last_link()), user=lena, now=timezone.now())) == "inactive"


def test_token_opens_nothing_at_another_organization(in_harbour, kyoto, owner):
    invite(actor=owner)
    token = token_of(last_link())
    with organization_scope(kyoto.pk):
        assert code_of(lambda: accept_as_new_person(token, **PERSON, now=timezone.now())) == "unknown"


def test_account_made_in_the_meantime_is_not_overwritten(in_harbour, owner):
    invite(actor=owner)
    with every_organization():
        User.objects.create_user("LENA@example.com", "other-password-here")
    token = token_of(last_link())
    assert code_of(lambda: accept_as_new_person(token, **PERSON, now=timezone.now())) == "account_exists"
    assert Invitation.objects.get().accepted_at is None


def test_answered_or_withdrawn_invitation_is_not_answered_again(in_harbour, owner):
    now = timezone.now()
    for address, answer, code in (
        ("a@example.com", lambda token, _row: decline_invitation(token, now=now), "declined"),
        ("b@example.com", lambda _token, row: withdraw_invitation(row, now=now, actor=owner), "withdrawn"),
        ("c@example.com", lambda token, _row: accept_as_new_person(token, **PERSON, now=now), "accepted"),
    ):
        invitation = invite(address, actor=owner)
        token = token_of(last_link())
        answer(token, invitation)
        again = [
            lambda token=token: accept_as_new_person(token, **PERSON, now=now),
            lambda token=token: decline_invitation(token, now=now),
            lambda row=invitation: resend_invitation(row, now=now, actor=owner),
            lambda row=invitation: withdraw_invitation(row, now=now, actor=owner),
        ]
        assert [code_of(call) for call in again] == [code] * 4


def test_resent_invitation_has_a_new_link_and_seven_new_days(in_harbour, owner):
    with time_machine.travel("2031-05-01 10:00:00+00:00", tick=False):
        invitation = invite(actor=owner)
        old = token_of(last_link())
    with time_machine.travel("2031-05-10 10:00:00+00:00", tick=False):
        now = timezone.now()
        assert code_of(lambda: accept_as_new_person(old, **PERSON, now=now)) == "expired"
        resend_invitation(invitation, now=now, actor=owner)
        assert code_of(lambda: accept_as_new_person(old, **PERSON, now=now)) == "unknown"
        send_invitation(invitation.pk, issue=2, now=now)
        new = token_of(last_link())
        assert new != old
        assert code_of(lambda: accept_as_new_person(old, **PERSON, now=now)) == "unknown"
        assert accept_as_new_person(new, **PERSON, now=now).role == "editor"


def test_admin_leaves_an_invitation_to_become_owner_alone(in_harbour, owner):
    invitation = invite(actor=owner, role=Role.OWNER)
    admin, now = make_member(in_harbour, Role.ADMIN), timezone.now()
    assert code_of(lambda: resend_invitation(invitation, now=now, actor=admin)) == "not_allowed"
    assert code_of(lambda: withdraw_invitation(invitation, now=now, actor=admin)) == "not_allowed"


@pytest.mark.django_db(transaction=True)
def test_parallel_acceptances_of_one_link_make_one_member(harbour, owner):
    with organization_scope(harbour.pk):
        invite(actor=owner)
    token = token_of(last_link())

    def accept(number: int) -> str:
        person = {**PERSON, "first_name": f"Lena {number}"}
        return accept_as_new_person(token, **person, now=timezone.now()).user.email

    results = in_parallel(harbour, 6, accept)
    assert sorted(getattr(result, "code", result) for result in results) == ["accepted"] * 5 + ["lena@example.com"]
    with organization_scope(harbour.pk):
        assert Membership.objects.filter(user__email="lena@example.com").count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_yes_and_no_to_one_link_leave_one_answer(harbour, owner):
    with organization_scope(harbour.pk):
        invite(actor=owner)
    token, now = token_of(last_link()), timezone.now()

    def answer(number: int) -> str:
        if number % 2:
            decline_invitation(token, now=now)
            return "no"
        accept_as_new_person(token, **PERSON, now=now)
        return "yes"

    results = in_parallel(harbour, 4, answer)
    assert len([result for result in results if result in ("yes", "no")]) == 1
    with organization_scope(harbour.pk):
        invitation = Invitation.objects.get()
        is_member = Membership.objects.filter(user__email="lena@example.com").exists()
        assert is_member == (invitation.accepted_at is not None) == (invitation.declined_at is None)


@pytest.mark.django_db(transaction=True)
def test_parallel_invitations_of_one_person_make_one(harbour, owner):
    results = in_parallel(harbour, 4, lambda _number: invite_only("lena@example.com", Role.EDITOR, owner).email)
    assert sorted(getattr(result, "code", result) for result in results) == ["invited"] * 3 + ["lena@example.com"]


@pytest.mark.django_db(transaction=True)
def test_two_organizations_accept_the_same_new_person_at_once(harbour, kyoto, owner):
    boss = make_member(kyoto, Role.OWNER)
    tokens = []
    for organization, actor in ((harbour, owner), (kyoto, boss)):
        with organization_scope(organization.pk):
            invite(actor=actor)
            tokens.append(token_of(last_link()))

    def accept(number: int) -> str:
        organization = (harbour, kyoto)[number]
        with organization_scope(organization.pk):
            return accept_as_new_person(tokens[number], **PERSON, now=timezone.now()).user.email

    results = in_parallel(harbour, 2, accept)
    assert sorted(getattr(result, "code", result) for result in results) == ["account_exists", "lena@example.com"]


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Lena Brandt has accepted your invitation"), ("de", "Lena Brandt hat Ihre Einladung angenommen")],
)
def test_inviter_is_told_of_the_answer_in_their_language(
    harbour, owner, run_jobs, django_capture_on_commit_callbacks, language, subject
):
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        UserProfile.objects.filter(user=owner).update(preferred_language=language)
        invite(actor=owner)
        accept_as_new_person(token_of(last_link()), **PERSON, now=timezone.now())
    mail.outbox.clear()
    run_jobs()
    (sent,) = [message for message in mail.outbox if message.to == ["owner@harbour.example"]]
    assert sent.subject == subject
    assert f'<html lang="{language}">' in sent.alternatives[0].content
    assert "http://harbour.localhost:8000/admin/team/" in sent.body


def test_inviter_is_told_of_a_refusal_and_a_former_one_is_not(
    harbour, owner, run_jobs, django_capture_on_commit_callbacks
):
    for leaves, told in ((False, ["lena@example.com has declined your invitation"]), (True, [])):
        mail.outbox.clear()
        admin = make_member(harbour, Role.ADMIN, f"admin-{leaves}@harbour.example")
        with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
            invite(actor=admin)
            decline_invitation(token_of(last_link()), now=timezone.now())
            if leaves:
                remove_member(Membership.objects.get(user=admin))
        run_jobs()
        assert [sent.subject for sent in mail.outbox if "declined" in sent.subject] == told


def test_old_invitations_are_forgotten_however_they_ended(harbour, owner):
    now = timezone.now()
    with organization_scope(harbour.pk):
        old = invite_only("old@example.com", Role.GUIDE, owner)
        recent = invite_only("recent@example.com", Role.GUIDE, owner)
        Invitation.objects.filter(pk=old.pk).update(expires_at=now - dt.timedelta(days=91), declined_at=now)
        Invitation.objects.filter(pk=recent.pk).update(expires_at=now - dt.timedelta(days=89))
    assert forget_old_invitations(now=now) == 1
    with organization_scope(harbour.pk):
        assert list(Invitation.objects.all()) == [recent]
