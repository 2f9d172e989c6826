"""Run as a process of its own by `reading`: a file comes in, its text or a small picture of it goes out."""

import io
import resource
import sys
import zipfile
from collections.abc import Iterator

MEMORY = 1024 * 1024 * 1024
SECONDS = 30
# Of a packed text so many bytes are unpacked, of a document so many letters and pages read.
MOST_BYTES = 20_000_000
MOST_LETTERS = 2_000_000
MOST_PAGES = 500
PARTS = {"docx": "word/document.xml", "odt": "content.xml"}
WIDEST = 640


def pieces(kind: str, content: bytes) -> Iterator[str]:
    """Yield the text of a file piece by piece."""
    if kind == "pdf":
        import pypdf  # each process needs one of these only

        for page in pypdf.PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]:
            yield page.extract_text()
            yield " "
    elif kind in PARTS:
        from defusedxml import ElementTree

        with zipfile.ZipFile(io.BytesIO(content)) as folder, folder.open(PARTS[kind]) as part:
            for element in ElementTree.fromstring(part.read(MOST_BYTES)).iter():
                # Paragraphs, tabs and cells divide words; runs inside a paragraph do not.
                if element.tag.rpartition("}")[2] in ("p", "h", "tab", "br", "tc", "table-cell"):
                    yield " "
                yield element.text or ""
                yield element.tail or ""
    else:
        yield content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")


def picture(content: bytes) -> bytes:
    """Return a picture that is turned as it was taken, and holds nothing but what is seen."""
    from PIL import Image, ImageOps  # as above

    with Image.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (WIDEST * 2, WIDEST * 2))
        shown = ImageOps.exif_transpose(opened).convert("RGB")
    shown.thumbnail((WIDEST, WIDEST))
    clean, output = Image.new("RGB", shown.size), io.BytesIO()
    clean.paste(shown)
    clean.save(output, "WEBP", quality=80)
    return output.getvalue()


def main() -> None:
    """Read the file from the standard input and write what was found to the standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    if kind == "picture":
        sys.stdout.buffer.write(picture(content))
        return
    length = 0
    for piece in pieces(kind, content):
        sys.stdout.buffer.write(piece.encode(errors="replace"))
        length += len(piece)
        if length > MOST_LETTERS:
            break


if __name__ == "__main__":
    main()
