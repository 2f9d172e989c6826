from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView
from django.views.generic.base import TemplateResponseMixin

from tenancy import operations, queries
from tenancy.enums import InvitationStatus, Role
from tenancy.forms import AccountPasswordForm, NewPersonForm
from tenancy.rules import ROLE_WORDS
from tenancy.throttle import allow, client_address, seconds_left


class InvitationPage(TemplateResponseMixin):
    """A page behind the link of an invitation, in the invitation's language, for nobody but who holds the link."""

    def dispatch(self, request, *args, **kwargs):
        self.invitation = queries.invitation_by_token(kwargs["token"])
        language = self.invitation.language if self.invitation else request.organization.default_language
        with override(language):
            response = self.answer(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        # The address is the secret: no other site is told it. Without any referrer a browser would hide where the form comes from,
        # too, and the form would be refused.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def answer(self, request, *args, **kwargs):
        if not allow("invitation", client_address(request)):
            return self.too_many("invitation")
        if self.invitation is None:
            return self.dead_end("unknown", status=404)
        status = self.invitation.status_at(timezone.now())
        if status != InvitationStatus.OPEN:
            return self.dead_end(status.value, status=410)
        if queries.is_member(self.invitation.email):
            return self.dead_end("member", status=410)
        return super().dispatch(request, *args, **kwargs)

    def dead_end(self, why, *, status):
        return self.response_class(
            request=self.request,
            template="tenancy/invitation_dead_end.html",
            context={"why": why, "invitation": self.invitation, "organization": self.request.organization},
            status=status,
        )

    def too_many(self, limit):
        response = self.dead_end("too_many", status=429)
        response.headers["Retry-After"] = str(seconds_left(limit))
        return response

    def refused(self, refusal):
        """Show why an answer had no effect: something happened between the page and the button."""
        status = 404 if refusal.code == "unknown" else 410
        return self.dead_end(refusal.code, status=status)

    def get_context_data(self, **kwargs):
        inviter = self.invitation.invited_by
        organization = self.request.organization
        return {
            **super().get_context_data(**kwargs),
            "invitation": self.invitation,
            "organization": organization,
            "inviter": (inviter.get_full_name() or inviter.email) if inviter else organization.name,
            "role_words": ROLE_WORDS[Role(self.invitation.role)],
            "until": self.invitation.expires_at.astimezone(organization.zone).date(),
        }


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class InvitationView(InvitationPage, FormView):
    template_name = "tenancy/invitation.html"

    def get_form(self, form_class=None):
        self.account = queries.invited_account(self.invitation)
        if self.account is None:
            return NewPersonForm(email=self.invitation.email, **self.get_form_kwargs())
        return AccountPasswordForm(user=self.account, **self.get_form_kwargs())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "has_account": self.account is not None}

    def post(self, request, *args, **kwargs):
        # Before the password is looked at: the link is not a way to guess it.
        if not allow("invitation-password", str(self.invitation.pk)):
            return self.too_many("invitation-password")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        token, values = self.kwargs["token"], form.cleaned_data
        try:
            if self.account is not None:
                operations.accept_invitation(token, user=self.account, now=timezone.now())
            else:
                operations.accept_as_new_person(
                    token,
                    first_name=values["first_name"],
                    last_name=values["last_name"],
                    password=values["password1"],
                    now=timezone.now(),
                )
        except operations.InvitationRefused as refusal:
            return self.refused(refusal)
        # Whoever was signed in here is somebody else; and signing in asks for a second factor where there is one.
        logout(self.request)
        messages.success(
            self.request,
            _("Welcome to %(organization)s. Please sign in with your e-mail address and your password.")
            % {"organization": self.request.organization.name},
        )
        return redirect("wagtailadmin_login")


@method_decorator(never_cache, name="dispatch")
class DeclineInvitationView(InvitationPage, TemplateView):
    template_name = "tenancy/invitation_decline.html"

    def post(self, request, *args, **kwargs):
        try:
            operations.decline_invitation(kwargs["token"], now=timezone.now())
        except operations.InvitationRefused as refusal:
            return self.refused(refusal)
        return self.dead_end("said_no", status=200)
