"""A weekend on paper as a browser prints it: what stands on which page."""

import os
import re
import subprocess
from itertools import groupby

import pytest
from browser import CHROMIUM
from helpers import Person
from pypdf import PdfReader
from servers import ROOT

from raceapp.demo import seeding

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"),
        reason="PAPER NOT RENDERED: there is no chromium on PATH.",
    ),
]
HEADING = re.compile(r'<tr class="pack-name">.*?<h2>(.*?)</h2>')
FOOTER = re.compile(r"^Page (\d+) of (\d+) ?Race Weekend Checklist Manager ")
STYLE = (ROOT / "raceapp/static/print.css").as_uri()


@pytest.fixture
def manager(postgres_only, app):
    """Of the demo team, whose weekend at Misano is half way."""
    with app.app_context():
        seeding.seed()
    return Person(app, 0, seeding.PEOPLE[0][0], seeding.PASSWORD)


@pytest.fixture
def printed(manager, tmp_path):
    """Print Misano, or a part of it, as a browser does; returns the page and the text of sheets."""
    _, misano, _ = manager.get("/v1/events").json
    path = f"/v1/events/{misano['id']}"

    def read(session=None):
        sessions = {row["name"]: row["id"] for row in manager.get(f"{path}/sessions").json}
        only = {"session_id": sessions[session]} if session else {}
        page = manager.get(f"{path}/print", query_string=only).get_data(as_text=True)
        return page, sheets_of(page, tmp_path)

    return read


def sheets_of(page, folder):
    """The words on each sheet of A4, in the order in which they stand in the file."""
    page = re.sub(r'href="[^"]*/print\.css"', f'href="{STYLE}"', page)
    (folder / "paper.html").write_text(page)
    file = folder / "paper.pdf"
    where = f"--print-to-pdf={file}", f"--user-data-dir={folder / 'profile'}"
    quiet = "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"
    command = [CHROMIUM, *quiet, *where, (folder / "paper.html").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = PdfReader(file).pages
    assert {tuple(round(side / 72 * 25.4) for side in page.mediabox[2:]) for page in pages} == {
        (210, 297)
    }
    return [" ".join(page.extract_text().split()) for page in pages]


def test_every_sheet_belongs_to_one_pack_and_names_it(printed):
    page, sheets = printed()

    packs, (cover, *others) = HEADING.findall(page), [FOOTER.sub("", sheet) for sheet in sheets]
    others = [sheet for sheet in others if not sheet.startswith("Seal")]
    named = [max((name for name in packs if sheet.startswith(name)), key=len) for sheet in others]
    assert len(packs) > 40 and cover.startswith("Misano World Circuit")
    assert [name for name, _ in groupby(named)] == packs
    assert not [sheet for sheet in others if sheet.count("Due What Value Done Checked") != 1]


def test_every_sheet_says_which_of_how_many_it_is(printed):
    _, sheets = printed("FP3")

    numbers = [FOOTER.match(sheet).groups() for sheet in sheets]
    assert numbers == [(str(number), str(len(sheets))) for number in range(1, len(sheets) + 1)]


def test_the_seal_is_on_the_last_sheet(printed):
    _, sheets = printed("FP3")

    assert [place for place, sheet in enumerate(sheets, 1) if "Seal of the record" in sheet] == [
        len(sheets)
    ]
