from django.utils import timezone

from tenancy.jobs import enqueue_once, sweep_job, tenant_job
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
        enqueue_once(organization_id, "tours.generate_schedules", pattern_id=pattern_id)


@tenant_job("tours.remind_guide")
def remind_guide(*, assignment_id: int) -> None:
    operations.remind_guide(assignment_id, now=timezone.now())


@sweep_job("tours.sweep_guide_requests")
def sweep_guide_requests() -> None:
    for assignment_id, organization_id in queries.due_reminders(now=timezone.now()):
        enqueue_once(organization_id, "tours.remind_guide", assignment_id=assignment_id)


@tenant_job("tours.read_guide_feed")
def read_guide_feed(*, feed_id: int) -> None:
    operations.read_feed(feed_id, now=timezone.now())


@sweep_job("tours.sweep_guide_feeds")
def sweep_guide_feeds() -> None:
    for feed_id, organization_id in queries.due_feeds(now=timezone.now()):
        enqueue_once(organization_id, "tours.read_guide_feed", feed_id=feed_id)


@tenant_job("tours.propose_decision")
def propose_decision(*, schedule_id: int) -> None:
    operations.propose_decision(schedule_id, now=timezone.now())


@sweep_job("tours.sweep_minimums")
def sweep_minimums() -> None:
    now = timezone.now()
    operations.settle_decisions(now=now)
    for schedule_id, organization_id in queries.short_schedules(now=now).values_list("pk", "organization_id"):
        enqueue_once(organization_id, "tours.propose_decision", schedule_id=schedule_id)
