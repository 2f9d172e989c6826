"""Pages behind the links in e-mails to guides: no sign-in, nothing but the one departure."""

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from tenancy.fields import translated
from tenancy.queries import language_of
from tenancy.throttle import allow, client_address
from tours import operations, queries
from tours.rules import language_name
from tours.views.schedules import departure_with_zone


@method_decorator(never_cache, name="dispatch")
class GuidePage(TemplateView):
    """A page in the guide's language, for nobody but who holds the link."""

    guide = None
    schedule = None
    refusal = ""

    def dispatch(self, request, *args, **kwargs):
        self.load(kwargs["token"])
        user = self.guide.user if self.guide is not None else None
        language = (language_of(user) if user is not None else "") or request.organization.default_language
        with override(language):
            response = self.answer(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        # The address is the secret: no other site is told it.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def load(self, token):
        raise NotImplementedError

    def answer(self, request, *args, **kwargs):
        if not allow("guide-answer", client_address(request)):
            return self.dead_end("too_many", status=429)
        if self.guide is None:
            return self.dead_end("unknown", status=404)
        return super().dispatch(request, *args, **kwargs)

    def dead_end(self, why, *, status):
        context = {"why": why, "organization": self.request.organization}
        return self.response_class(
            request=self.request, template="tours/guide_dead_end.html", context=context, status=status
        )

    def post(self, request, *args, **kwargs):
        try:
            self.act(request.POST)
        except operations.AssignmentRefused as refused:
            self.refusal = str(refused)
            self.load(kwargs["token"])
            if self.guide is None:
                return self.dead_end("unknown", status=404)
            return self.render_to_response(self.get_context_data(typed=request.POST), status=409)
        return redirect(request.path)

    def act(self, data):
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        schedule, place = self.schedule, self.schedule.tour.meeting_point
        return {
            **super().get_context_data(**kwargs),
            "organization": self.request.organization,
            "guide": self.guide,
            "schedule": schedule,
            "tour": translated(schedule.tour, "name"),
            "variant": translated(schedule.variant, "name"),
            "place": translated(place, "name") if place is not None else "",
            "when": departure_with_zone(schedule),
            "language": language_name(schedule.language) if schedule.language else "",
            "refusal": self.refusal,
            "is_over": schedule.status in ("cancelled", "completed") or schedule.ends_at <= timezone.now(),
        }


class GuideAnswerView(GuidePage):
    """Accept or decline a departure."""

    template_name = "tours/guide_answer.html"

    def load(self, token):
        self.assignment = queries.assignment_by_token(token)
        self.guide = self.assignment.guide if self.assignment else None
        self.schedule = self.assignment.schedule if self.assignment else None

    def act(self, data):
        if data.get("answer") == "accept":
            operations.confirm_assignment(self.assignment, actor=None)
        elif data.get("answer") == "decline":
            operations.decline_assignment(self.assignment, reason=data.get("reason", "")[:500], actor=None)

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "assignment": self.assignment}


class TakeSwapView(GuidePage):
    """Take a departure over."""

    template_name = "tours/guide_swap.html"

    def load(self, token):
        found = queries.swap_by_token(token)
        self.swap, self.guide = found or (None, None)
        self.schedule = self.swap.assignment.schedule if self.swap else None

    def act(self, data):
        operations.take_swap(self.swap, guide=self.guide, now=timezone.now(), actor=None)

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "swap": self.swap,
            "is_taker": self.swap.taker_id == self.guide.pk,
        }
