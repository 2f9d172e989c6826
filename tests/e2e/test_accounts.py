"""Staff sign in, set up a second step, and get in with it, with a recovery code and with a passkey."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.tenancy.accounts import totp_code

pytestmark = pytest.mark.e2e


def sign_out(page: Page, live_stack) -> None:
    page.goto(live_stack.url("harbour", "/admin/logout/"))
    page.locator("main").get_by_role("button", name="Sign Out").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/login/"))


def enter_code(page: Page, code: str) -> None:
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="Sign In", exact=True).click()


def test_second_step_is_set_up_and_used(live_stack, signed_in, sign_in, inspection) -> None:
    page = signed_in("editor")
    home = live_stack.url("harbour", "/admin/")
    page.goto(live_stack.url("harbour", "/admin/account/"))
    inspection.look(page, "1-account")
    page.get_by_role("link", name="Set up").click()
    inspection.look(page, "2-two-factor")
    page.get_by_role("link", name="Activate").click()
    secret = page.locator("#authenticator_secret").input_value()
    inspection.look(page, "3-app")
    page.locator("[name=code]").fill(totp_code(secret, steps=-1))
    page.get_by_role("button", name="Activate").click()
    codes = page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text().split() == codes
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Authentication using an authenticator app is active.")).to_be_visible()

    sign_out(page, live_stack)
    sign_in(page, "editor")
    inspection.look(page, "4-code")
    enter_code(page, totp_code(secret))
    expect(page).to_have_url(home)

    sign_out(page, live_stack)
    sign_in(page, "editor")
    enter_code(page, codes[0])
    expect(page).to_have_url(home)
    page.goto(live_stack.url("harbour", "/admin/account/sessions/"))
    inspection.look(page, "5-sessions")

    page.goto(live_stack.url("harbour", "/admin/account/two-factor/app/remove/"))
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("An authenticator app is not active.")).to_be_visible()
    live_stack.wait_for_mail("editor@harbour.example", subject="Authenticator App Deactivated")
    assert inspection.found == {}


def test_passkey_signs_in_by_itself(live_stack, signed_in, inspection) -> None:
    page = signed_in("guide")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.goto(live_stack.url("harbour", "/admin/account/two-factor/passkeys/add/"))
    inspection.look(page, "1-add")
    page.locator("[name=passwordless]").check()
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(live_stack.url("harbour", "/admin/account/two-factor/recovery-codes/"))
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Manage").click()
    inspection.look(page, "2-keys")

    sign_out(page, live_stack)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/admin/$"))

    page.goto(live_stack.url("harbour", "/admin/account/two-factor/passkeys/"))
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No security keys have been added.")).to_be_visible()
    assert inspection.found == {}


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_is_readable(live_stack, open_page, inspection, size: str, scheme: str) -> None:
    page = open_page(phone=size == "phone", color_scheme=scheme, locale="de-DE" if size == "phone" else "en-GB")
    page.goto(live_stack.url("harbour", "/admin/"))
    inspection.look(page, f"sign-in-{size}-{scheme}")
    page.locator("[name=login]").fill("stranger@example.com")
    page.locator("[name=password]").fill("not-the-password")
    page.locator("form.account__form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspection.look(page, f"wrong-{size}-{scheme}")
    page.goto(live_stack.url("harbour", "/admin/password_reset/"))
    inspection.look(page, f"forgotten-{size}-{scheme}")
    assert inspection.found == {}
