from allauth.account.decorators import reauthentication_required
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django.views.generic.edit import FormView

from tenancy import operations, queries
from tenancy.adapters import sign_in_from_elsewhere, used_second_factor
from tenancy.forms import EmailChangeForm
from tenancy.models import Organization
from tenancy.presence import Presence, last_presence
from tenancy.rules import device_name
from tenancy.throttle import allow, client_address


def _without_referrer(response: HttpResponse) -> HttpResponse:
    """Keep the token in this page's address out of what the browser tells the next page."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


class SessionsView(ListUserSessionsView):
    """Where a person is signed in at this organization, the session in use first."""

    def get_context_data(self, **kwargs):
        # The key of a session changes on the way, such as with a new password.
        UserSession.objects.create_from_request(self.request)
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.device = device_name(session.user_agent)
            session.seen = last_presence(session.session_key) or Presence(session.last_seen_at, session.ip)
        context["sessions"].sort(key=lambda session: (session.is_current(), session.seen.at), reverse=True)
        return context


@require_POST
def end_session(request, pk):
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    get_sessions_adapter().end_sessions([session])
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@method_decorator(reauthentication_required, name="dispatch")
class EmailChangeView(FormView):
    form_class = EmailChangeForm
    template_name = "tenancy/email_change.html"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs):
        pending = queries.open_email_change(self.request.user, now=timezone.now())
        return super().get_context_data(pending=pending, **kwargs)

    def post(self, request, *args, **kwargs):
        if "cancel" in request.POST:
            change = queries.open_email_change(request.user, now=timezone.now())
            if change is not None:
                operations.cancel_email_change(change, now=timezone.now())
                messages.success(request, _("The change was cancelled. Your e-mail address stays as it is."))
            return redirect("account_change_email")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        if not allow("email-change", str(self.request.user.pk)):
            form.add_error(None, _("You have asked for this several times. Please try again in an hour."))
            return self.form_invalid(form)
        operations.ask_email_change(self.request.user, new_email=form.cleaned_data["new_email"], now=timezone.now())
        messages.success(self.request, _("We have sent a link to both addresses. Open both to finish the change."))
        return redirect("account_change_email")


@require_http_methods(["GET", "POST"])
def confirm_email_change(request, token):
    now = timezone.now()
    context = {}
    try:
        if request.method == "POST" and "cancel" in request.POST:
            operations.cancel_email_change(operations.find_email_change(token, now=now), now=now)
            context["cancelled"] = True
        elif request.method == "POST":
            context["confirmed"] = operations.confirm_email_change(token, now=now)
        else:
            context["change"] = operations.find_email_change(token, now=now)
    except operations.EmailChangeRefused as refusal:
        context["refusal"] = refusal
    return _without_referrer(render(request, "tenancy/email_change_confirm.html", context))


@require_GET
def organizations(request):
    context = {
        "organizations": [
            organization
            for organization in queries.organizations_of(request.user)
            if organization.pk != request.organization.pk
        ]
    }
    return render(request, "tenancy/organizations.html", context)


@require_POST
def switch(request, public_id):
    mine = {organization.public_id: organization for organization in queries.organizations_of(request.user)}
    target: Organization | None = mine.get(public_id)
    if target is None or target.pk == request.organization.pk:
        messages.error(request, _("You cannot switch to this organization."))
        return redirect("account_organizations")
    token = operations.issue_switch(request.user, to=target, second_factor=used_second_factor(request))
    context = {"target": target, "url": queries.address_of(target, reverse("account_arrive", args=[token]))}
    # A page that leads on by itself: the policy of the admin lets forms lead to its own host only.
    return _without_referrer(render(request, "tenancy/switching.html", context))


@require_safe
def private_page(request):
    """Where a page that only some people may read sends who may not: to sign in, or to be told."""
    if request.user.is_authenticated:
        return render(request, "tenancy/no_access.html", status=403)
    return redirect_to_login(request.GET.get("next", "/"), reverse("account_login"))


@require_GET
def arrive(request, token):
    if not allow("switch", client_address(request)):
        messages.error(request, _("Too many attempts. Please wait a minute, then try again."))
        return redirect("account_login")
    try:
        arrival = operations.redeem_switch(token)
    except operations.SwitchRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("account_login")
    return _without_referrer(sign_in_from_elsewhere(request, arrival.user, second_factor=arrival.second_factor))
