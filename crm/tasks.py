from django.utils import timezone

from crm import operations, queries
from tenancy.jobs import enqueue_once, sweep_job, tenant_job
from tenancy.models import Organization


@tenant_job("crm.send_message")
def send_message(*, message_id: int) -> None:
    operations.send_message(message_id, now=timezone.now())


@sweep_job("crm.sweep_messages")
def sweep_messages() -> None:
    for message_id, organization_id in queries.due_messages(now=timezone.now()):
        enqueue_once(organization_id, "crm.send_message", message_id=message_id)


@tenant_job("crm.read_document")
def read_document(*, version_id: int) -> None:
    operations.read_document(version_id, now=timezone.now())


@sweep_job("crm.sweep_documents")
def sweep_documents() -> None:
    for version_id, organization_id in queries.unread_versions(now=timezone.now()):
        enqueue_once(organization_id, "crm.read_document", version_id=version_id)


@sweep_job("crm.sweep_files")
def sweep_files() -> None:
    for organization in Organization.objects.order_by("pk"):
        operations.remove_orphans(organization, now=timezone.now())


@tenant_job("crm.remind_of_task")
def remind_of_task(*, task_id: int) -> None:
    operations.remind_of_task(task_id, now=timezone.now())


@sweep_job("crm.sweep_task_reminders")
def sweep_task_reminders() -> None:
    for task_id, organization_id in queries.due_task_reminders(now=timezone.now()):
        enqueue_once(organization_id, "crm.remind_of_task", task_id=task_id)


@tenant_job("crm.find_duplicates")
def find_duplicates() -> None:
    operations.find_duplicates()


@sweep_job("crm.sweep_duplicates")
def sweep_duplicates() -> None:
    for organization_id in queries.organizations_to_compare():
        enqueue_once(organization_id, "crm.find_duplicates")


@sweep_job("crm.sweep_merges")
def sweep_merges() -> None:
    operations.forget_merges(now=timezone.now())


@tenant_job("crm.evaluate_attention")
def evaluate_attention() -> None:
    operations.create_attention_rules()
    operations.evaluate_attention(now=timezone.now())


@tenant_job("crm.look_again")
def look_again(*, model: str, record_id: int) -> None:
    operations.evaluate_record(model, record_id, now=timezone.now())


@sweep_job("crm.sweep_attention")
def sweep_attention() -> None:
    for organization_id in Organization.objects.order_by("pk").values_list("pk", flat=True):
        enqueue_once(organization_id, "crm.evaluate_attention")


@tenant_job("crm.send_digest")
def send_digest(*, digest_id: int) -> None:
    operations.send_digest(digest_id, now=timezone.now())


@sweep_job("crm.sweep_digests")
def sweep_digests() -> None:
    for digest_id, organization_id in queries.due_digests(now=timezone.now()):
        enqueue_once(organization_id, "crm.send_digest", digest_id=digest_id)


@tenant_job("crm.work_on_import")
def work_on_import(*, import_id: int) -> None:
    operations.work_on_import(import_id, now=timezone.now())


@sweep_job("crm.sweep_imports")
def sweep_imports() -> None:
    for import_id, organization_id in queries.imports_to_go_on(now=timezone.now()):
        enqueue_once(organization_id, "crm.work_on_import", import_id=import_id)


@sweep_job("crm.forget_imports")
def forget_imports() -> None:
    operations.forget_imports(now=timezone.now())
