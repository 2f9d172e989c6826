"""Private documents: who gets at them, by what they are found, and what is left of them."""

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from crm.gateways.reading import words_of
from crm.models import Document, DocumentShare, DocumentVersion
from crm.operations import read_document, remove_orphans, upload_documents
from crm.queries import expiring_documents, record_key, search_documents
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import every_organization, organization_scope
from tests.factories import CustomerFactory
from tests.fixtures import client_for, make_member
from tests.tenancy.test_uploads import packed

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)


def pdf(text: str = "Insurance of Zoë") -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output)
    canvas.drawString(50, 500, text)
    canvas.save()
    return output.getvalue()


def photo() -> bytes:
    """A photo that says where it was taken, lying on its side."""
    output, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at home"
    Image.new("RGB", (1200, 800), "red").save(output, "JPEG", exif=exif)
    return output.getvalue()


def keep(*files: tuple[str, bytes], **fields) -> list[Document]:
    return upload_documents([SimpleUploadedFile(name, content) for name, content in files], **{"actor": None, **fields})


def address(name, *keys) -> str:
    return reverse(f"private_documents:{name}", args=keys)


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_several_files_become_documents_of_a_customer_and_are_found(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        key = record_key(customer)
    client = member_client(harbour, Role.MANAGER)
    files = [SimpleUploadedFile("policy.pdf", pdf()), SimpleUploadedFile("passport.jpg", photo())]
    form = {"files": files, "about": [key], "tag_names": "papers, 2031", "expires_on": "2031-02-01"}
    answer = client.post(f"{address('add')}?about={key}", form)
    assert answer["Location"] == f"{address('index')}?about={key}"
    with organization_scope(harbour.pk):
        assert [str(one) for one in Document.objects.order_by("pk")] == ["policy", "passport"]
        for version in DocumentVersion.objects.all():
            read_document(version.pk, now=NOW)
        policy, passport = DocumentVersion.objects.order_by("pk")
        assert (policy.words, policy.preview) == (" insurance of zoe", None)
        preview = Image.open(io.BytesIO(bytes(passport.preview)))
        assert (preview.size, dict(preview.getexif())) == ((427, 640), {})
        for text, found in [("ZOË", ["policy"]), ("papers", ["policy", "passport"]), ("nothing", [])]:
            assert [str(one) for one in search_documents(Document.objects.order_by("pk"), text)] == found
        assert list(expiring_documents(until=dt.date(2031, 1, 31))) == []
        assert list(expiring_documents(until=dt.date(2031, 2, 1))) == [policy.document, passport.document]
    for query, count in [
        ({"about": key}, 2),
        ({"about": "1-1"}, 0),
        ({"tag": "2031"}, 2),
        ({"kind": "image/"}, 1),
        ({"q": "insur"}, 1),
    ]:
        assert client.get(address("index"), query).context["items_count"] == count
    shown = client.get(address("inspect", passport.document_id)).content.decode()
    assert shown.count(f'src="{address("preview", passport.document_id, passport.pk)}"') == 1
    assert client.get(address("preview", passport.document_id, passport.pk))["Content-Type"] == "image/webp"
    assert client.get(address("preview", policy.document_id, policy.pk)).status_code == 404


@pytest.mark.parametrize("name", ["virus.exe", "plan.pdf"])
def test_file_that_is_not_what_it_says_is_refused_with_a_message(harbour, member_client, name):
    client = member_client(harbour, Role.MANAGER)
    refused = client.post(address("add"), {"files": [SimpleUploadedFile(name, b"MZ")], "note": "Keep me"})
    ending = name.partition(".")[2]
    message = f"This is not a .{ending} file, or it is damaged."
    assert refused.context["form"].errors["files"] == [message]
    assert "Keep me" in refused.content.decode()


def test_what_is_too_big_is_refused_unread(harbour, member_client, settings):
    client = member_client(harbour, Role.MANAGER)

    class Unread:
        def read(self, *_size):
            raise AssertionError("it was read")

        readline = read

    answer = client.generic(
        "POST",
        address("add"),
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(2 * 1024**3)},
    )
    assert (answer.status_code, "At most 60.0\xa0MB can be sent at once." in answer.content.decode()) == (413, True)
    settings.DOCUMENT_QUOTA_BYTES = 10
    refused = client.post(address("add"), {"files": [SimpleUploadedFile("a.txt", b"eleven byte")]})
    assert refused.context["form"].errors["files"] == [
        "There is no room left for this. Remove documents that nobody needs any more."
    ]
    with organization_scope(harbour.pk):
        assert Document.objects.count() == 0


