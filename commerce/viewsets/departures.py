"""Cancelling and moving a departure that people have booked, and how far telling and paying them back has come."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import ChangeKind, ChoiceStatus, RefundStatus
from commerce.forms import CancelDepartureForm, MoveDepartureForm, NewTimeForm
from commerce.models import DepartureChange
from tenancy.money import format_money
from tours import queries as tours_queries
from tours.models import Schedule
from tours.operations import ScheduleRefused
from tours.rules import local_start, staff_verbs

PAGE_SIZE = 100
MOST_ALTERNATIVES = 12
# What a person looks for first in the list of guests.
SHOWN = {
    "waiting": (ChoiceStatus.WAITING,),
    "rebooked": (ChoiceStatus.REBOOKED,),
    "given_back": (ChoiceStatus.GIVEN_BACK, ChoiceStatus.HELD, ChoiceStatus.DUE),
    "kept": (ChoiceStatus.KEPT,),
}


def _when(instant, schedule):
    return date_format(instant.astimezone(schedule.zone), _("D j M Y, H:i"))


class DepartureView(WagtailAdminTemplateMixin):
    """A page about one departure, for those who may change departures."""

    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tours.change_schedule"):
            raise PermissionDenied
        departures = Schedule.objects.select_related("tour", "variant")
        self.schedule = get_object_or_404(departures, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_see_money(self):
        return self.request.user.has_perm("commerce.view_order")

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {_when(self.schedule.starts_at, self.schedule)}"

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "departure": self.get_page_subtitle()}

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("schedules:index"), "label": _("Schedules")},
            {"url": self.back_url, "label": self.get_page_subtitle()},
            {"url": "", "label": self.get_page_title()},
        ]

    @property
    def back_url(self):
        return reverse("schedules:inspect", args=[self.schedule.pk])


class PlanView(DepartureView, FormView):
    """What cancelling or moving a departure means for its guests, and what to do about them."""

    def dispatch(self, request, *args, **kwargs):
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def refuse_what_is_over(self):
        if staff_verbs(self.schedule.status):
            return None
        status = self.schedule.get_status_display()
        messages.warning(self.request, _("This departure is %(status)s.") % {"status": status})
        return redirect(self.back_url)

    def get(self, request, *args, **kwargs):
        return self.refuse_what_is_over() or super().get(request, *args, **kwargs)

    @cached_property
    def refund_limit_minor(self):
        """The most that the person may pay back of one order; nothing without the permission to pay back at all."""
        return queries.refund_limit_of(self.request.user)

    @cached_property
    def guests(self):
        return queries.guests_concerned(self.schedule, limit_minor=self.refund_limit_minor)

    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(),
            "schedule": self.schedule,
            "alternatives": tours_queries.alternatives_to(self.schedule, now=self.now, limit=MOST_ALTERNATIVES),
            "organization": self.request.organization,
            "now": self.now,
            "has_guests": bool(self.guests.bookings),
        }

    def get_context_data(self, **kwargs):
        guests = self.guests
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.schedule,
            "guests": guests,
            "refunds": [
                (refund.method.label, format_money(refund.amount_minor, guests.currency), refund.orders)
                for refund in guests.refunds
            ]
            if self.may_see_money
            else [],
            "languages": [
                (get_language_info(code)["name_translated"], count) for code, count in guests.languages.items()
            ],
            "limit": format_money(self.refund_limit_minor, guests.currency) if guests.above_limit else "",
            "back_url": self.back_url,
            "label": self.get_page_title(),
        }

    def done(self, change):
        if not change.booking_count:
            return redirect(self.back_url)
        return redirect("schedules:change", self.schedule.pk, change.pk)


class CancelDepartureView(PlanView):
    form_class = CancelDepartureForm
    template_name = "commerce/admin/cancel_departure.html"
    page_title = gettext_lazy("Cancel departure")

    def form_valid(self, form):
        try:
            change = operations.cancel_departure(
                self.schedule,
                plan=form.plan(limit_minor=self.refund_limit_minor),
                now=self.now,
                actor=self.request.user,
            )
        except ScheduleRefused as refused:
            messages.error(self.request, str(refused))
            return redirect(self.back_url)
        if change.booking_count:
            messages.success(self.request, _("The departure is cancelled. Its guests are being told now."))
        else:
            messages.success(self.request, _("The departure is cancelled."))
        return self.done(change)


class MoveDepartureView(PlanView):
    """First the new time, then what it means and what to do about the guests."""

    form_class = MoveDepartureForm
    template_name = "commerce/admin/move_departure.html"
    page_title = gettext_lazy("Move departure")

    def get_initial(self):
        return {"date": self.new_time.cleaned_data["date"], "start_time": self.new_time.cleaned_data["start_time"]}

    @cached_property
    def new_time(self):
        """The form of the new time: what was sent or stands in the address, else the present time."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        if "date" in data or "start_time" in data:
            return NewTimeForm(data)
        return NewTimeForm(initial={"date": self.schedule.date, "start_time": self.schedule.start_time})

    @cached_property
    def start(self):
        values = self.new_time.cleaned_data
        return local_start(values["date"], values["start_time"], self.schedule.zone)

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        moved = Schedule.objects.get(pk=self.schedule.pk)
        moved.booking_closes_at = self.start.starts_at - (self.schedule.starts_at - self.schedule.booking_closes_at)
        return {**kwargs, "schedule": moved}

    def ask_for_the_time(self):
        # Not what stands on the second page: whom it concerns is asked of the database there.
        context = super(PlanView, self).get_context_data(form=self.new_time)
        context |= {"new_time": self.new_time, "schedule": self.schedule, "back_url": self.back_url}
        return self.response_class(self.request, ["commerce/admin/move_departure_when.html"], context)

    def get(self, request, *args, **kwargs):
        refusal = self.refuse_what_is_over()
        if refusal is not None:
            return refusal
        if not self.new_time.is_bound or not self.new_time.is_valid():
            return self.ask_for_the_time()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if not self.new_time.is_valid():
            return self.ask_for_the_time()
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        start = self.start
        return {
            **super().get_context_data(**kwargs),
            "new": _when(start.starts_at, self.schedule),
            "is_shifted": start.moved,
            "problems": tours_queries.reschedule_problems(self.schedule, start, now=self.now),
            "when_url": reverse("schedules:reschedule", args=[self.schedule.pk]),
        }

    def form_valid(self, form):
        values = form.cleaned_data
        try:
            change = operations.move_departure(
                self.schedule,
                date=values["date"],
                start_time=values["start_time"],
                plan=form.plan(limit_minor=self.refund_limit_minor),
                now=self.now,
                actor=self.request.user,
            )
        except ScheduleRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        if change.booking_count:
            messages.success(self.request, _("The departure is moved. Its guests are being told now."))
        else:
            messages.success(self.request, _("The departure is moved."))
        return self.done(change)


