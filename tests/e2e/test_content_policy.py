"""The admin and the guest pages work under their Content-Security-Policy; that no page breaks it, `open_page` sees to."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

# Links that end the session or lead to files; of the German pages the first is enough.
NOT_FOLLOWED = re.compile(
    r"/de/.|logout|export=|/media/|/documents/\d|/(?:pdf|csv|datev|pack)/(?:\?|$)|/(?:files|sent|versions)/\d+/$|\.(?:pdf|ics|csv|xlsx)$"
)


def walk(page: Page, start: str) -> set[str]:
    """Open `start` and one page of each view that its links lead to, as far as they lie below it; return the views."""
    waiting, seen = [start], set()
    while waiting:
        url = waiting.pop(0)
        try:
            view = resolve(urlsplit(url).path).view_name
        except Resolver404:
            continue
        place = urlsplit(url).path if view == "cms:page" else view
        if place in seen:
            continue
        seen.add(place)
        # The first visit makes the pictures of a page in each size.
        page.goto(url, timeout=90_000)
        # Those in drawings are no texts.
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.baseVal ?? link.href)")
        waiting += [link for link in links if link.startswith(start) and not NOT_FOLLOWED.search(link)]
    return seen


def test_pages_of_the_admin_keep_to_its_policy(live_stack, signed_in) -> None:
    seen = walk(signed_in("owner"), live_stack.url("harbour", "/admin/"))
    assert seen >= {
        "mfa_activate_totp",
        "orders:inspect",
        "places:edit",
        "team:index",
        "tours:edit",
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailimages:add_multiple",
        "wagtailimages_edit",
        "wagtailsettings:edit",
    }


def test_guest_pages_keep_to_their_policy(live_stack, page: Page) -> None:
    seen = walk(page, live_stack.url("harbour", "/"))
    assert seen >= {
        "/",
        "/tours/",
        "/de/",
        "commerce:availability",
        "commerce:quote",
        "commerce:cart",
        "commerce:lost_link",
    }
    for path in ("/not-here/", "/invitation/not-a-token/", "/order/not-a-secret/", "/admin/login/", "/_util/login/"):
        page.goto(live_stack.url("harbour", path))
    page.goto(f"http://nobody.localhost:{live_stack.port}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no site at this address")


def test_fields_of_the_admin_start_without_inline_scripts(live_stack, signed_in) -> None:
    page = signed_in("owner")
    page.goto(live_stack.url("harbour", "/admin/tours/"))
    page.locator("main tbody").get_by_role("link", name="Harbour lights by night").first.click()
    page.get_by_role("tab", name="Prices").click()
    count = int(page.locator("[name=pricing_tiers-TOTAL_FORMS]").input_value())
    page.get_by_role("button", name="Add price").click()
    expect(page.locator("[name=pricing_tiers-TOTAL_FORMS]")).to_have_value(str(count + 1))

    page.goto(live_stack.url("harbour", "/admin/images/"))
    page.locator("main a:has(img)").first.click()
    expect(page.locator(".jcrop-tracker").first).to_be_attached()

    page.goto(live_stack.url("harbour", "/admin/pages/"))
    page.get_by_role("link", name="Explore child pages of 'Harbour Walks in English'").click()
    expect(page).to_have_url(re.compile(r"/pages/\d+/"))
    home = urlsplit(page.url).path.split("/")[3]
    page.goto(live_stack.url("harbour", f"/admin/pages/{home}/edit/"))
    page.get_by_role("button", name="Toggle status").click()
    page.get_by_role("button", name="Set schedule").click()
    page.locator("[name=go_live_at]").click()
    expect(page.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
    page.goto(live_stack.url("harbour", f"/admin/pages/{home}/edit/"))
    page.get_by_role("button", name="Toggle preview").click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)


def test_a_logo_is_chosen_in_the_branding(live_stack, signed_in) -> None:
    page = signed_in("owner")
    page.goto(live_stack.url("harbour", "/admin/settings/cms/branding/"))
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("button", name="Change image").click()
    page.get_by_role("dialog").locator("a[data-chooser-modal-choice]").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_page_is_sent_to_translation(live_stack, signed_in) -> None:
    page = signed_in("editor")
    page.goto(live_stack.url("harbour", "/admin/pages/"))
    page.get_by_role("link", name="Explore child pages of 'Harbour Walks in English'").click()
    expect(page).to_have_url(re.compile(r"/pages/\d+/"))
    home = urlsplit(page.url).path.split("/")[3]
    page.goto(live_stack.url("harbour", f"/admin/localize/submit/page/{home}/"))
    page.goto(live_stack.url("harbour", "/admin/reports/translations/"))