def test_versions_are_kept_and_had_in_parts(harbour, member_client):
    with organization_scope(harbour.pk):
        (document,) = keep(("a.txt", b"first"))
    client = member_client(harbour, Role.MANAGER)
    client.post(address("add_version", document.pk), {"file": SimpleUploadedFile("b.pdf", pdf())})
    client.post(address("add_version", document.pk), {"file": SimpleUploadedFile("c.pdf", b"none")})
    with organization_scope(harbour.pk):
        newest, oldest = document.versions.all()
        assert [(one.number, one.name) for one in (newest, oldest)] == [(2, "b.pdf"), (1, "a.txt")]
        stored = reverse("media", args=[oldest.file.name])
    old = client.get(address("file", document.pk, oldest.pk))
    assert (body_of(old), old["Content-Disposition"]) == (b"first", 'attachment; filename="a.txt"')
    shown = client.get(f"{address('file', document.pk, newest.pk)}?show", headers={"Range": "bytes=0-3"})
    assert (shown.status_code, body_of(shown), shown["Content-Disposition"]) == (
        206,
        b"%PDF",
        'inline; filename="b.pdf"',
    )
    # No other address leads to it.
    assert client.get(stored).status_code == 404


def test_private_document_is_not_there_for_other_managers(harbour, kyoto, member_client):
    with organization_scope(harbour.pk):
        author = make_member(harbour, Role.MANAGER, "author@example.com")
        (document,) = keep(("a.txt", b"secret"), is_private=True, actor=author)
        version = document.versions.get()
    read = [address(name, document.pk) for name in ("inspect", "edit", "delete", "history")]
    read.append(address("file", document.pk, version.pk))
    write = [address("add_version", document.pk), address("share", document.pk, version.pk)]
    for other in (member_client(harbour, Role.MANAGER), member_client(kyoto, Role.OWNER)):
        assert [other.get(url).status_code for url in read] == [404] * 5
        assert [other.post(url).status_code for url in write] == [404] * 2
        assert other.get(address("index")).context["items_count"] == 0
    for reader in (client_for(harbour, author), member_client(harbour, Role.OWNER)):
        assert [reader.get(url).status_code for url in read[:-1]] == [200] * 4
        assert body_of(reader.get(read[-1])) == b"secret"
    editor = member_client(harbour, Role.EDITOR)
    assert {editor.get(url).status_code for url in read} <= {302, 403, 404}


def test_link_opens_a_version_until_it_expires_or_is_taken_back(harbour, harbour_client, member_client):
    with organization_scope(harbour.pk):
        (document,) = keep(("plan.txt", b"the plan"))
        version = document.versions.get()
    client = member_client(harbour, Role.MANAGER)
    assert client.post(address("share", document.pk, version.pk), {"days": 7}).status_code == 302
    page = client.get(address("inspect", document.pk))
    link = page.context["new_link"]
    assert client.get(address("inspect", document.pk)).context["new_link"] == ""
    path = link.partition("localhost")[2].removeprefix(":8000")
    guest = harbour_client.get(path)
    assert (guest.status_code, guest["Referrer-Policy"], "plan.txt" in guest.content.decode()) == (
        200,
        "no-referrer",
        True,
    )
    assert body_of(harbour_client.get(f"{path}download/")) == b"the plan"
    assert body_of(harbour_client.get(f"{path}download/", headers={"Range": "bytes=4-"})) == b"plan"
    with organization_scope(harbour.pk):
        share = DocumentShare.objects.get()
        assert (share.downloads, len(share.token_hash), share.token_hash in link) == (1, 64, False)
        assert AuditEntry.objects.filter(action="document.downloaded").count() == 1
        DocumentShare.objects.update(expires_at=timezone.now())
    ended = harbour_client.get(path)
    assert (ended.status_code, "This link has ended" in ended.content.decode()) == (404, True)
    assert harbour_client.get(f"{path}download/").status_code == 404
    with organization_scope(harbour.pk):
        DocumentShare.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
    assert harbour_client.get(path).status_code == 200
    client.post(address("revoke", document.pk, share.pk))
    assert harbour_client.get(path).status_code == 404
    assert client.post(address("share", document.pk, version.pk), {"days": 9999}).status_code == 302
    with organization_scope(harbour.pk):
        assert DocumentShare.objects.count() == 1


