import csv
import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from tenancy import audit
from tenancy.enums import Role
from tenancy.models import AuditEntry, Invitation, Membership, RoleGroup
from tenancy.operations import decline_invitation
from tenancy.scope import organization_scope
from tests.fixtures import client_for, make_member
from tests.tenancy.invitations import invite, last_link, token_of

INVITE = {"email": "lena@example.com", "role": "editor", "language": "de", "message": "Hello"}


@pytest.fixture
def owner(harbour):
    return make_member(harbour, Role.OWNER)


@pytest.fixture
def client(harbour, owner):
    return client_for(harbour, owner)


def membership_of(user) -> Membership:
    return Membership.objects.get(user=user)


def told(page) -> list[str]:
    return [str(message).strip() for message in page.context["messages"]]


def verbs(client) -> list[str]:
    """The names of the pages that the list of the team leads to, other than those everybody gets."""
    page = client.get(reverse("team:index")).content.decode()
    with_key = [name for name in ("role", "remove", "resend", "withdraw") if f"/{name}/" in page]
    return with_key + [name for name in ("invite", "leave", "roles") if reverse(f"team:{name}") in page]


def test_team_is_listed_searched_filtered_and_exported(harbour, client, owner):
    make_member(harbour, Role.GUIDE)
    url = reverse("team:index")
    with organization_scope(harbour.pk):
        members = {row.role: row for row in Membership.objects.all()}
    assert list(client.get(url).context["object_list"]) == [members["guide"], members["owner"]]
    assert list(client.get(url, {"q": "guide@"}).context["object_list"]) == [members["guide"]]
    assert list(client.get(url, {"role": "owner"}).context["object_list"]) == [members["owner"]]
    export = b"".join(client.get(url, {"export": "csv", "role": "guide"}).streaming_content).decode()
    heading, row = csv.reader(export.splitlines())
    assert heading == ["First name", "Last name", "E-mail", "Role", "Two-factor", "Last sign-in", "Since"]
    assert row[:5] == ["Guide", "Test", "guide@harbour.example", "Guide", "No"]


def test_team_shows_who_has_a_second_factor(harbour, client):
    guide, editor = make_member(harbour, Role.GUIDE), make_member(harbour, Role.EDITOR)
    with organization_scope(harbour.pk):
        Authenticator.objects.create(user=guide, type=Authenticator.Type.TOTP, data={})
        Authenticator.objects.create(user=editor, type=Authenticator.Type.RECOVERY_CODES, data={})
    rows = client.get(reverse("team:index")).context["object_list"]
    assert {row.role: row.has_second_factor for row in rows} == {"guide": True, "editor": False, "owner": False}


def test_team_shows_what_each_may_do_with_whom(harbour, client, owner):
    with organization_scope(harbour.pk):
        invite(actor=owner)
    assert verbs(client) == ["role", "resend", "withdraw", "invite", "leave", "roles"]
    admin = make_member(harbour, Role.ADMIN)
    assert verbs(client) == ["role", "remove", "resend", "withdraw", "invite", "leave", "roles"]
    with organization_scope(harbour.pk):
        Invitation.objects.update(role=Role.OWNER)
        own, other = membership_of(admin), membership_of(owner)
    page = client_for(harbour, admin).get(reverse("team:index")).content.decode()
    assert (reverse("team:role", args=[own.pk]) in page, reverse("team:role", args=[other.pk]) in page) == (True, False)
    assert ("/resend/" in page, reverse("team:remove", args=[other.pk]) in page) == (False, False)


