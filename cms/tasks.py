from cms import operations
from tenancy.jobs import enqueue_for, sweep_job, tenant_job
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


@sweep_job("cms.sweep_search")
def sweep_search() -> None:
    for organization_id in Organization.objects.filter(status="active").values_list("pk", flat=True):
        enqueue_for(organization_id, "cms.index_new_pages")


@sweep_job("cms.publish_scheduled")
def publish_scheduled() -> None:
    for organization_id in Organization.objects.filter(status="active").values_list("pk", flat=True):
        enqueue_for(organization_id, "cms.publish_due_pages")
