"""The race matrix in a browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from fuzz.postgres import Server

ROOT = Path(__file__).parents[2]
BANK = "tests/targets/bank.py:Expiring"
FLAGS = ("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-sync")


@pytest.fixture(scope="module")
def page(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The matrix of a target with one race, as an HTML file."""
    folder = tmp_path_factory.mktemp("matrix")
    words = ("explore", BANK, "--out", str(folder / "findings"), "--html", str(folder / "matrix.html"))
    environment = {**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)}
    ran = subprocess.run([sys.executable, "-m", "fuzz", *words], cwd=ROOT, env=environment, check=False)
    assert ran.returncode == 1
    return folder / "matrix.html"


@pytest.fixture(scope="module")
def browser(page: Path) -> Iterator[Chrome]:
    """Headless Chromium, with the page open."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        assert not os.environ.get("CI"), "CI has to have Debian's chromium and chromium-driver"
        pytest.skip("needs chromium and chromedriver")
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"user-data-dir={page.parent / 'profile'}"):
        options.add_argument(f"--{flag}")
    opened = Chrome(options, Service(driver))
    opened.get(page.as_uri())
    yield opened
    opened.quit()


def test_it_needs_nothing_from_elsewhere(page: Path) -> None:
    assert not re.search(r"(?:src|href)=[\"'](?!#)|@import|url\(|<script|<link", page.read_text())


def test_the_race_stands_out_and_opens_its_finding(browser: Chrome) -> None:
    (race,) = browser.find_elements(By.CSS_SELECTOR, ".grid a.race")
    assert race.text == "X"
    assert race.get_attribute("title") == "look x remove: object-deleted"
    assert not any(section.is_displayed() for section in browser.find_elements(By.CLASS_NAME, "cell"))
    race.click()
    (opened,) = [each for each in browser.find_elements(By.CLASS_NAME, "cell") if each.is_displayed()]
    assert opened.find_element(By.TAG_NAME, "h2").text == "look x remove: object-deleted"
    assert "READ COMMITTED" in opened.text
    assert "python -m fuzz replay" in opened.find_element(By.TAG_NAME, "pre").text


def test_a_safe_cell_opens_the_number_of_its_classes_and_operations_that_do_not_meet_open_nothing(
    browser: Chrome,
) -> None:
    (safe,) = browser.find_elements(By.CSS_SELECTOR, ".grid a[title^='remove x remove: blocked']")
    safe.click()
    (opened,) = [each for each in browser.find_elements(By.CLASS_NAME, "cell") if each.is_displayed()]
    assert opened.find_elements(By.TAG_NAME, "pre") == []
    (row,) = opened.find_elements(By.CSS_SELECTOR, "tr:nth-child(2)")
    assert re.search(r"all \d+ classes of \d+ interleavings", row.text)
    apart = browser.find_elements(By.CSS_SELECTOR, ".grid .apart")
    assert {each.tag_name for each in apart} == {"span"}


def test_the_page_is_no_wider_than_the_window(browser: Chrome) -> None:
    browser.set_window_size(700, 700)
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