@pytest.mark.parametrize("count", [1, 3])
def test_team_takes_the_same_queries_however_long(harbour, client, owner, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            invite(f"lena{number}@example.com", actor=owner)
            make_member(harbour, Role.GUIDE, f"guide{number}@harbour.example")
    client.get(reverse("team:index"))
    with django_assert_num_queries(10):
        client.get(reverse("team:index"))


def test_invite_by_the_form(harbour, client):
    done = client.post(reverse("team:invite"), INVITE, follow=True)
    assert told(done) == ["lena@example.com is invited."]
    with organization_scope(harbour.pk):
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.role, invitation.language, invitation.message) == (
            "lena@example.com",
            "editor",
            "de",
            "Hello",
        )
    assert "lena@example.com" in done.content.decode()


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"email": "lena"}, {"email": ["Enter a valid email address."]}),
        ({"role": ""}, {"role": ["This field is required."]}),
        ({"role": "emperor"}, {"role": ["Your own role does not let you give this one. Please ask an owner."]}),
        ({"email": "owner@harbour.example"}, {"__all__": ["This person works here already."]}),
        (
            {"email": "Invited@example.com"},
            {"__all__": ["This person is invited already. You can send the invitation again in the list."]},
        ),
        ({"message": "x" * 1001}, {"message": ["Ensure this value has at most 1000 characters (it has 1001)."]}),
    ],
)
def test_bad_input_of_an_invitation_is_explained_and_nothing_is_lost(harbour, client, owner, change, errors):
    with organization_scope(harbour.pk):
        invite("invited@example.com", actor=owner)
    page = client.post(reverse("team:invite"), {**INVITE, **change})
    assert page.context["form"].errors == errors
    assert f'value="{({**INVITE, **change})["email"]}"' in page.content.decode()
    with organization_scope(harbour.pk):
        assert Invitation.objects.count() == 1


def test_admin_cannot_make_an_owner_by_any_form(harbour, owner):
    admin, guide = make_member(harbour, Role.ADMIN), make_member(harbour, Role.GUIDE)
    client = client_for(harbour, admin)
    with organization_scope(harbour.pk):
        memberships = [membership_of(user) for user in (guide, admin)]
    error = {"role": ["Your own role does not let you give this one. Please ask an owner."]}
    urls = [reverse("team:invite"), *(reverse("team:role", args=[row.pk]) for row in memberships)]
    assert [client.post(url, {**INVITE, "role": "owner"}).context["form"].errors for url in urls] == [error] * 3
    with organization_scope(harbour.pk):
        assert (Invitation.objects.count(), membership_of(guide).role, membership_of(admin).role) == (
            0,
            "guide",
            "admin",
        )


def test_change_role_by_the_form(harbour, client):
    guide = make_member(harbour, Role.GUIDE)
    with organization_scope(harbour.pk):
        url = reverse("team:role", args=[membership_of(guide).pk])
    assert client.get(url).context["form"].initial == {"role": "guide"}
    done = client.post(url, {"role": "manager"}, follow=True)
    assert told(done) == ["Guide Test: Manager."]
    with organization_scope(harbour.pk):
        assert membership_of(guide).role == "manager"


def test_last_owner_is_told_what_to_do(harbour, client, owner):
    with organization_scope(harbour.pk):
        url = reverse("team:role", args=[membership_of(owner).pk])
    why = {"__all__": ["An organization needs an owner. Make somebody else an owner first, then try again."]}
    assert client.post(url, {"role": "guide"}).context["form"].errors == why
    assert client.post(reverse("team:leave")).context["form"].errors == why
    assert client.get(reverse("team:index")).status_code == 200


def test_remove_asks_first_and_signs_out_at_once(harbour, client):
    guide = make_member(harbour, Role.GUIDE)
    theirs, home = client_for(harbour, guide), reverse("wagtailadmin_home")
    with organization_scope(harbour.pk):
        url = reverse("team:remove", args=[membership_of(guide).pk])
    assert client.get(url).status_code == 200
    assert theirs.get(home).status_code == 200
    done = client.post(url, follow=True)
    assert told(done) == ["Guide Test does not work here any more."]
    assert theirs.get(home).status_code == 302


def test_remove_says_that_the_persons_invitations_stay_open(harbour, client):
    admin = make_member(harbour, Role.ADMIN)
    with organization_scope(harbour.pk):
        url = reverse("team:remove", args=[membership_of(admin).pk])
        assert "stay open" not in client.get(url).content.decode()
        invite(actor=admin)
    assert "stay open" in client.get(url).content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        assert "stay open" not in client.get(url).content.decode()


