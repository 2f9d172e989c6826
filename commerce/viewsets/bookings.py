from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import OrderSource, PaymentMethod
from commerce.forms import CASH, MOST_FOUND, BookingForm, QuantitiesForm, staff_methods
from commerce.views.changes import day_of
from commerce.viewsets.departure_choice import OFFERED, departure_choices
from crm import queries as crm_queries
from crm.models import Customer
from tenancy.fields import translated
from tenancy.money import format_money
from tours import queries as tours_queries
from tours.enums import TourStatus
from tours.models import Schedule, Tour
from tours.rules import staff_verbs


def chosen_people(quantities):
    """Quantities by the keys of prices as a form brings them back."""
    return "+".join(f"{key}x{count}" for key, count in sorted(quantities.items()))


class BookingPage(WagtailAdminTemplateMixin, TemplateView):
    page_title = gettext_lazy("New booking")
    header_icon = "plus"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("commerce.change_order"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def customer(self):
        """Whom the booking was begun for, when it was begun on a customer's page."""
        key = self.request.GET.get("customer", "")
        return Customer.objects.filter(pk=key).first() if key.isdecimal() else None

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": self.page_title},
        ]


class ChooseDepartureView(BookingPage):
    """The first step: which departure."""

    template_name = "commerce/admin/choose_departure.html"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        tours = list(Tour.objects.filter(status=TourStatus.ACTIVE).order_by("name"))
        key = self.request.GET.get("tour", "")
        tour = next((each for each in tours if str(each.pk) == key), tours[0] if len(tours) == 1 else None)
        today = now.astimezone(self.request.organization.zone).date()
        from_ = day_of(self.request.GET.get("from", ""), earliest=today)
        offered = (
            tours_queries.schedules_to_choose(tour, from_=from_, now=now, limit=OFFERED, for_staff=True) if tour else []
        )
        return {
            **super().get_context_data(**kwargs),
            "tours": [(each, translated(each, "name")) for each in tours],
            "tour": tour,
            "from": from_,
            "days": departure_choices(offered),
            "customer": self.customer,
        }


