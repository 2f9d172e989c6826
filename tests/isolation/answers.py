"""What an answer says, and whether it says anything of another organization."""

import re
import zipfile
import zlib
from io import BytesIO
from urllib.parse import unquote

from django.db import connection
from django.http import HttpResponse

from tenancy.scope import every_organization
from tests.isolation.canaries import PHONES, Canaries, own_rows

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# A part of something random.
TOKEN = "[A-Za-z0-9]{20}"
PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


class Detector:
    """Finds what belongs to one organization in answers to another."""

    def __init__(self, canaries: Canaries, organization_id: int) -> None:
        digits = PHONES[canaries.name].removeprefix("+")
        # Not in the middle of a token: among a million random letters five make a name.
        name = rf"(?<!{TOKEN}){canaries.name}(?!{TOKEN})"
        self._word = re.compile(rf"{name}|\+{digits[:2]}[ -]?{digits[2:]}", re.IGNORECASE)
        self._uuids = _uuids_of(organization_id)

    def traces_in(self, text: str) -> list[str]:
        """The words and public ids of the organization that stand in a text, each with a little of what is around it."""
        found = [text[max(0, hit.start() - 30) : hit.end() + 30] for hit in self._word.finditer(text)]
        return found + sorted(self._uuids.intersection(UUID.findall(text)))


def _uuids_of(organization_id: int) -> set[str]:
    found: set[str] = set()
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name"
            " WHERE table_schema = 'public' AND data_type = 'uuid' AND relrowsecurity"
        )
        for table, column in cursor.fetchall():
            condition = own_rows(table, organization_id)
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE {condition}')  # noqa: S608
            found |= {str(value) for (value,) in cursor.fetchall()}
    return found


def everything_in(response: HttpResponse) -> str:
    """All that an answer says: status, headers, cookies and body, spreadsheets and PDFs unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    said = [f"{name}: {unquote(value)}" for name, value in response.items()]
    said += [cookie.OutputString() for cookie in response.cookies.values()]
    return "\n".join([*said, _text_of(body)])


def _text_of(body: bytes) -> str:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as parts:
            return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    if body.startswith(b"%PDF"):
        streams = (zlib.decompressobj().decompress(found) for found in PDF_STREAM.findall(body) if found[:1] == b"x")
        return body.decode("latin-1") + "\n".join(stream.decode("latin-1") for stream in streams)
    return body.decode(errors="replace")
