from django.utils import timezone

from tenancy.jobs import enqueue_for, sweep_job, tenant_job
from tours import operations, queries


@sweep_job("tours.sweep_departed")
def sweep_departed() -> None:
    operations.complete_departed(now=timezone.now())


@tenant_job("tours.generate_schedules")
def generate_schedules(*, pattern_id: int) -> None:
    pattern = queries.patterns_to_follow().filter(pk=pattern_id).first()
    # Somebody may have switched it off or deleted it since the sweep.
    if pattern is not None:
        operations.generate_schedules(pattern, now=timezone.now())


@sweep_job("tours.sweep_patterns")
def sweep_patterns() -> None:
    for pattern_id, organization_id in queries.due_patterns():
        enqueue_for(organization_id, "tours.generate_schedules", pattern_id=pattern_id)
