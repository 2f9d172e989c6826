"""Finds a Chromium for the browser tests, or gets one."""

import os
import shutil
import subprocess
import sys

HOW_TO_GET_ONE = "Set CHROMIUM_PATH, install Debian's package “chromium”, or run “playwright install chromium”."
FETCH_SECONDS = 300


def find_chromium() -> str | None:
    """Return the path of a Chromium that runs: CHROMIUM_PATH, the system's, Playwright's own, or one got now.

    Getting one takes Debian's package for root and Playwright's download for others, and minutes at most. A CHROMIUM_PATH
    that does not run gives None: somebody meant that one.
    """
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return named if _runs(named) else None
    return _installed() or _of_playwright() or _from_debian() or _downloaded()


def _runs(path: str) -> bool:
    """Whether a browser starts; one without the libraries it needs does not."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _installed() -> str | None:
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path and _runs(path)), None)


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright  # only where browsers are wanted

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and _runs(path) else None


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        if not _done(["apt-get", "-q", *arguments], env=env):
            return None
    return _installed()


def _downloaded() -> str | None:
    return _of_playwright() if _done([sys.executable, "-m", "playwright", "install", "chromium"]) else None


def _done(command: list[str], *, env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(command, env=env, timeout=FETCH_SECONDS, capture_output=True, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
