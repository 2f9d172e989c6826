"""What a file says and looks like, read by a process of its own: a crafted file can take neither a worker nor its memory."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Final

from tenancy.fields import plain_text

logger = logging.getLogger(__name__)

# Seconds for one file; the process itself is allowed less computing time and no more memory than `reader.py` says.
LONGEST: Final = 40
# Letters that are kept; a novel has fewer different words.
MOST_LETTERS: Final = 200_000
READABLE: Final = frozenset({"csv", "docx", "ics", "odt", "pdf", "rtf", "txt"})
PICTURES: Final = frozenset({"image/jpeg", "image/png"})


def words_of(content: bytes, ending: str) -> str:
    """Return each word of a file once, plain (`plain_text`) and with a space before it; nothing where it cannot be read in time."""
    if ending not in READABLE:
        return ""
    text = _read(ending, content).decode(errors="replace").replace("\0", " ")
    return "".join(f" {word}" for word in sorted(set(plain_text(text).split())))[:MOST_LETTERS]


def preview_of(content: bytes, content_type: str) -> bytes | None:
    """Return a picture as a small WebP that holds nothing but what is seen: no place, no camera; None for what is no picture."""
    return _read("picture", content) or None if content_type in PICTURES else None


def _read(kind: str, content: bytes) -> bytes:
    program = str(Path(__file__).with_name("reader.py"))
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and a word of ours
            [sys.executable, "-I", program, kind],
            input=content,
            capture_output=True,
            timeout=LONGEST,
            check=True,
            env={},
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        logger.warning("A file could not be read (%s): %s", kind, type(error).__name__)
        return b""
    return done.stdout
