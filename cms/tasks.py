from django.utils import timezone

from cms import operations
from cms.queries.links import organizations_with_due_links
from tenancy.jobs import enqueue, enqueue_once, sweep_job, tenant_job
from tenancy.models import Organization, User
from tenancy.queries import current_organization


@tenant_job("cms.publish_due_pages")
def publish_due_pages() -> None:
    operations.publish_due_pages()


@tenant_job("cms.draft_translations")
def draft_translations(language: str, user_id: int) -> None:
    actor = User.objects.filter(pk=user_id).first()
    operations.draft_translations(current_organization(), language=language, actor=actor)


@tenant_job("cms.index_new_pages")
def index_new_pages() -> None:
    operations.index_new_pages()


@tenant_job("cms.find_links")
def find_links() -> None:
    operations.find_links(now=timezone.now())
    enqueue("cms.check_links")


@tenant_job("cms.check_links")
def check_links() -> None:
    if operations.check_due_links(now=timezone.now()):
        enqueue("cms.check_links")


@sweep_job("cms.sweep_links")
def sweep_links() -> None:
    for organization_id in organizations_with_due_links(now=timezone.now()):
        enqueue_once(organization_id, "cms.check_links")


@sweep_job("cms.sweep_link_holders")
def sweep_link_holders() -> None:
    for organization_id in Organization.objects.filter(status="active").values_list("pk", flat=True):
        enqueue_once(organization_id, "cms.find_links")


@sweep_job("cms.sweep_search")
def sweep_search() -> None:
    for organization_id in Organization.objects.filter(status="active").values_list("pk", flat=True):
        enqueue_once(organization_id, "cms.index_new_pages")


@sweep_job("cms.publish_scheduled")
def publish_scheduled() -> None:
    for organization_id in Organization.objects.filter(status="active").values_list("pk", flat=True):
        enqueue_once(organization_id, "cms.publish_due_pages")
