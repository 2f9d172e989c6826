from tours.viewsets.bookings import (
    BookingViewSet,
)
from tours.viewsets.guides import (
    GuideViewSet,
)
from tours.viewsets.my_departures import (
    MyDeparturesViewSet,
)
from tours.viewsets.patterns import (
    PatternViewSet,
)
from tours.viewsets.schedules import (
    CalendarMenuItem,
    ScheduleViewSet,
)
from tours.viewsets.tours import (
    TourViewSet,
)

__all__ = [
    "BookingViewSet",
    "CalendarMenuItem",
    "GuideViewSet",
    "MyDeparturesViewSet",
    "PatternViewSet",
    "ScheduleViewSet",
    "TourViewSet",
]
