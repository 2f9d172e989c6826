"""Verbs that change customers, protocols and messages."""

from crm.operations.activities import record_activity
from crm.operations.attention import (
    create_attention_rules,
    evaluate_attention,
    evaluate_record,
    evaluate_soon,
    finish_attention,
    look_again,
    reopen_attention,
    send_digest,
    set_digest,
    snooze_attention,
)
from crm.operations.customers import find_or_create_customer, record_consent
from crm.operations.dependencies import add_dependency, remove_dependency
from crm.operations.documents import (
    NoRoomLeft,
    add_version,
    count_download,
    read_document,
    remove_orphans,
    revoke_share,
    set_document_tags,
    share_version,
    upload_documents,
)
from crm.operations.duplicates import dismiss_pair, find_duplicates
from crm.operations.follow_ups import set_follow_up
from crm.operations.links import LinkRefused, set_links
from crm.operations.merging import (
    CHOSEN,
    Combining,
    MergeRefused,
    forget_merges,
    merge_customers,
    release_address,
    undo_merge,
)
from crm.operations.messages import SWEEP_AFTER, queue_message, retry_message, send_message
from crm.operations.protocols import (
    add_files,
    log_protocol,
    relink_protocol,
    remove_files,
    set_participants,
)
from crm.operations.tags import pin, set_tags, unpin
from crm.operations.task_letters import remind_of_task
from crm.operations.tasks import (
    TaskRefused,
    add_item,
    change_tasks,
    comment_on_task,
    end_series,
    move_task,
    request_task,
    settle_task,
    tick_item,
    watch_task,
)

__all__ = [
    "CHOSEN",
    "SWEEP_AFTER",
    "Combining",
    "LinkRefused",
    "MergeRefused",
    "NoRoomLeft",
    "TaskRefused",
    "add_dependency",
    "add_files",
    "add_item",
    "add_version",
    "change_tasks",
    "comment_on_task",
    "count_download",
    "create_attention_rules",
    "dismiss_pair",
    "end_series",
    "evaluate_attention",
    "evaluate_record",
    "evaluate_soon",
    "find_duplicates",
    "find_or_create_customer",
    "finish_attention",
    "forget_merges",
    "log_protocol",
    "look_again",
    "merge_customers",
    "move_task",
    "pin",
    "queue_message",
    "read_document",
    "record_activity",
    "record_consent",
    "release_address",
    "relink_protocol",
    "remind_of_task",
    "remove_dependency",
    "remove_files",
    "remove_orphans",
    "reopen_attention",
    "request_task",
    "retry_message",
    "revoke_share",
    "send_digest",
    "send_message",
    "set_digest",
    "set_document_tags",
    "set_follow_up",
    "set_links",
    "set_participants",
    "set_tags",
    "settle_task",
    "share_version",
    "snooze_attention",
    "tick_item",
    "undo_merge",
    "unpin",
    "upload_documents",
    "watch_task",
]