def test_nothing_is_left_of_what_was_deleted_or_never_kept(harbour, member_client, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk):
        (document,) = keep(("a.txt", b"gone"))
        name = document.versions.get().file.name
        orphan = default_storage.save(f"{harbour.public_id}/private/orphan.txt", ContentFile(b"x"))
    client = member_client(harbour, Role.MANAGER)
    with django_capture_on_commit_callbacks() as after:
        client.post(address("delete", document.pk))
    assert default_storage.exists(name)
    for one in after:
        one()
    assert not default_storage.exists(name)
    with every_organization():
        assert remove_orphans(harbour, now=timezone.now()) == 0
        assert remove_orphans(harbour, now=timezone.now() + dt.timedelta(days=2)) == 1
    assert not default_storage.exists(orphan)


def test_words_are_read_from_office_files_and_no_harm_comes_of_damaged_ones():
    paragraphs = b'<w:document xmlns:w="w"><w:p><w:r><w:t>Gr</w:t></w:r><w:r><w:t>ete</w:t></w:r></w:p><w:p>Ole</w:p></w:document>'
    assert words_of(packed({"word/document.xml": paragraphs}), "docx") == " grete ole"
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert words_of(packed({"content.xml": bomb}), "odt") == ""
    assert words_of(b"%PDF-1.4 no more", "pdf") == ""
    assert words_of("Überfahrt".encode("utf-16"), "txt") == " uberfahrt"


def test_organization_limits_what_is_uploaded(harbour, kyoto, member_client, settings):
    owner, manager = member_client(harbour, Role.OWNER), member_client(harbour, Role.MANAGER)
    url, settings_page = address("limits"), reverse("organization:index")
    assert manager.get(url).status_code in (302, 403)
    settings.DOCUMENT_MAX_BYTES = 3 * 1024 * 1024
    answer = owner.post(url, {"max_megabytes": "4", "endings": ["exe"]})
    assert {name: list(errors) for name, errors in answer.context["form"].errors.items()} == {
        "max_megabytes": ["Ensure this value is less than or equal to 3."],
        "endings": ["Select a valid choice. exe is not one of the available choices."],
    }
    assert owner.post(url, {"max_megabytes": "1", "endings": ["pdf", "txt"]})["Location"] == settings_page
    assert "Up to 1.0\xa0MB for each file." in owner.get(settings_page).content.decode()
    assert owner.get(url).context["form"].initial == {"max_megabytes": 1, "endings": ["pdf", "txt"]}
    with organization_scope(harbour.pk):
        entry = AuditEntry.objects.get(action="document.limits_changed")
    assert entry.details["after"] == {"max_megabytes": 1, "endings": ["pdf", "txt"]}

    def refused(client, name: str, content: bytes) -> object:
        answer = client.post(address("add"), {"files": [SimpleUploadedFile(name, content)]})
        return answer.context["form"].errors.get("files") if answer.context is not None else None

    assert refused(manager, "a.csv", b"a,b") == ["Files that end in .csv are not kept here. These are: pdf, txt."]
    assert refused(manager, "a.txt", b"a" * (1024 * 1024 + 1)) == [
        "This file is too big (1.0\xa0MB). The largest allowed is 1.0\xa0MB."
    ]
    assert refused(manager, "a.txt", b"a") is None
    # Another organization keeps what the system allows.
    assert refused(member_client(kyoto, Role.MANAGER), "a.csv", b"a,b") is None
    owner.post(url, {})
    assert refused(manager, "a.csv", b"a,b") is None
