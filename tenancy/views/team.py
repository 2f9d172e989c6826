from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from tenancy import operations, queries
from tenancy.enums import Role
from tenancy.forms import InviteForm, RoleForm
from tenancy.lists import IndexView
from tenancy.models import Invitation, Membership
from tenancy.rules import DUTIES, ROLE_WORDS, does, may_give
from tenancy.throttle import allow

REFUSALS = (operations.MembershipRefused, operations.InvitationRefused)


def full_name(membership):
    return membership.user.get_full_name() or membership.user.email


def second_factor(membership):
    return _("On") if membership.has_second_factor else _("Off")


class TeamIndexView(IndexView):
    """Who works here, and who has been asked to."""

    default_ordering = "user__first_name"
    template_name = "tenancy/team.html"

    @cached_property
    def own_role(self):
        return queries.role_of(self.request.user)

    def may_touch(self, role, permission):
        return self.request.user.has_perm(permission) and self.own_role and may_give(self.own_role, Role(role))

    def get_base_queryset(self):
        return queries.team()

    def get_page_title(self):
        return _("Team")

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Name"), accessor=full_name, sort_key="user__first_name", get_url=self.get_edit_url),
            Column("email", label=_("E-mail"), accessor="user.email", sort_key="user__email"),
            Column("role", label=_("Role"), accessor="get_role_display", sort_key="role"),
            Column("second_factor", label=_("Two-factor"), accessor=second_factor, sort_key="has_second_factor"),
            DateColumn("last_sign_in_at", label=_("Last sign-in"), sort_key="last_sign_in_at"),
        ]

    def get_edit_url(self, instance):
        if self.may_touch(instance.role, "tenancy.change_membership"):
            return reverse("team:role", args=[instance.pk])
        return None

    def get_list_more_buttons(self, instance):
        buttons = []
        if url := self.get_edit_url(instance):
            buttons.append(Button(_("Change role"), url=url, icon_name="edit", priority=10))
        if self.request.user.has_perm("tenancy.view_auditentry"):
            url = f"{reverse('audit:index')}?subject_type=tenancy.membership&subject_id={instance.pk}"
            buttons.append(Button(_("History"), url=url, icon_name="history", priority=20))
        if instance.user_id == self.request.user.pk:
            buttons.append(Button(_("Leave"), url=reverse("team:leave"), icon_name="logout", priority=30))
        elif self.may_touch(instance.role, "tenancy.delete_membership"):
            url = reverse("team:remove", args=[instance.pk])
            buttons.append(Button(_("Remove"), url=url, icon_name="bin", priority=30))
        return buttons

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("tenancy.add_invitation"):
            return []
        return [HeaderButton(_("Invite"), url=reverse("team:invite"), icon_name="plus")]

    @cached_property
    def header_more_buttons(self):
        return [
            *super().header_more_buttons,
            Button(_("What each role may do"), url=reverse("team:roles"), icon_name="help", priority=10),
        ]

    def get_context_data(self, *args, **kwargs):
        now = timezone.now()
        rows = [
            {
                "invitation": invitation,
                "status": invitation.status_at(now),
                "is_sent": bool(invitation.token_hash),
                "inviter": invitation.invited_by.get_full_name() if invitation.invited_by else "",
                "may_change": invitation.declined_at is None
                and self.may_touch(invitation.role, "tenancy.change_invitation"),
            }
            for invitation in queries.listed_invitations(now=now)
        ]
        return {**super().get_context_data(*args, **kwargs), "invitations": rows}


class TeamVerbView(WagtailAdminTemplateMixin, FormView):
    """A page that says what will happen to a member or an invitation, and the one operation that does it."""

    permission = ""
    label = ""
    is_serious = False
    form_class = Form
    template_name = "tenancy/verb.html"
    header_icon = "group"

    def dispatch(self, request, *args, **kwargs):
        if self.permission and not request.user.has_perm(self.permission):
            raise PermissionDenied
        self.own_role = queries.role_of(request.user)
        self.find(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find(self, **kwargs):
        """Look up what the page is about. Raises `Http404`, or `PermissionDenied` when the person's role does not reach so far."""

    def check_reach(self, role):
        if self.own_role is None or not may_give(self.own_role, Role(role)):
            raise PermissionDenied

    def get_page_title(self):
        return self.label

    def get_breadcrumbs_items(self):
        team = {"url": reverse("team:index"), "label": _("Team")}
        return [*self.breadcrumbs_items, team, {"url": "", "label": self.label}]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "what": self.explain(),
            "label": self.label,
            "is_serious": self.is_serious,
            "back_url": reverse("team:index"),
        }

    def explain(self):
        raise NotImplementedError

    def do(self, values):
        """Call the operation; return what to tell the person."""
        raise NotImplementedError

    def may_go_on(self, values):
        """Return whether it has not been done too often lately."""
        return True

    def form_valid(self, form):
        if not self.may_go_on(form.cleaned_data):
            form.add_error(None, _("Too many invitations were sent. Please wait an hour, then try again."))
            return self.form_invalid(form)
        try:
            done = self.do(form.cleaned_data)
        except REFUSALS as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        messages.success(self.request, done)
        return redirect("team:index")


def may_write_to(email):
    """Return whether one more invitation may go to this address and out of this organization within the hour."""
    return allow("invite-email", email) and allow("invite", "")


