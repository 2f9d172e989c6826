"""The admin's form of a tour; what of departures waits for somebody."""

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)

from tenancy.audit import Area
from tenancy.fields import translated
from tenancy.forms import TenantForm
from tenancy.panels import TodayItem
from tours.enums import PatternKind
from tours.forms import NeedFormSet, PatternForm, PriceFormSet, ResourceForm, StopFormSet, TourForm, VariantFormSet
from tours.models import Guide, Schedule
from tours.queries import (
    CertificateWarning,
    certificate_warnings,
    decisions_waiting,
    declined_requests,
    failing_feeds,
    requests_to,
    requests_unanswered,
    swaps_open_to,
    swaps_to_decide,
)


class FormSetPanel(InlinePanel):
    """An inline panel whose formset is a class of ours, of forms for a tenant's record."""

    def __init__(self, *args: Any, formset: type[BaseChildFormSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formset = formset

    def clone_kwargs(self) -> dict[str, Any]:
        """Return what a copy of the panel is made with."""
        return {**super().clone_kwargs(), "formset": self.formset}

    def get_form_options(self) -> dict[str, Any]:
        """Return Wagtail's options with the classes of formset and form."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name].update(form=TenantForm, formset=self.formset)
        return options


ABOUT = ObjectList(
    [
        MultiFieldPanel(
            [
                TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
                FieldPanel("name_translations"),
                FieldPanel("slug"),
                FieldPanel("status", help_text=_("Guests see and book active tours only.")),
            ],
            heading=_("Name"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("category"), FieldPanel("difficulty")]),
                FieldPanel("languages"),
                FieldPanel("wheelchair_accessible"),
                FieldPanel("accessibility_note", help_text=_("Steps, kerbs, distances, where to sit down.")),
            ],
            heading=_("What guests should know"),
            help_text=_("What the tour is about stands on its page (Pages); here is what can be booked."),
        ),
        MultiFieldPanel([FieldPanel("asks_for_details")], heading=_("What guests tell us")),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("duration_minutes"),
                        FieldPanel("capacity", help_text=_("Most guests on one departure.")),
                    ]
                ),
                FieldRowPanel([FieldPanel("min_participants"), FieldPanel("decision_hours")]),
                FieldPanel("cutoff_minutes"),
            ],
            heading=_("Time and places"),
            help_text=_("New departures take these over. Those that exist stay as they are."),
        ),
        MultiFieldPanel([FieldPanel("meeting_point"), FieldPanel("end_point")], heading=_("Where it begins and ends")),
        FieldPanel("required_certification"),
    ],
    heading=_("Tour"),
)

VARIANTS = ObjectList(
    [
        FormSetPanel(
            "variants",
            panels=[
                FieldPanel("name", help_text=_("Such as Group, Private, Morning.")),
                FieldPanel("name_translations"),
                FieldPanel("kind"),
                FieldRowPanel(
                    [FieldPanel("duration_minutes"), FieldPanel("capacity"), FieldPanel("cutoff_minutes")],
                    help_text=_("Empty: as the tour."),
                ),
                FieldRowPanel(
                    [FieldPanel("min_participants"), FieldPanel("decision_hours")], help_text=_("Empty: as the tour.")
                ),
                FieldPanel("is_active"),
            ],
            heading=_("Variants"),
            label=_("Variant"),
            min_num=1,
            help_text=_(
                "The forms in which the tour takes place. Departures belong to a variant; one is enough to begin with."
            ),
            formset=VariantFormSet,
        )
    ],
    heading=_("Variants"),
)

PRICES = ObjectList(
    [
        FormSetPanel(
            "pricing_tiers",
            panels=[
                FieldRowPanel([FieldPanel("name", help_text=_("Such as Adult, Child.")), FieldPanel("price_minor")]),
                FieldPanel("name_translations"),
                FieldRowPanel([FieldPanel("min_age"), FieldPanel("max_age"), FieldPanel("seats")]),
                FieldRowPanel(
                    [FieldPanel("valid_from"), FieldPanel("valid_until")],
                    help_text=_("By the day of the departure. Empty: always."),
                ),
                FieldPanel("variant"),
                FieldPanel("is_default"),
            ],
            heading=_("Prices"),
            label=_("Price"),
            help_text=_(
                "What one person of each kind pays. Orders keep the price of the day they were placed."
                " To give a new variant prices of its own, save the tour first."
            ),
            formset=PriceFormSet,
        )
    ],
    heading=_("Prices"),
)

STOPS = ObjectList(
    [
        FormSetPanel(
            "stops",
            panels=[FieldPanel("title"), FieldPanel("title_translations"), FieldPanel("place")],
            heading=_("Stops"),
            label=_("Stop"),
            help_text=_(
                "In the order of the walk; drag them or use the arrows. What guests read and hear at each stands on the tour's page."
            ),
            formset=StopFormSet,
        )
    ],
    heading=_("Stops"),
)

TOUR_FORM = TabbedInterface([ABOUT, VARIANTS, PRICES, STOPS], base_form_class=TourForm)


def _of_kinds(*kinds: PatternKind) -> dict[str, str]:
    """What makes Wagtail's script show a panel for these kinds of pattern only."""
    return {"data-w-rules-target": "show", "data-w-rules": json.dumps({"kind": list(kinds)})}


PATTERN_FORM = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("variant"),
                FieldPanel("kind"),
                HelpPanel(
                    _(
                        "Guests read on the tour's page that you offer more on request, with your e-mail address and phone number."
                    ),
                    attrs=_of_kinds(PatternKind.ON_REQUEST),
                ),
            ],
            heading=_("What leaves"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("weekdays"),
                FieldPanel(
                    "every_weeks",
                    help_text=_("1: every week. 2: every second week, beginning with that of the first day."),
                ),
                FieldPanel(
                    "rule",
                    help_text=_(
                        "Instead of weekdays, in the words of calendars: FREQ=MONTHLY;BYDAY=1SA is the first Saturday of each month."
                    ),
                ),
            ],
            heading=_("Weekdays"),
            attrs=_of_kinds(PatternKind.RECURRING),
        ),
        MultiFieldPanel(
            [FieldPanel("start_times")],
            heading=_("Times of day"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("valid_from"), FieldPanel("valid_until", help_text=_("Empty: until further notice."))]
                )
            ],
            heading=_("From when until when"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.ON_REQUEST),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "dates",
                    help_text=_(
                        "One on each line. With weekdays, these days come besides. A span: 2031-07-01 – 2031-07-14."
                    ),
                ),
                FieldPanel(
                    "excluded_dates",
                    help_text=_("Holidays and the like, one on each line. A span: 2031-12-24 – 2032-01-01."),
                    attrs=_of_kinds(PatternKind.RECURRING),
                ),
            ],
            heading=_("Single days"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [
                FieldPanel("language"),
                FieldPanel("capacity", help_text=_("Empty: those of the variant.")),
                FieldPanel(
                    "months_ahead",
                    help_text=_("How far ahead departures are made. Each night the next day is added."),
                ),
            ],
            heading=_("The departures"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [FieldPanel("is_active", help_text=_("Untick it to make no new departures. Those that exist stay."))],
            heading=_("Status"),
        ),
    ],
    base_form_class=PatternForm,
    attrs={"data-controller": "w-rules", "data-action": "change->w-rules#resolve"},
)


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return the departures about which something must be decided, and the guides who have not answered."""
    user, now = request.user, timezone.now()
    if user.has_perm("tours.change_schedule"):
        too_few = [
            _waiting(
                decision.schedule,
                gettext("Too few participants: %(booked)d of at least %(minimum)d")
                % {"booked": decision.schedule.booked_count, "minimum": decision.minimum},
                url=reverse("decisions:decide", args=[decision.pk]),
                order=15,
            )
            for decision in decisions_waiting()
        ]
        asked = [
            _waiting(
                assignment.schedule,
                gettext("%(guide)s has not answered yet") % {"guide": assignment.guide},
                order=45,
                page="guides",
            )
            for assignment in requests_unanswered(now=now)
        ]
        return [*too_few, *asked, *_of_guides(timezone.localdate(now, timezone=request.organization.zone), now=now)]
    if user.has_perm("tours.lead_schedule"):
        return [
            *(
                _waiting(assignment.schedule, gettext("You are asked to lead it"), order=5)
                for assignment in requests_to(user, now=now)
            ),
            *(
                _waiting(
                    swap.assignment.schedule,
                    gettext("%(guide)s would like to hand it over") % {"guide": swap.assignment.guide},
                    order=46,
                    url=reverse("swaps:index"),
                )
                for swap in swaps_open_to(user)
            ),
        ]
    return []


def _of_guides(today: date, *, now: datetime) -> list[TodayItem]:
    """What guides need from the team: somebody else, consent, a new certificate, another calendar."""
    declined = [
        _waiting(row.schedule, gettext("%(guide)s has declined") % {"guide": row.guide}, order=44, page="guides")
        for row in declined_requests(now=now)
    ]
    swaps = [
        _waiting(
            swap.assignment.schedule,
            gettext("%(taker)s would take over from %(guide)s") % {"taker": swap.taker, "guide": swap.assignment.guide},
            order=46,
            url=reverse("swaps:index"),
        )
        for swap in swaps_to_decide()
    ]
    certificates = [
        _about(warning.certification.guide, certificate_in_words(warning), order=47)
        for warning in certificate_warnings(today=today)
    ]
    feeds = [_about(feed.guide, feed.get_problem_display(), order=48) for feed in failing_feeds()]
    return [*declined, *swaps, *certificates, *feeds]


def certificate_in_words(warning: CertificateWarning) -> str:
    """Return which certificate ends when, or has ended, in the active language."""
    row = warning.certification
    text = gettext("%(certificate)s until %(day)s") if warning.days else gettext("%(certificate)s ended on %(day)s")
    return text % {"certificate": row.certification, "day": date_format(row.expires_on)}


def _about(guide: Guide, note: str, *, order: int) -> TodayItem:
    return TodayItem(guide.name, reverse("guides:edit", args=[guide.pk]), note, order=order)


def _waiting(schedule: Schedule, note: str, *, order: int, page: str = "inspect", url: str = "") -> TodayItem:
    when = date_format(schedule.local_start, gettext("D j M Y, H:i"))
    name = f"{translated(schedule.tour, 'name')}, {when}"
    return TodayItem(name, url or reverse(f"schedules:{page}", args=[schedule.pk]), note, order=order)


RESOURCE_FORM = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name", help_text=_("Such as Minibus, Kayak, Headset.")),
                FieldRowPanel(
                    [
                        FieldPanel("stock", help_text=_("All of them together.")),
                        FieldPanel(
                            "turnaround_minutes",
                            help_text=_(
                                "After a departure, until the next one can use it: to come back, to clean, to charge."
                            ),
                        ),
                    ]
                ),
                FieldPanel(
                    "is_active",
                    help_text=_(
                        "Untick it while none can be used: departures that need it cannot be booked any further."
                    ),
                ),
            ],
            heading=_("Resource"),
        ),
        FormSetPanel(
            "needs",
            panels=[
                FieldPanel("variant"),
                FieldRowPanel([FieldPanel("quantity"), FieldPanel("basis")]),
            ],
            heading=_("What needs it"),
            label=_("Tour"),
            help_text=_(
                "A departure uses it from the first place that is booked or blocked. When none is free at that time,"
                " guests find no place left."
            ),
            formset=NeedFormSet,
        ),
    ],
    base_form_class=ResourceForm,
)


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "schedule.created": _("%(who)s planned the departure %(record)s"),
        "schedule.changed": _("%(who)s changed the departure %(record)s"),
        "schedule.open": _("%(who)s opened the departure %(record)s for booking"),
        "schedule.full": _("%(who)s opened the departure %(record)s for booking; it is full"),
        "schedule.closed": _("%(who)s closed the departure %(record)s for booking"),
        "schedule.completed": _("The departure %(record)s took place"),
        "schedule.cancelled": _("%(who)s cancelled the departure %(record)s"),
        "schedule.moved": _("%(who)s moved the departure %(record)s to another time"),
        "schedule.guides_set": _("%(who)s changed who leads the departure %(record)s"),
        "booking.moved": _("%(who)s changed the departure or the places of the booking %(record)s"),
        "schedule.seats_blocked": _("%(who)s blocked places on the departure %(record)s: %(seats)s"),
        "schedule.seats_unblocked": _("%(who)s offered blocked places of the departure %(record)s again: %(seats)s"),
        "schedule.guide_assigned": _("%(who)s put a guide down for the departure %(record)s"),
        "schedule.guide_asked": _("%(who)s asked a guide to lead the departure %(record)s"),
        "schedule.guide_released": _("%(who)s took a guide off the departure %(record)s"),
        "swap.offered": _("%(who)s offered the departure %(record)s to other guides"),
        "swap.taken": _("%(who)s wants to take over the departure %(record)s"),
        "swap.done": _("The departure %(record)s went to another guide"),
        "swap.refused": _("%(who)s refused a swap of guides for the departure %(record)s"),
        "swap.withdrawn": _("%(who)s withdrew the offer of the departure %(record)s"),
        "assignment.confirmed": _("%(who)s confirmed a guide for the departure %(record)s"),
        "assignment.declined": _("%(who)s declined for a guide of the departure %(record)s"),
        "pattern.applied": _(
            "%(who)s followed the pattern %(record)s: %(added)s departures made, %(adjusted)s adjusted, %(closed)s closed,"
            " %(removed)s removed"
        ),
        "pattern.imported": _("%(who)s imported the pattern %(record)s from a calendar file"),
        "schedule.too_few": _("Too few people have booked the departure %(record)s: %(booked)s of %(minimum)s"),
        "schedule.decided": _("%(who)s decided about the departure %(record)s with too few participants"),
        "planning.changed": _("%(who)s changed who decides about departures with too few participants"),
        "manifest.viewed": _("%(who)s looked at who comes on the departure %(record)s"),
        "manifest.exported": _("%(who)s took the list of who comes on the departure %(record)s as %(format)s"),
        "booking.checked_in": _("%(who)s checked people in: %(record)s"),
        "booking.check_in_undone": _("%(who)s took a check-in back: %(record)s"),
        "booking.no_show": _("%(who)s marked people as not come: %(record)s"),
        "booking.no_show_undone": _("%(who)s took back that people did not come: %(record)s"),
        "booking.people_described": _("%(who)s changed what is known of the people of a booking: %(record)s"),
        "tour_report.written": _("%(who)s wrote a note after the departure %(record)s"),
        "tour.stops_imported": _(
            "%(who)s imported stops of the tour “%(record)s”: %(stops_added)s added, %(stops_removed)s removed"
        ),
    }
    return [Area("tours", _("Tours and departures"), sentences)]
