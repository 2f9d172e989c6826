"""Uploads are what they say they are, whatever somebody calls them; and what is served can harm no browser."""

import io
import json
import struct
import zipfile
import zlib

import pytest
from django.conf import settings as project_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tenancy.enums import Role
from tenancy.models import TenantDocument, TenantImage
from tenancy.scope import organization_scope
from tenancy.validators import DOCUMENT_KINDS
from tests.cms.factories import new_sizes

pytestmark = pytest.mark.django_db

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
DAMAGED = "This picture is damaged and cannot be read."
TOO_LARGE = (
    "This picture is too large: it has more than 60 million pixels, and no screen shows a tenth of them."
    " Please make it smaller, such as 6000 × 4000, and choose it again."
)
TOO_BIG = "This file is too big (2.0\xa0KB). The largest allowed is 1.0\xa0KB."
OFFICE = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(file, kind)
    return file.getvalue()


def poster() -> bytes:
    """A picture of 72 million pixels, black and white."""
    file = io.BytesIO()
    Image.new("1", (12_000, 6_000)).save(file, "PNG")
    return file.getvalue()


def vast_picture() -> bytes:
    """A PNG of a few bytes that says it has 400 million pixels."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def packed(entries: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in entries.items():
            folder.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def send(harbour, member_client):
    """A function that uploads a file as the admin's own page does; it returns what is wrong with it, nothing when it was taken."""
    client = member_client(harbour, Role.EDITOR)

    def upload(area: str, name: str, content: bytes) -> list[str]:
        file = SimpleUploadedFile(name, content)
        response = client.post(
            f"/admin/{area}/multiple/add/",
            {"files[]": file, "title": name},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )
        answer = json.loads(response.content)
        return [] if answer["success"] else answer["error_message"].splitlines()

    return upload


def kept(organization) -> tuple[int, int]:
    with organization_scope(organization.pk):
        return TenantImage.objects.count(), TenantDocument.objects.count()


def test_every_ending_has_a_check():
    assert sorted(DOCUMENT_KINDS) == sorted(project_settings.WAGTAILDOCS_EXTENSIONS)


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP"), ("a.gif", "GIF")])
def test_pictures_are_taken(send, harbour, name, kind):
    assert send("images", name, picture(kind)) == []
    assert kept(harbour) == (1, 0)


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("page.jpg", HTML, ["Not a valid .jpeg image. The extension does not match the file format (svg)"]),
        (
            "drawing.svg",
            SVG,
            ["Not a supported image format. Supported formats: AVIF, GIF, JPG, JPEG, PNG, WEBP."],
        ),
        (
            "other.jpg",
            picture("PNG"),
            ["Not a valid .jpeg image. The extension does not match the file format (png)"],
        ),
        (
            "vast.png",
            vast_picture(),
            [TOO_LARGE],
        ),
        ("poster.png", poster(), [TOO_LARGE]),
        ("cut.png", picture("PNG")[:-400], [DAMAGED]),
        ("cut.jpg", picture("JPEG")[:-400], [DAMAGED]),
    ],
)
def test_pictures_that_are_none_are_refused(send, harbour, name, content, wrong):
    assert send("images", name, content) == wrong
    assert kept(harbour) == (0, 0)


