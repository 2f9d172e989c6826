"""Customers come from a file: chosen, checked, taken over by the worker while the page looks on, and undone."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

PEOPLE = "Vorname;Name;E-Mail;Telefon;Kategorien\n" + "".join(
    f"Import {n};Ümlaut;import{n}@file.example;040 {n:08};file\n" for n in range(1, 41)
)


def test_customers_come_from_a_file_and_go_again(live_stack, signed_in, inspection, tmp_path) -> None:
    page = signed_in("manager")
    file = tmp_path / "guests.csv"
    file.write_bytes(f"{PEOPLE};Nobody;nobody@;;\n".encode("cp1252"))
    page.goto(live_stack.url("harbour", "/admin/imports/new/"))
    page.locator("[name=file]").set_input_files(file)
    inspection.look(page, "1-upload")
    page.get_by_role("button", name="Upload").first.click()

    expect(page.get_by_text("Import 1 · Import 2 · Import 3")).to_be_visible()
    expect(page.get_by_label("E-Mail", exact=True)).to_have_value("email")
    inspection.look(page, "2-columns")
    page.get_by_role("button", name="Check the rows").click()

    expect(page.get_by_text("Checked. Nothing was taken over yet.")).to_be_visible()
    expect(page.get_by_text("“nobody@” is not an e-mail address.")).to_be_visible()
    inspection.look(page, "3-checked")
    page.get_by_role("button", name="Start the import").click()

    expect(page.get_by_text("Done.", exact=True)).to_be_visible()
    inspection.look(page, "4-done")
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("Undone.", exact=True)).to_be_visible()
    page.goto(live_stack.url("harbour", "/admin/customers/?q=file.example"))
    expect(page.get_by_text("file.example")).to_have_count(0)
    assert inspection.found == {}


def test_a_file_that_is_too_big_loses_nothing_that_was_written(live_stack, signed_in, tmp_path) -> None:
    page = signed_in("manager")
    big, small = tmp_path / "big.pdf", tmp_path / "note.txt"
    with big.open("wb") as file:
        # As long as it says, and no room on the disk.
        file.truncate(2 * 1024**3)
    small.write_text("A window seat")
    page.goto(live_stack.url("harbour", "/admin/customers/1/log/"))
    page.locator("[name=subject]").fill("Asks for a window seat")
    page.locator("[name=files]").set_input_files(big)
    page.get_by_role("button", name="Save").click()
    message = "At most 60.0\xa0MB can be sent at once. Choose smaller files, or send them one after the other."
    expect(page.locator("[name=files]")).to_have_js_property("validationMessage", message)
    expect(page.locator("[name=subject]")).to_have_value("Asks for a window seat")
    page.locator("[name=files]").set_input_files(small)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    expect(page.locator(".profile__timeline")).to_contain_text("note.txt")
