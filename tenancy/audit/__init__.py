"""The append-only record of what people and the system did: writing it, and telling it in words."""

from tenancy.audit.changes import Change, Snapshot, changes_since, snapshot
from tenancy.audit.entries import Actor, entries_about, erase_personal_data, record, told_entries
from tenancy.audit.words import (
    Area,
    Told,
    action_label,
    areas,
    is_erased,
    known_actions,
    note_of,
    origin_in_words,
    record_kind,
    record_model,
    record_name,
    say,
    told,
    who,
)

__all__ = [
    "Actor",
    "Area",
    "Change",
    "Snapshot",
    "Told",
    "action_label",
    "areas",
    "changes_since",
    "entries_about",
    "erase_personal_data",
    "is_erased",
    "known_actions",
    "note_of",
    "origin_in_words",
    "record",
    "record_kind",
    "record_model",
    "record_name",
    "say",
    "snapshot",
    "told",
    "told_entries",
    "who",
]