def photo(kind: str, size: tuple[int, int]) -> bytes:
    """A picture as a camera makes it: turned, with a profile of its colours, with who made it and where."""
    tags = Image.Exif()
    tags.update({Base.Orientation: 6, Base.Copyright: "Ida", Base.Make: "Camera"})
    tags.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (54.0, 5.0, 1.0)})
    file = io.BytesIO()
    Image.new("RGB", size, "#0b3d5c").save(file, kind, exif=tags, icc_profile=b"profile" * 20)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "size", "smaller"),
    [("JPEG", (6_000, 3_000), (4_000, 2_000)), ("PNG", (60, 4_500), (53, 4_000)), ("JPEG", (64, 48), (64, 48))],
)
def test_a_photo_is_kept_at_the_size_of_a_screen_and_without_its_place(harbour, member_client, kind, size, smaller):
    name, content = f"pier.{kind.lower()}", photo(kind, size)
    note = f"It had {size[0]:,} × {size[1]:,} pixels and was made smaller; no screen shows a difference."
    client = member_client(harbour, Role.EDITOR)
    form = {"title": "Pier", "description": "A pier", "collection": "", "tags": "", "credit": ""}
    with new_sizes():
        sent = client.post("/admin/images/add/", {**form, "file": SimpleUploadedFile(name, content)}, follow=True)
        dropped = client.post(
            "/admin/images/multiple/add/", {"files[]": SimpleUploadedFile(name, content), "title": name}
        )
    page = sent.content.decode()
    assert ("Image &#x27;Pier&#x27; added." in page, note in page) == (True, size != smaller)
    assert (note in json.loads(dropped.content)["form"]) == (size != smaller)
    with organization_scope(harbour.pk):
        pictures = list(TenantImage.objects.all())
    assert [(one.width, one.height) for one in pictures] == [smaller] * 2
    for one in pictures:
        with one.open_file() as file, Image.open(file) as stored:
            assert (stored.format, stored.size, stored.info["icc_profile"]) == (kind, smaller, b"profile" * 20)
            assert dict(stored.getexif()) == {Base.Orientation: 6, Base.Copyright: "Ida"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.pdf", b"%PDF-1.7\n1 0 obj\n"),
        ("letter.docx", packed(OFFICE)),
        ("table.xlsx", packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""})),
        ("letter.odt", packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""})),
        ("table.csv", "Straße;Nr\r\nAm Hafen;1\r\n".encode("utf-16")),
        ("table.csv", "Straße;Nr\r\n".encode("cp1252")),
        ("way.gpx", b'<?xml version="1.0"?><gpx version="1.1"></gpx>'),
        ("dates.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        ("talk.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00"),
        ("photo.png", picture()),
    ],
)
def test_documents_are_taken(send, harbour, name, content):
    assert send("documents", name, content) == []
    assert kept(harbour) == (0, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.pdf", b"MZ\x90\x00 a program"),
        ("map.pdf", HTML),
        ("notes.txt", b" \n" + HTML),
        ("notes.txt", b"\xef\xbb\xbf" + SVG),
        ("notes.txt", b"text\x00\x01\x02"),
        ("table.csv", picture()),
        ("way.gpx", b"<?xml version='1.0'?><kml/>"),
        ("letter.docx", packed({"readme.txt": b"hello"})),
        ("letter.docx", packed({**OFFICE, "word/vbaProject.bin": b"\x00"})),
        ("letter.docx", packed(OFFICE)[:-30]),
        ("talk.mp3", b"RIFF"),
    ],
)
def test_documents_that_are_something_else_are_refused(send, harbour, name, content):
    ending = name.rpartition(".")[2]
    assert send("documents", name, content) == [f"This is not a .{ending} file, or it is damaged."]
    assert kept(harbour) == (0, 0)


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "program.exe", "archive.zip", "macros.docm", "nothing"])
def test_documents_of_other_kinds_are_refused(send, harbour, name):
    (wrong,) = send("documents", name, b"text")
    assert wrong.startswith("File extension “")
    assert kept(harbour) == (0, 0)


def test_documents_that_are_too_big_are_refused(send, settings, harbour):
    settings.DOCUMENT_MAX_BYTES = 1024
    assert send("documents", "notes.txt", b"x" * 2048) == [TOO_BIG]
    assert kept(harbour) == (0, 0)


def test_a_document_that_unpacks_to_too_much_is_refused(send, settings, harbour):
    settings.DOCUMENT_MAX_UNPACKED_BYTES = 1024 * 1024
    bomb = packed({**OFFICE, "word/media/image1.png": b"\x00" * 1024 * 1024})
    assert len(bomb) < 10_000
    assert send("documents", "letter.docx", bomb) == [
        "This file would unpack to more than 1.0\xa0MB. Please make it smaller."
    ]
    assert kept(harbour) == (0, 0)


def test_names_of_files_become_harmless(send, harbour):
    assert send("documents", "../../Fähr plan <b>.pdf", b"%PDF-1.7\n") == []
    with organization_scope(harbour.pk):
        (document,) = TenantDocument.objects.all()
        assert document.file.name == f"{harbour.public_id}/documents/Fähr_plan_b.pdf"


def test_a_document_is_served_as_a_download(send, harbour, harbour_client):
    send("documents", "notes.txt", b"words <script>alert(1)</script>")
    with organization_scope(harbour.pk):
        url = TenantDocument.objects.get().url
    response = harbour_client.get(url)
    assert {name: response.headers[name] for name in ("Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Disposition": 'attachment; filename="notes.txt"',
        "X-Content-Type-Options": "nosniff",
    }
    response.close()


def test_a_picture_with_a_page_inside_is_served_as_a_picture_only(send, harbour, harbour_client):
    assert send("images", "both.gif", picture("GIF") + HTML) == []
    with organization_scope(harbour.pk):
        name = TenantImage.objects.get().file.name
    response = harbour_client.get(f"/media/{name}")
    assert {
        name: response.headers[name]
        for name in (
            "Content-Type",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cross-Origin-Resource-Policy",
        )
    } == {
        "Content-Type": "image/gif",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    response.close()
