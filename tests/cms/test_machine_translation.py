import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from wagtail_localize.models import StringTranslation, Translation

from cms.operations.translations import link_translation
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.cms.test_pages import home_of
from tests.cms.test_translations import about
from tests.fixtures import client_for, make_member


class Provider(ThreadingHTTPServer):
    """Answers as LibreTranslate does: each text in capitals."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[dict[str, object]] = []
        self.is_broken = False


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        texts = [text.upper() for text in asked["q"]]
        body = b"busy" if self.server.is_broken else json.dumps({"translatedText": texts}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_line: object) -> None:
        pass


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "wagtail_localize.machine_translators.libretranslate.LibreTranslator",
        "OPTIONS": {"LIBRETRANSLATE_URL": f"http://127.0.0.1:{server.server_port}", "API_KEY": "secret"},
    }
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def begun(harbour) -> tuple[Translation, str]:
    """A page whose German is begun, and where it is translated."""
    editor = make_member(harbour, Role.EDITOR)
    with organization_scope(harbour.pk):
        about({"type": "rich_text", "value": "<p>Ships and tides</p>"})
        page = home_of(harbour).get_children().get(slug="about").specific
        translation = link_translation(page, language="de")
        translation.save_target(user=editor, publish=False)
        target = page.get_translation(translation.target_locale)
    return translation, f"/admin/pages/{target.pk}/edit/"


def words() -> set[str]:
    return set(StringTranslation.objects.values_list("data", flat=True))


def translate(client, translation, next_url):
    return client.post(
        f"/admin/localize/translate/{translation.pk}/machine_translate/", {"next": next_url}, follow=True
    )


def test_no_button_and_no_address_without_a_provider(harbour, member_client, begun):
    translation, url = begun
    client = member_client(harbour, Role.OWNER)
    assert '"machineTranslator": null' in client.get(url).content.decode().replace("&quot;", '"')
    assert translate(client, translation, url).status_code == 404


def test_texts_that_are_missing_are_asked_for_once(harbour, kyoto, member_client, begun, provider):
    translation, url = begun
    client = member_client(harbour, Role.OWNER)
    assert "LibreTranslate" in client.get(url).content.decode()
    assert "Successfully translated with LibreTranslate." in translate(client, translation, url).content.decode()
    assert "isn&#x27;t anything left" in translate(client, translation, url).content.decode()
    with organization_scope(harbour.pk):
        assert words() == {"ABOUT US", "ABOUT", "SHIPS AND TIDES"}
    (asked,) = provider.asked
    assert (sorted(asked.pop("q")), asked) == (
        ["About us", "Ships and tides", "about"],
        {"source": "en", "target": "de", "api_key": "secret", "format": "html"},
    )
    assert translate(client_for(harbour, make_member(harbour, Role.MANAGER)), translation, url).redirect_chain
    assert translate(member_client(kyoto, Role.OWNER), translation, url).status_code == 404
    assert len(provider.asked) == 1


def test_provider_that_answers_nonsense_is_told_and_nothing_is_lost(harbour, member_client, begun, provider):
    translation, url = begun
    provider.is_broken = True
    answer = translate(member_client(harbour, Role.OWNER), translation, url)
    assert "The machine did not answer as it should." in answer.content.decode()
    with organization_scope(harbour.pk):
        assert words() == set()
