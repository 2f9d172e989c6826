"""Phones ask for films piece by piece; what they get is that piece, of the same file."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from tenancy.models import TenantDocument
from tenancy.scope import organization_scope

CONTENT = b"0123456789"


@pytest.fixture
def film(harbour):
    with organization_scope(harbour.pk):
        return TenantDocument.objects.create(title="Film", file=ContentFile(CONTENT, name="film.mp4"))


def ask(client, url, **headers):
    response = client.get(url, headers={name.replace("_", "-"): text for name, text in headers.items()})
    body = b"".join(response.streaming_content)
    assert int(response["Content-Length"]) == len(body)
    return response.status_code, response.get("Content-Range"), body


@pytest.mark.parametrize(
    ("asked", "status", "told", "body"),
    [
        ("bytes=0-1", 206, "bytes 0-1/10", b"01"),
        ("bytes=0-0", 206, "bytes 0-0/10", b"0"),
        ("bytes=4-", 206, "bytes 4-9/10", b"456789"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=-30", 206, "bytes 0-9/10", CONTENT),
        ("bytes=8-30", 206, "bytes 8-9/10", b"89"),
        ("bytes=10-", 416, "bytes */10", b""),
        ("bytes=-0", 416, "bytes */10", b""),
        ("bytes=5-2", 200, None, CONTENT),
        ("bytes=0-1,4-5", 200, None, CONTENT),
        ("bytes=-", 200, None, CONTENT),
        ("lines=1-2", 200, None, CONTENT),
    ],
)
def test_part_of_a_film_is_answered_with_that_part(harbour_client, film, asked, status, told, body):
    assert ask(harbour_client, film.url, Range=asked) == (status, told, body)


def test_whole_film_says_that_it_can_be_had_in_parts(harbour_client, film):
    response = harbour_client.get(film.url)
    assert (b"".join(response.streaming_content), response["Accept-Ranges"]) == (CONTENT, "bytes")
    assert "Content-Encoding" not in response.headers


def test_part_is_of_the_version_that_was_begun(harbour_client, film):
    whole = harbour_client.get(film.url)
    assert b"".join(whole.streaming_content) == CONTENT
    for name in ("ETag", "Last-Modified"):
        part = ask(harbour_client, film.url, Range="bytes=2-3", If_Range=whole[name])
        assert part == (206, "bytes 2-3/10", b"23")
    assert ask(harbour_client, film.url, Range="bytes=2-3", If_Range='"another"') == (200, None, CONTENT)


def test_pictures_are_had_in_parts_too(harbour, harbour_client):
    with organization_scope(harbour.pk):
        name = default_storage.save(f"{harbour.public_id}/original_images/a.png", ContentFile(CONTENT))
    url = reverse("media", args=[name])
    assert ask(harbour_client, url, Range="bytes=1-2") == (206, "bytes 1-2/10", b"12")
    head = harbour_client.head(url, headers={"Range": "bytes=1-2"})
    assert (head.status_code, head["Content-Length"], b"".join(head.streaming_content)) == (200, "10", b"")
