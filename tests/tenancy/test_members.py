import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import APIToken
from wagtail.users.models import UserProfile

from tenancy.enums import Role
from tenancy.models import AuditEntry, Membership, RoleGroup, User
from tenancy.operations import MembershipRefused, add_member, change_role, remove_member
from tenancy.rules import DUTIES, does, grants, may_give
from tenancy.scope import every_organization, organization_scope
from tests.fixtures import client_for, make_member
from tests.parallel import in_parallel


def membership_of(user: User) -> Membership:
    return Membership.objects.select_related("organization", "user").get(user=user)


def roles(harbour) -> dict[str, str]:
    with organization_scope(harbour.pk):
        return dict(Membership.objects.order_by("pk").values_list("user__email", "role"))


def code_of(call) -> str:
    with pytest.raises(MembershipRefused) as refused:
        call()
    return refused.value.code


@pytest.mark.parametrize(
    ("giver", "roles"),
    [
        (Role.OWNER, ["owner", "admin", "manager", "editor", "guide"]),
        (Role.ADMIN, ["admin", "manager", "editor", "guide"]),
        (Role.MANAGER, []),
        (Role.EDITOR, []),
        (Role.GUIDE, []),
    ],
)
def test_roles_that_each_role_may_give(giver, roles):
    assert [role for role in Role if may_give(giver, role)] == roles


@pytest.mark.django_db
def test_duties_tell_exactly_what_the_table_of_roles_grants():
    duties = [duty for _label, group in DUTIES for duty in group]
    wrong = set()
    for app, codename in Permission.objects.values_list("content_type__app_label", "codename"):
        permission = f"{app}.{codename}"
        telling = [duty for duty in duties if permission in duty.permissions or f"{app}.*" in duty.permissions]
        wrong |= {
            (role.value, permission)
            for role in Role
            if grants(role, permission) != any(does(role, duty) for duty in telling)
        }
    assert wrong == set()


def test_change_role_moves_to_the_group_of_the_role(in_harbour):
    owner, manager = make_member(in_harbour, Role.OWNER), make_member(in_harbour, Role.MANAGER)
    changed = change_role(membership_of(manager), role=Role.EDITOR, actor=owner)
    assert changed.role == Role.EDITOR
    assert list(manager.groups.values_list("pk", flat=True)) == [RoleGroup.objects.get(role=Role.EDITOR).group_id]
    entry = AuditEntry.objects.get(action="membership.role_changed")
    assert (entry.actor, entry.subject_id, entry.details) == (
        owner,
        changed.pk,
        {"user_id": manager.pk, "before": "manager", "after": "editor"},
    )


@pytest.mark.parametrize(
    ("actor", "member", "role"),
    [
        (Role.ADMIN, Role.OWNER, Role.ADMIN),
        (Role.ADMIN, Role.MANAGER, Role.OWNER),
        (Role.MANAGER, Role.GUIDE, Role.EDITOR),
    ],
)
def test_change_role_beyond_ones_own_reach_is_refused(in_harbour, actor, member, role):
    make_member(in_harbour, Role.OWNER, "first@harbour.example")
    who, whom = make_member(in_harbour, actor), make_member(in_harbour, member)
    assert code_of(lambda: change_role(membership_of(whom), role=role, actor=who)) == "not_allowed"
    assert membership_of(whom).role == member


def test_remove_beyond_ones_own_reach_is_refused(in_harbour):
    make_member(in_harbour, Role.OWNER)
    owner, admin = make_member(in_harbour, Role.OWNER, "second@harbour.example"), make_member(in_harbour, Role.ADMIN)
    assert code_of(lambda: remove_member(membership_of(owner), actor=admin)) == "not_allowed"


def test_actor_of_another_organization_is_refused(in_harbour, kyoto):
    make_member(in_harbour, Role.OWNER)
    stranger, guide = make_member(kyoto, Role.OWNER), make_member(in_harbour, Role.GUIDE)
    assert code_of(lambda: remove_member(membership_of(guide), actor=stranger)) == "not_allowed"


def test_last_owner_stays_owner(in_harbour):
    owner = make_member(in_harbour, Role.OWNER)
    membership = membership_of(owner)
    assert code_of(lambda: remove_member(membership, actor=owner)) == "last_owner"
    assert code_of(lambda: change_role(membership, role=Role.ADMIN, actor=owner)) == "last_owner"
    assert code_of(lambda: add_member(in_harbour, user=owner, role=Role.GUIDE)) == "last_owner"
    assert roles(in_harbour) == {"owner@harbour.example": "owner"}


def test_remove_believes_the_database_and_not_the_row_it_was_given(in_harbour):
    first, second = make_member(in_harbour, Role.OWNER), make_member(in_harbour, Role.ADMIN)
    stale = membership_of(second)
    change_role(stale, role=Role.OWNER, actor=first)
    remove_member(membership_of(first), actor=first)
    stale.role = Role.ADMIN
    assert code_of(lambda: remove_member(stale)) == "last_owner"


def test_member_who_is_gone_is_refused(in_harbour):
    owner, guide = make_member(in_harbour, Role.OWNER), make_member(in_harbour, Role.GUIDE)
    membership = membership_of(guide)
    remove_member(Membership.objects.get(pk=membership.pk), actor=owner)
    assert code_of(lambda: remove_member(membership, actor=owner)) == "gone"
    assert code_of(lambda: change_role(membership, role=Role.EDITOR, actor=owner)) == "gone"