class NewBookingView(BookingPage):
    """The second step: who comes, for whom, and how it is paid."""

    template_name = "commerce/admin/new_booking.html"

    def dispatch(self, request, *args, **kwargs):
        self.now = timezone.now()
        self.schedule = get_object_or_404(Schedule.objects.select_related("tour", "variant"), pk=kwargs["schedule_pk"])
        if not staff_verbs(self.schedule.status):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{translated(self.schedule.tour, 'name')}, {date_format(self.schedule.local_start, _('D j M Y, H:i'))}"

    @cached_property
    def settings(self):
        return queries.payment_settings()

    def people(self, data=None):
        tiers = tours_queries.price_tiers(self.schedule.variant, on=self.schedule.date)
        return QuantitiesForm(data, schedule=self.schedule, tiers=tiers)

    def quote(self, people, data=None):
        if not (people.is_bound and people.is_valid()):
            return None
        request = queries.QuoteRequest(self.schedule, people.quantities)
        code = data.get("code", "").strip() if data else ""
        key = data.get("customer", "") if data else ""
        return queries.quote(
            [request],
            organization=self.settings.organization,
            now=self.now,
            codes=[code] if code else [],
            customer=Customer.objects.filter(pk=key).first() if code and key.isdecimal() else None,
        )

    def booker(self, data=None, *, total_minor):
        organization = self.settings.organization
        found = self.found(data) if data is not None else [self.customer] if self.customer else []
        chosen = data.get("customer", "") if data is not None else str(self.customer.pk if self.customer else "")
        customer = next((row for row in found if str(row.pk) == chosen), None)
        offers = queries.payment_methods(
            self.settings,
            # Before people are chosen every way of paying is offered.
            total_minor=total_minor if total_minor is not None else 10**6,
            currency=organization.currency,
            invoiced=customer is not None and customer.pays_by_invoice,
        )
        methods = staff_methods(offers, may_confirm=self.request.user.has_perm("commerce.confirm_payment"))
        if data is not None and total_minor == 0:
            # Whatever was chosen before it was clear that there is nothing to pay.
            data = data.copy()
            data["method"] = PaymentMethod.FREE.value
        return BookingForm(
            data,
            organization=organization,
            methods=methods,
            found=found,
            initial={
                "token": uuid4(),
                "customer": self.customer.pk if self.customer else "",
                "language": (self.customer and self.customer.language) or organization.default_language,
            },
        )

    def found(self, data):
        """The customers to choose from: those that fit what was typed, and the one that was chosen."""
        text, chosen = data.get("search", "").strip(), data.get("customer", "")
        rows = list(crm_queries.search_customers(text)[:MOST_FOUND]) if len(text) > 1 else []
        if chosen.isdecimal() and all(str(row.pk) != chosen for row in rows):
            rows += Customer.objects.filter(pk=chosen)
        return rows

    def get(self, request, *args, **kwargs):
        return self.show(self.people(), self.booker(total_minor=None))

    def post(self, request, *args, **kwargs):
        people = self.people(request.POST)
        quote = self.quote(people, request.POST)
        booker = self.booker(request.POST, total_minor=quote.total_minor if quote else None)
        for refused in quote.refused_codes if quote else ():
            booker.add_error("code", refused.message)
        if "find" in request.POST or "price" in request.POST:
            return self.show(people, booker, quote=quote, is_draft=True)
        if not (people.is_valid() & booker.is_valid()):
            return self.show(people, booker, quote=quote, status=422)
        try:
            order = self.book(people, booker.cleaned_data)
        except operations.OrderRefused as refused:
            return self.show(people, booker, quote=refused.quote or quote, notice=refused.message, status=409)
        total = format_money(order.total_minor, order.currency)
        messages.success(
            request, _("Order %(number)s over %(total)s is booked.") % {"number": order.number, "total": total}
        )
        return redirect("orders:inspect", order.pk)

    def seen_minor(self, people):
        """What staff were shown for these people, who may have been told it; None when they did not ask."""
        seen, _sign, total = self.request.POST.get("seen", "").partition("=")
        return int(total) if total.isdecimal() and seen == chosen_people(people.quantities) else None

    def book(self, people, values):
        customer = values["customer"]
        is_cash = values["method"] == CASH
        phone = values["phone"] or (customer.phone if customer else None)
        return operations.place_order(
            [operations.CartLine(str(self.schedule.public_id), people.quantities, self.seen_minor(people))],
            contact=operations.Contact(
                first_name=values["first_name"] or (customer.first_name if customer else ""),
                last_name=values["last_name"] or (customer.last_name if customer else ""),
                email=values["email"] or (customer.email if customer else ""),
                phone=phone.as_e164 if phone else "",
                note=values["note"],
                language=values["language"],
            ),
            method=PaymentMethod.MANUAL if is_cash else PaymentMethod(values["method"]),
            source=OrderSource.STAFF,
            customer=customer,
            checkout_token=values["token"],
            codes=[values["code"]] if values["code"] else [],
            now=self.now,
            actor=self.request.user,
        )

    def plan(self, quote, booker):
        """What the guest pays now and what later, by the way of paying that is chosen."""
        method = booker["method"].value()
        return queries.plan_of(
            [(self.schedule, quote.total_minor)],
            method=PaymentMethod.MANUAL if method not in PaymentMethod.values else method,
            currency=quote.currency,
            today=self.now.astimezone(self.settings.organization.zone).date(),
        )

    def show(self, people, booker, *, quote=None, notice="", is_draft=False, status=200):
        if is_draft:
            # Somebody who looks for a customer has not finished typing; what is wrong with a code is told at once.
            wrong = booker.errors.pop("code", None)
            booker.errors.clear()
            if wrong:
                booker.errors["code"] = wrong
        context = self.get_context_data(
            schedule=self.schedule,
            people=people,
            booker=booker,
            rows=[(tier, translated(tier, "name"), field) for tier, field in people.rows],
            quote=quote,
            plan=self.plan(quote, booker) if quote else None,
            seen=f"{chosen_people(people.quantities)}={quote.total_minor}" if quote else "",
            currency=self.settings.organization.currency,
            notice=notice,
            other_url=f"{reverse('orders:new')}?tour={self.schedule.tour_id}",
        )
        return self.render_to_response(context, status=status)
