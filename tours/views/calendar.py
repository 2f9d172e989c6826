from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tours import operations, queries
from tours.enums import CalendarGrouping, Fullness
from tours.enums import CalendarView as View
from tours.forms import CalendarForm, MoveForm
from tours.models import Schedule
from tours.rules import calendar_period, clock_change, staff_verbs
from tours.views.schedules import departure_with_zone, report_moved, schedules_shown, schedules_title

# How many departures of a day, or of a tour or guide on it, are shown; the rest is counted.
LIMITS = {View.MONTH: 4, View.WEEK: 12, View.DAY: 300}
LIMIT_OF_GROUP = {View.WEEK: 4, View.DAY: 100}
MOVED = "moved_schedule"


@dataclass
class Cell:
    """A day, or a group's part of one."""

    date: date
    url: str
    in_period: bool = True
    is_today: bool = False
    clocks: str = ""
    figures: queries.Figures | None = None
    entries: list[queries.CalendarEntry] = field(default_factory=list)
    groups: list[tuple[str, queries.Figures]] = field(default_factory=list)
    # Groups that are not shown.
    left_out: int = 0

    @property
    def more(self):
        """How many departures, or groups, are not shown."""
        if self.groups or self.figures is None:
            return self.left_out
        return self.figures.departures - len(self.entries) if self.entries else 0


class CalendarView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Schedule
    permission_required = "view"
    template_name = "tours/calendar.html"
    page_title = gettext_lazy("Calendar")
    header_icon = "calendar-alt"

    def get_breadcrumbs_items(self):
        schedules = {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)}
        return [*self.breadcrumbs_items, schedules, {"url": "", "label": self.page_title}]

    def address(self, **changed):
        """The address of the calendar as it is, but for what is changed."""
        values = {name: value for name, value in {**self.values, **changed}.items() if value not in (None, "")}
        return f"{reverse('schedules:calendar')}?{urlencode({name: str(value) for name, value in values.items()})}"

    def get_context_data(self, **kwargs):
        user, zone = self.request.user, self.request.organization.zone
        shown = schedules_shown(user)
        sees_all = user.has_perm("tours.view_schedule")
        self.guides = queries.guide_names()
        self.variants = queries.variants_of_schedules(None if sees_all else shown)
        self.today = timezone.localdate(timezone=zone)
        self.form = CalendarForm(
            self.request.GET, variants=self.variants.values(), guides=self.guides if sees_all else {}
        )
        self.values = values = {"day": self.today, **self.form.values}
        self.zone = zone
        first_weekday = (get_format("FIRST_DAY_OF_WEEK") - 1) % 7
        period = calendar_period(values["view"], values["day"], first_weekday=first_weekday)
        values["day"] = min(max(values["day"], period.first), period.last)
        found = queries.schedules_of_calendar(
            shown, first=period.first, last=period.last, **{name: values[name] for name in CalendarForm.FILTERS}
        )
        filters = [name for name in CalendarForm.FILTERS if values[name]]
        cells = self.cells(found, period)
        return {
            **super().get_context_data(**kwargs),
            **cells,
            "form": self.form,
            "fields": [self.form[name] for name in ("by", *CalendarForm.FILTERS) if name in self.form.fields],
            "period": period,
            "title": self.title(period),
            "view": values["view"],
            "by": values["by"],
            "views": [(view, self.address(view=view)) for view in View],
            "previous_url": self.address(day=period.previous),
            "next_url": self.address(day=period.next),
            "today_url": self.address(day=self.today),
            "here": self.address(),
            "filters": len(filters),
            "reset_url": self.address(**dict.fromkeys(CalendarForm.FILTERS)),
            "organization_zone": zone.key,
            "may_change": user.has_perm("tours.change_schedule"),
            "may_add": user.has_perm("tours.add_schedule"),
            "is_empty": not cells.get("rows") and not any(cell.figures for week in cells["weeks"] for cell in week),
            "moved": self.request.session.pop(MOVED, None),
            "legend": Fullness.choices,
        }

    def title(self, period):
        if period.view == View.MONTH:
            return date_format(period.first, "YEAR_MONTH_FORMAT")
        if period.view == View.DAY:
            return f"{date_format(period.first, 'l')}, {date_format(period.first)}"
        return f"{date_format(period.first, _('j M'))} – {date_format(period.last, _('j M Y'))}"

    def cell(self, day, period):
        return Cell(
            day,
            self.address(view=View.DAY, day=day),
            in_period=period.first <= day <= period.last,
            is_today=day == self.today,
            clocks=clocks_in_words(clock_change(day, self.zone)),
        )

    def cells(self, found, period):
        """The weeks with what stands on their days and, when a week or a day is grouped, a row for each group."""
        by, weeks = self.values["by"], [[self.cell(day, period) for day in week] for week in period.weeks]
        days = {cell.date: cell for week in weeks for cell in week}
        if by == CalendarGrouping.TIME:
            self.fill(found, LIMITS[period.view], lambda day, _key: days[day])
            return {"weeks": weeks}
        if period.view == View.MONTH:
            self.count(found, days)
            return {"weeks": weeks}
        cells = defaultdict(lambda: {day: self.cell(day, period) for day in days})
        self.fill(found, LIMIT_OF_GROUP[period.view], lambda day, key: cells[key][day])
        if by == CalendarGrouping.TOUR:
            for day, cell in days.items():
                cell.figures = sum_of(row[day].figures for row in cells.values())
        names = self.names(cells)
        return {
            "weeks": weeks,
            "rows": [(names[key][1], list(cells[key].values())) for key in sorted(cells, key=names.get)],
        }

    def fill(self, found, limit, cell_at):
        """Put departures and figures into the cells they belong to."""
        entries, figures = queries.calendar_entries(found, by=self.values["by"], limit=limit, variants=self.variants)
        for place, one in figures.items():
            cell_at(*place).figures = one
        for entry in entries:
            cell_at(entry.date, entry.group).entries.append(entry)

    def count(self, found, days):
        """Put the figures of each group on its day; what a departure with two guides is counted twice under, it is once in all."""
        by = self.values["by"]
        groups = queries.calendar_figures(found, by=by)
        names = self.names(key for _day, key in groups)
        for (day, key), one in sorted(groups.items(), key=lambda item: names[item[0][1]]):
            days[day].groups.append((names[key][1], one))
        in_all = queries.calendar_figures(found) if by == CalendarGrouping.GUIDE else {}
        for day, cell in days.items():
            cell.figures = in_all.get((day, None)) or sum_of(one for _name, one in cell.groups)
            cell.groups, cell.left_out = cell.groups[: LIMITS[View.MONTH]], len(cell.groups[LIMITS[View.MONTH] :])

    def names(self, keys):
        """For each group what it is sorted by, and its name; nobody comes first."""
        tours = dict(self.form.fields["tour"].choices)
        names = tours if self.values["by"] == CalendarGrouping.TOUR else {**self.guides, None: _("Nobody yet")}
        return {key: ((key is not None, names[key].casefold(), key or 0), names[key]) for key in keys}