def test_removal_takes_the_keys_for_programs_too(in_harbour, kyoto):
    make_member(in_harbour, Role.OWNER)
    editor = make_member(in_harbour, Role.EDITOR)
    add_member(kyoto, user=editor, role=Role.EDITOR)
    APIToken.objects.create(user=editor, name="Script", key_hash="a" * 64, prefix="a")
    with organization_scope(kyoto.pk):
        APIToken.objects.create(user=editor, name="Script", key_hash="b" * 64, prefix="b")
    remove_member(membership_of(editor))
    with every_organization():
        assert list(APIToken.objects.values_list("prefix", flat=True)) == ["b"]


def test_everybody_may_leave(in_harbour):
    make_member(in_harbour, Role.OWNER)
    guide = make_member(in_harbour, Role.GUIDE)
    remove_member(membership_of(guide), actor=guide)
    assert roles(in_harbour) == {"owner@harbour.example": "owner"}
    entry = AuditEntry.objects.get(action="membership.left")
    assert (entry.actor_id, entry.details) == (guide.pk, {"user_id": guide.pk, "role": "guide"})


def test_add_member_keeps_the_choices_of_a_person_who_comes_back(in_harbour):
    make_member(in_harbour, Role.OWNER)
    guide = make_member(in_harbour, Role.GUIDE)
    UserProfile.objects.filter(user=guide).update(current_time_zone="Asia/Tokyo")
    remove_member(membership_of(guide))
    add_member(in_harbour, user=guide, role=Role.GUIDE)
    assert UserProfile.objects.get(user=guide).current_time_zone == "Asia/Tokyo"


def test_removed_member_is_signed_out_at_the_next_click_and_for_good(harbour, django_capture_on_commit_callbacks):
    owner, editor = make_member(harbour, Role.OWNER), make_member(harbour, Role.EDITOR)
    phone, laptop = client_for(harbour, editor), client_for(harbour, editor)
    home = reverse("wagtailadmin_home")
    assert [client.get(home).status_code for client in (phone, laptop)] == [200, 200]
    with organization_scope(harbour.pk), django_capture_on_commit_callbacks(execute=True):
        remove_member(membership_of(editor), actor=owner)
    sign_in = f"{reverse('wagtailadmin_login')}?next={home}"
    assert [client.get(home).url for client in (phone, laptop)] == [sign_in, sign_in]
    # An old browser does not wake up when the person comes back.
    add_member(harbour, user=editor, role=Role.EDITOR)
    assert [client.get(home).url for client in (phone, laptop)] == [sign_in, sign_in]


@pytest.mark.django_db(transaction=True)
def test_removal_ends_the_sessions_here_and_nobody_elses(harbour, kyoto):
    owner, editor = make_member(harbour, Role.OWNER), make_member(harbour, Role.EDITOR)
    add_member(kyoto, user=editor, role=Role.EDITOR)
    here, elsewhere, other = client_for(harbour, editor), client_for(kyoto, editor), client_for(harbour, owner)
    guest = client_for(harbour)
    home = reverse("wagtailadmin_home")
    with organization_scope(harbour.pk):
        guest_session = guest.session
        guest_session["cart"] = 1
        guest_session.save()
        key = here.session.session_key
        assert here.session.exists(key)
        remove_member(membership_of(editor), actor=owner)
        assert not here.session.exists(key)
        assert here.session.load() == {}
        assert guest_session.load() == {"cart": 1}
    add_member(harbour, user=editor, role=Role.EDITOR)
    assert here.get(home).status_code == 302
    assert [client.get(home).status_code for client in (elsewhere, other)] == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_two_owners_demote_each_other_at_once_and_one_remains(harbour):
    owners = [make_member(harbour, Role.OWNER, f"{name}@harbour.example") for name in ("ada", "bo")]
    with organization_scope(harbour.pk):
        memberships = [membership_of(user) for user in owners]

    def demote_the_other(number: int) -> str:
        change_role(memberships[1 - number], role=Role.EDITOR, actor=owners[number])
        return "done"

    results = in_parallel(harbour, 2, demote_the_other)
    assert sorted(getattr(result, "code", result) for result in results) == ["done", "not_allowed"]
    assert sorted(roles(harbour).values()) == ["editor", "owner"]


@pytest.mark.django_db(transaction=True)
def test_two_owners_leave_at_once_and_one_remains(harbour):
    owners = [make_member(harbour, Role.OWNER, f"{name}@harbour.example") for name in ("ada", "bo")]
    with organization_scope(harbour.pk):
        memberships = [membership_of(user) for user in owners]

    def leave(number: int) -> str:
        remove_member(memberships[number], actor=owners[number])
        return "left"

    results = in_parallel(harbour, 2, leave)
    assert sorted(getattr(result, "code", result) for result in results) == ["last_owner", "left"]
    assert list(roles(harbour).values()) == ["owner"]


def test_sign_in_is_noted_where_it_happened(harbour, kyoto):
    guide = make_member(harbour, Role.GUIDE)
    add_member(kyoto, user=guide, role=Role.GUIDE)
    client_for(harbour, guide)
    with every_organization():
        noted = dict(Membership.objects.values_list("organization__slug", "last_sign_in_at"))
    assert noted["harbour"] is not None
    assert noted["kyoto"] is None
