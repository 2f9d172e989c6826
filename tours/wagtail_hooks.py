from wagtail import hooks
from wagtail.permissions import register_permission_policy

from tenancy.permissions import ReadOnlyPolicy
from tours.models import Booking
from tours.viewsets import BookingViewSet, ScheduleViewSet, TourViewSet

register_permission_policy(Booking, ReadOnlyPolicy(Booking))


@hooks.register("register_admin_viewset")
def register_tours():
    return [ScheduleViewSet(), TourViewSet(), BookingViewSet()]