class RoleKwargs:
    """Gives a form the role of who fills it in."""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "giver": self.own_role}


class InviteView(RoleKwargs, TeamVerbView):
    permission = "tenancy.add_invitation"
    label = gettext_lazy("Invite")
    form_class = InviteForm
    header_icon = "mail"

    def explain(self):
        return _("An e-mail with a link is sent. The link works once, within 7 days.")

    def may_go_on(self, values):
        return may_write_to(values["email"])

    def do(self, values):
        invitation = operations.invite_member(
            values["email"],
            role=values["role"],
            language=values["language"],
            message=values["message"],
            now=timezone.now(),
            actor=self.request.user,
        )
        return _("%(email)s is invited.") % {"email": invitation.email}


class InvitationVerbView(TeamVerbView):
    permission = "tenancy.change_invitation"
    header_icon = "mail"

    def find(self, pk):
        self.invitation = get_object_or_404(Invitation, pk=pk)
        self.check_reach(self.invitation.role)

    def get_page_subtitle(self):
        return self.invitation.email


class ResendInvitationView(InvitationVerbView):
    label = gettext_lazy("Send again")

    def explain(self):
        return _("%(email)s gets an e-mail with a new link, good for 7 days. The link sent before stops working.") % {
            "email": self.invitation.email
        }

    def may_go_on(self, values):
        return may_write_to(self.invitation.email)

    def do(self, values):
        operations.resend_invitation(self.invitation, now=timezone.now(), actor=self.request.user)
        return _("The invitation is being sent again.")


class WithdrawInvitationView(InvitationVerbView):
    label = gettext_lazy("Withdraw")
    is_serious = True

    def explain(self):
        return _("The link sent to %(email)s stops working.") % {"email": self.invitation.email}

    def do(self, values):
        operations.withdraw_invitation(self.invitation, now=timezone.now(), actor=self.request.user)
        return _("The invitation is withdrawn.")


class MemberVerbView(TeamVerbView):
    def find(self, pk):
        self.membership = get_object_or_404(Membership.objects.select_related("user", "organization"), pk=pk)
        self.check_reach(self.membership.role)

    def get_page_subtitle(self):
        return full_name(self.membership)


class ChangeRoleView(RoleKwargs, MemberVerbView):
    permission = "tenancy.change_membership"
    label = gettext_lazy("Change role")
    form_class = RoleForm

    def get_initial(self):
        return {"role": self.membership.role}

    def explain(self):
        return _("The new role holds from the next click of %(name)s.") % {"name": full_name(self.membership)}

    def do(self, values):
        operations.change_role(self.membership, role=values["role"], actor=self.request.user)
        return _("%(name)s: %(role)s.") % {"name": full_name(self.membership), "role": values["role"].label}


class RemoveMemberView(MemberVerbView):
    permission = "tenancy.delete_membership"
    label = gettext_lazy("Remove")
    is_serious = True

    def find(self, pk):
        super().find(pk)
        if self.membership.user_id == self.request.user.pk:
            # One's own way out says what it means for oneself.
            raise PermissionDenied

    def explain(self):
        what = _(
            "%(name)s is signed out at once and cannot sign in here any more. What %(name)s has made stays. You can"
            " invite the person again later."
        ) % {"name": full_name(self.membership)}
        if queries.has_open_invitations(self.membership.user, now=timezone.now()):
            return f"{what} {_('Invitations that the person has sent stay open: look at them in the list.')}"
        return what

    def do(self, values):
        name = full_name(self.membership)
        operations.remove_member(self.membership, actor=self.request.user)
        return _("%(name)s does not work here any more.") % {"name": name}


class LeaveView(TeamVerbView):
    """The way out for everybody, in whichever role."""

    label = gettext_lazy("Leave")
    is_serious = True
    header_icon = "logout"

    def find(self):
        self.membership = get_object_or_404(
            Membership.objects.select_related("user", "organization"), user=self.request.user
        )

    def get_breadcrumbs_items(self):
        account = {"url": reverse("wagtailadmin_account"), "label": _("Account")}
        return [*self.breadcrumbs_items, account, {"url": "", "label": self.label}]

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "back_url": reverse("wagtailadmin_home")}

    def explain(self):
        return _(
            "You are signed out and cannot sign in at %(organization)s any more, unless somebody invites you again."
            " What you have made stays."
        ) % {"organization": self.request.organization.name}

    def form_valid(self, form):
        try:
            operations.remove_member(self.membership, actor=self.request.user)
        except operations.MembershipRefused as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        logout(self.request)
        messages.success(
            self.request, _("You have left %(organization)s.") % {"organization": self.request.organization.name}
        )
        return redirect("wagtailadmin_login")


class RolesView(WagtailAdminTemplateMixin, TemplateView):
    """What each role may do, read from the table that decides it."""

    template_name = "tenancy/roles.html"
    page_title = gettext_lazy("What each role may do")
    header_icon = "group"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tenancy.view_membership"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        team = {"url": reverse("team:index"), "label": _("Team")}
        return [*self.breadcrumbs_items, team, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "roles": [(role.label, ROLE_WORDS[role]) for role in Role],
            "groups": [
                (label, [(duty.label, [(role.label, does(role, duty)) for role in Role]) for duty in duties])
                for label, duties in DUTIES
            ],
        }