def test_one_address_is_not_written_to_without_end(harbour, client):
    with time_machine.travel(timezone.now(), tick=False):
        client.post(reverse("team:invite"), INVITE)
        with organization_scope(harbour.pk):
            resend = reverse("team:resend", args=[Invitation.objects.get().pk])
        assert [client.post(resend).status_code for _number in range(5)] == [302] * 4 + [200]
        refused = client.post(resend).context["form"].errors
    assert refused == {"__all__": ["Too many invitations were sent. Please wait an hour, then try again."]}
    with organization_scope(harbour.pk):
        assert Invitation.objects.get().issue == 5


def test_leave_signs_out_and_tells(harbour, owner):
    guide = make_member(harbour, Role.GUIDE)
    client = client_for(harbour, guide)
    assert reverse("team:leave") in client.get(reverse("wagtailadmin_account")).content.decode()
    assert client.get(reverse("team:leave")).status_code == 200
    left = client.post(reverse("team:leave"))
    assert left.url == reverse("wagtailadmin_login")
    assert "You have left Harbour Walks." in client.get(left.url).content.decode()
    assert client.get(reverse("wagtailadmin_home")).status_code == 302


def test_send_again_and_withdraw_by_their_buttons(harbour, client, owner):
    with organization_scope(harbour.pk):
        invitation = invite(actor=owner)
    resend, withdraw = (reverse(f"team:{verb}", args=[invitation.pk]) for verb in ("resend", "withdraw"))
    assert [client.get(url).status_code for url in (resend, withdraw)] == [200, 200]
    assert client.post(resend).url == reverse("team:index")
    assert "The e-mail is on its way" in client.get(reverse("team:index")).content.decode()
    assert client.post(withdraw).url == reverse("team:index")
    assert client.get(reverse("team:index")).context["invitations"] == []
    assert client.post(resend).context["form"].errors == {"__all__": ["This invitation has been withdrawn."]}


def test_team_shows_how_invitations_stand(harbour, client, owner):
    with time_machine.travel("2031-05-01 10:00:00+00:00", tick=False), organization_scope(harbour.pk):
        invite("expired@example.com", actor=owner)
    with time_machine.travel("2031-05-09 10:00:00+00:00", tick=False):
        with organization_scope(harbour.pk):
            invite("declined@example.com", actor=owner)
            decline_invitation(token_of(last_link()), now=timezone.now())
            invite("open@example.com", actor=owner)
        fresh = client_for(harbour, owner)
        rows = fresh.get(reverse("team:index")).context["invitations"]
        assert [(row["invitation"].email, row["status"], row["may_change"]) for row in rows] == [
            ("open@example.com", "open", True),
            ("declined@example.com", "declined", False),
            ("expired@example.com", "expired", True),
        ]
    with time_machine.travel("2031-06-10 10:00:00+00:00", tick=False):
        rows = client_for(harbour, owner).get(reverse("team:index")).context["invitations"]
        assert [row["invitation"].email for row in rows] == ["open@example.com", "expired@example.com"]


def test_invitation_of_a_former_member_is_listed(harbour, client):
    admin = make_member(harbour, Role.ADMIN)
    with organization_scope(harbour.pk):
        invite(actor=admin)
        Membership.objects.filter(user=admin).delete()
    (row,) = client.get(reverse("team:index")).context["invitations"]
    assert (row["inviter"], row["may_change"]) == ("", True)


def test_history_of_a_member_is_in_the_log(harbour, client):
    guide = make_member(harbour, Role.GUIDE)
    with organization_scope(harbour.pk):
        membership = membership_of(guide)
        entry = AuditEntry.objects.get(action="membership.set", subject_id=membership.pk)
        audit.record("test.done", harbour)
    url = f"{reverse('audit:index')}?subject_type=tenancy.membership&amp;subject_id={membership.pk}"
    assert url in client.get(reverse("team:index")).content.decode()
    assert list(client.get(url.replace("&amp;", "&")).context["object_list"]) == [entry]