def sum_of(figures):
    """Several figures as one, or None when there are none."""
    there = [one for one in figures if one is not None]
    return sum(there[1:], start=there[0]) if there else None


def clocks_in_words(change):
    if change > timedelta():
        return _("Clocks go forward")
    return _("Clocks go back") if change < timedelta() else ""


class MoveScheduleView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    model = Schedule
    permission_required = "change"
    form_class = MoveForm
    template_name = "tours/move_schedule.html"
    page_title = gettext_lazy("Move departure")
    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        self.schedule = get_object_or_404(Schedule.objects.select_related("tour", "variant"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if not staff_verbs(self.schedule.status):
            return redirect("schedules:inspect", self.schedule.pk)
        if self.schedule.booked_count:
            return redirect(reschedule_url(self.schedule, request.GET))
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.schedule.booked_count and staff_verbs(self.schedule.status):
            return redirect(reschedule_url(self.schedule, request.POST))
        return super().post(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        calendar = {"url": reverse("schedules:calendar"), "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.page_title}]

    def get_initial(self):
        given = self.request.GET
        return {
            "date": given.get("date") or self.schedule.date,
            "start_time": given.get("start_time") or self.schedule.start_time,
            "expected": self.schedule.starts_at.isoformat(),
            "next": given.get("next", ""),
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "when": departure_with_zone(self.schedule),
            "guides": queries.guides_of(self.schedule),
            "back_url": self.next_url(),
            "media": context["form"].media,
        }

    def next_url(self, day=None):
        """Where the person came from, or the calendar at the departure's day."""
        wanted = self.request.POST.get("next") or self.request.GET.get("next") or ""
        if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/admin/"):
            return wanted
        return f"{reverse('schedules:calendar')}?view=week&day={day or self.schedule.date}"

    def form_valid(self, form):
        values, before = form.cleaned_data, self.schedule
        try:
            moved = operations.move_schedule(
                before,
                date=values["date"],
                start_time=values["start_time"],
                expected=values["expected"],
                now=timezone.now(),
                actor=self.request.user,
            )
        except (operations.ScheduleRefused, operations.AssignmentRefused) as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        if moved.starts_at != before.starts_at:
            self.request.session[MOVED] = {
                "pk": moved.pk,
                "tour": str(moved.tour),
                "when": departure_with_zone(moved),
                "date": f"{before.date}",
                "start_time": f"{before.start_time:%H:%M}",
                "expected": moved.starts_at.isoformat(),
            }
        if moved.start_time != values["start_time"]:
            report_moved(self.request, moved.date, moved.start_time)
        return redirect(self.next_url(moved.date))


def reschedule_url(schedule, given):
    """Where a departure with bookings is moved: its guests are told, and may choose."""
    wanted = {name: given[name] for name in ("date", "start_time") if given.get(name)}
    url = reverse("schedules:reschedule", args=[schedule.pk])
    return f"{url}?{urlencode(wanted)}" if wanted else url
