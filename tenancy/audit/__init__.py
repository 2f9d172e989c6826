"""The append-only record of what people and the system did: writing it, and telling it in words."""

from tenancy.audit.changes import Change, Snapshot, changes_since, snapshot
from tenancy.audit.entries import Actor, entries_about, erase_personal_data, record
from tenancy.audit.words import Area, action_label, areas, known_actions, origin_in_words, record_kind, say, told, who

__all__ = [
    "Actor",
    "Area",
    "Change",
    "Snapshot",
    "action_label",
    "areas",
    "changes_since",
    "entries_about",
    "erase_personal_data",
    "known_actions",
    "origin_in_words",
    "record",
    "record_kind",
    "say",
    "snapshot",
    "told",
    "who",
]