class ChangeView(DepartureView, TemplateView):
    """How far telling and paying back has come; who chose what; what went wrong, with a way to try it again."""

    template_name = "commerce/admin/departure_change.html"

    def dispatch(self, request, *args, **kwargs):
        found = DepartureChange.objects.filter(schedule=kwargs["pk"], pk=kwargs["change_pk"]).select_related("actor")
        self.change = found.first()
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self):
        if self.change is not None and self.change.kind == ChangeKind.MOVED:
            return _("Moved: its guests")
        return _("Cancelled: its guests")

    def get(self, request, *args, **kwargs):
        if self.change is None:
            raise Http404
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.change is None:
            raise Http404
        verb = request.POST.get("verb")
        if verb == "approve":
            self._approve()
        elif verb == "retry":
            self._retry()
        return redirect("schedules:change", self.schedule.pk, self.change.pk)

    def _approve(self):
        if not self.request.user.has_perm("commerce.refund_any_amount"):
            raise PermissionDenied
        operations.approve_refunds(self.change, actor=self.request.user)
        messages.success(self.request, _("The refunds are approved and on their way."))

    def _retry(self):
        if not self.request.user.has_perm("commerce.refund_payment"):
            raise PermissionDenied
        try:
            count = operations.retry_refunds(self.change, now=timezone.now(), actor=self.request.user)
        except operations.RefundRefused as refused:
            messages.error(self.request, str(refused))
            return
        text = ngettext("%(count)d refund is tried again.", "%(count)d refunds are tried again.", count)
        messages.success(self.request, text % {"count": count})

    def get_context_data(self, **kwargs):
        change, user = self.change, self.request.user
        progress = queries.progress_of(change)
        shown = self.request.GET.get("show", "")
        choices = queries.choices_of(change)
        if shown in SHOWN:
            choices = choices.filter(status__in=SHOWN[shown])
        page = Paginator(choices, PAGE_SIZE).get_page(self.request.GET.get("p"))
        currency = self.request.organization.currency
        failed = queries.failed_refunds_of(change).select_related("payment__order")
        counts = progress.choices
        held = counts.get(ChoiceStatus.HELD, 0)
        return {
            **super().get_context_data(**kwargs),
            "change": change,
            "schedule": self.schedule,
            "progress": progress,
            "is_moved": change.kind == ChangeKind.MOVED,
            "waiting": counts.get(ChoiceStatus.WAITING, 0),
            "rebooked": counts.get(ChoiceStatus.REBOOKED, 0),
            "kept": counts.get(ChoiceStatus.KEPT, 0),
            "given_back": counts.get(ChoiceStatus.GIVEN_BACK, 0),
            "held": held,
            "may_approve": held and user.has_perm("commerce.refund_any_amount"),
            "may_retry": user.has_perm("commerce.refund_payment"),
            "may_see_money": self.may_see_money,
            "may_see_messages": user.has_perm("crm.view_message"),
            "refunded": format_money(progress.refunds_done_minor, currency),
            "to_refund": format_money(progress.refunds_minor, currency),
            "failed": [
                (refund.payment.order, format_money(refund.amount_minor, refund.payment.currency), refund.last_error)
                for refund in failed[:20]
            ]
            if self.may_see_money
            else [],
            "rows": [(choice, self._money_in_words(choice)) for choice in page],
            "page": page,
            "shown": shown,
            "offers": [
                (offer.schedule, _when(offer.schedule.starts_at, offer.schedule))
                for offer in change.offers.select_related("schedule").order_by("schedule__starts_at")
            ],
            "choose_until": _when(change.choose_until, self.schedule) if change.choose_until else "",
            "moved_from": _when(change.moved_from, self.schedule) if change.moved_from else "",
            "moved_to": _when(change.moved_to, self.schedule) if change.moved_to else "",
            "back_url": self.back_url,
        }

    def _money_in_words(self, choice):
        refunds = [refund for refund in choice.refunds.all() if refund.status != RefundStatus.CANCELLED]
        if not refunds or not self.may_see_money:
            return ""
        amount = format_money(sum(refund.amount_minor for refund in refunds), choice.order.currency)
        return f"{amount} · {', '.join(sorted({str(refund.get_status_display()) for refund in refunds}))}"


def schedule_urls():
    """The addresses below a departure's that are about its guests and their money."""
    return [
        path("<int:pk>/cancel/", CancelDepartureView.as_view(), name="cancel"),
        path("<int:pk>/reschedule/", MoveDepartureView.as_view(), name="reschedule"),
        path("<int:pk>/changes/<int:change_pk>/", ChangeView.as_view(), name="change"),
    ]


def schedule_links(request, schedule):
    """What a departure's page says about the times it was cancelled or moved: a label and an address each."""
    if not request.user.has_perm("tours.change_schedule"):
        return []
    labels = {
        ChangeKind.CANCELLED: _("Cancelled: what its guests were told and chose"),
        ChangeKind.MOVED: _("Moved: what its guests were told and chose"),
    }
    return [
        (labels[ChangeKind(change.kind)], reverse("schedules:change", args=[schedule.pk, change.pk]))
        for change in queries.departure_changes_of(schedule)
    ]
