from wagtail import hooks
from wagtail.permissions import register_permission_policy

from tenancy.permissions import ReadOnlyPolicy
from tours.models import Booking, DepartureDecision, Schedule
from tours.panels import attention_kinds, audit_areas, linkable_records, message_kinds, today_items
from tours.permissions import SchedulePolicy
from tours.viewsets import (
    BookingViewSet,
    CalendarMenuItem,
    CertificationViewSet,
    DecisionViewSet,
    EarlyBirdViewSet,
    GroupDiscountViewSet,
    GuideSettingsViewSet,
    GuideViewSet,
    MyDeparturesViewSet,
    PatternViewSet,
    PricesMenuItem,
    ResourceViewSet,
    ScheduleViewSet,
    SeasonViewSet,
    SwapViewSet,
    TourTagViewSet,
    TourViewSet,
)

register_permission_policy(Booking, ReadOnlyPolicy(Booking))
register_permission_policy(DepartureDecision, ReadOnlyPolicy(DepartureDecision))
register_permission_policy(Schedule, SchedulePolicy(Schedule))


@hooks.register("register_admin_viewset")
def register_tours():
    return [
        ScheduleViewSet(),
        MyDeparturesViewSet(),
        PatternViewSet(),
        TourViewSet(),
        TourTagViewSet(),
        GuideViewSet(),
        CertificationViewSet(),
        GuideSettingsViewSet(),
        SwapViewSet(),
        ResourceViewSet(),
        DecisionViewSet(),
        BookingViewSet(),
        SeasonViewSet(),
        EarlyBirdViewSet(),
        GroupDiscountViewSet(),
    ]


@hooks.register("register_admin_menu_item")
def register_calendar():
    return CalendarMenuItem()


@hooks.register("register_admin_menu_item")
def register_prices():
    return PricesMenuItem()


hooks.register("audit_sentences", audit_areas)
hooks.register("message_kinds", message_kinds)
hooks.register("today_items", today_items)
hooks.register("linkable_records", linkable_records)
hooks.register("attention_kinds", attention_kinds)
