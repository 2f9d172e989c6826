"""Files that people take with them, or send on: the calendar entry, the receipt, the evidence pack."""

from commerce.documents.evidence import LANGUAGE as EVIDENCE_LANGUAGE
from commerce.documents.evidence import evidence_pdf
from commerce.documents.orders import calendar_file, receipt_pdf

__all__ = ["EVIDENCE_LANGUAGE", "calendar_file", "evidence_pdf", "receipt_pdf"]
