"""What the log is about in tours."""

from django.utils.translation import gettext_lazy as _

from tenancy.audit import Area


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
        "schedule.guaranteed": _("%(who)s promised that the departure %(record)s takes place"),
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