def test_roles_in_words(client):
    page = client.get(reverse("team:roles"))
    told = {
        str(duty): [may for _role, may in cells] for _group, duties in page.context["groups"] for duty, cells in duties
    }
    assert [
        told[name]
        for name in ("Write and publish pages", "Refund payments", "Manage the team", "Make and remove owners")
    ] == [
        [True, True, False, True, False],
        [True, True, True, False, False],
        [True, True, False, False, False],
        [True, False, False, False, False],
    ]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDITOR, Role.GUIDE])
def test_team_is_closed_to_other_roles(harbour, owner, role):
    client = client_for(harbour, make_member(harbour, role))
    with organization_scope(harbour.pk):
        invitation, membership = invite(actor=owner), membership_of(owner)
    mail.outbox.clear()
    urls = [reverse(f"team:{name}") for name in ("index", "index_results", "invite", "roles")]
    urls += [reverse(f"team:{name}", args=[membership.pk]) for name in ("role", "remove")]
    urls += [reverse(f"team:{name}", args=[invitation.pk]) for name in ("resend", "withdraw")]
    home = reverse("wagtailadmin_home")
    assert {client.get(url).get("Location") for url in urls} == {home}
    assert {client.post(url, {**INVITE, "role": "guide"}).get("Location") for url in urls} == {home}
    assert reverse("team:index") not in client.get(home).content.decode()
    with organization_scope(harbour.pk):
        assert (Invitation.objects.count(), membership_of(owner).role) == (1, "owner")


def test_team_of_another_organization_is_not_there(harbour, kyoto, client):
    boss = make_member(kyoto, Role.OWNER)
    with organization_scope(kyoto.pk):
        invitation, membership = invite("secret@example.com", actor=boss), membership_of(boss)
    urls = [reverse(f"team:{name}", args=[membership.pk]) for name in ("role", "remove")]
    urls += [reverse(f"team:{name}", args=[invitation.pk]) for name in ("resend", "withdraw")]
    assert {client.post(url, {"role": "guide"}).status_code for url in urls} == {404}
    page = client.get(reverse("team:index")).content.decode()
    assert ("secret@example.com" in page, "kyoto" in page) == (False, False)


WAGTAILS_OWN = [
    "wagtailusers_users:index",
    "wagtailusers_users:add",
    "wagtailusers_groups:index",
    "wagtailusers_groups:add",
    "wagtailsites:index",
    "wagtailsites:add",
    "wagtaillocales:index",
    "wagtaillocales:add",
]


@pytest.mark.parametrize("role", list(Role))
def test_wagtails_own_ways_round_the_team_are_closed(harbour, owner, role):
    user = owner if role == Role.OWNER else make_member(harbour, role)
    client, home = client_for(harbour, user), reverse("wagtailadmin_home")
    menu = client.get(home).content.decode()
    with organization_scope(harbour.pk):
        groups = list(owner.groups.values_list("pk", flat=True))
        other_group = RoleGroup.objects.get(role=Role.GUIDE).group_id
    urls = [reverse(name) for name in WAGTAILS_OWN]
    bulk = [
        f"{reverse('wagtail_bulk_action', args=['tenancy', 'user', action])}?id={owner.pk}&next=/admin/"
        for action in ("delete", "assign_role", "set_active_state")
    ]
    urls += [reverse("wagtailusers_users:edit", args=[owner.pk]), reverse("wagtailusers_users:delete", args=[owner.pk])]
    assert {client.get(url).get("Location") for url in urls} == {home}
    assert {client.post(url).get("Location") for url in urls} == {home}
    assert [url for url in urls if f'"{url}"' in menu] == []
    values = {"role": other_group, "mark_as_active": ""}
    for url in bulk:
        client.post(url, values)
    with organization_scope(harbour.pk):
        owner.refresh_from_db()
        assert (owner.is_active, list(owner.groups.values_list("pk", flat=True))) == (True, groups)
