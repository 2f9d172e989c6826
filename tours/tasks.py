from django.utils import timezone

from tenancy.jobs import sweep_job
from tours import operations


@sweep_job("tours.sweep_departed")
def sweep_departed() -> None:
    operations.complete_departed(now=timezone.now())
