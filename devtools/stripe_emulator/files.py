"""Files that are uploaded to be shown to banks. What is in them is not kept: only size and hash."""

import hashlib
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from typing import Any

from devtools.stripe_emulator.account import Account, Object, new_id, now
from devtools.stripe_emulator.errors import invalid

# What Stripe takes as evidence, by how such a file begins.
KINDS = {b"%PDF-": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}


def parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """Return the fields of a form with files; a file is its name, size, kind and hash."""
    whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    fields: dict[str, Any] = {}
    for part in whole.iter_parts():
        name = str(part.get_param("name", "", "content-disposition"))
        fields[name] = _field(part)
    return fields


def _field(part: Message) -> Any:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise invalid("This form cannot be read.")
    filename = part.get_filename()
    if filename is None:
        return content.decode()
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), "")
    return {"name": filename, "size": len(content), "kind": kind, "hash": hashlib.sha256(content).hexdigest()}


def create_file(account: Account, params: Object) -> Object:
    """Keep a file; evidence is a PDF, PNG or JPEG."""
    file = params["file"]
    if not isinstance(file, dict):
        raise invalid("Invalid file: it is not sent as a file.", param="file")
    if not file["kind"]:
        raise invalid("Evidence files are PDF, PNG or JPEG.", code="file_type_invalid", param="file")
    made = {
        "id": new_id("file"), "object": "file", "created": now(), "expires_at": None, "filename": file["name"],
        "links": {"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"}, "purpose": params["purpose"],
        "size": file["size"], "title": None, "type": file["kind"], "url": None, "_hash": file["hash"],
    }  # fmt: skip
    return account.add("files", made)
