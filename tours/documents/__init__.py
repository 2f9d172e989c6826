"""Files that staff and guides take with them: manifests, and calendars of patterns and departures."""

from tours.documents.calendars import departures_calendar, pattern_calendar
from tours.documents.manifests import manifest_csv, manifest_pdf

__all__ = ["departures_calendar", "manifest_csv", "manifest_pdf", "pattern_calendar"]
