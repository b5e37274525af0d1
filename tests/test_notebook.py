"""What a notebook shows: tables as HTML in a real browser, light and dark, and as Markdown."""

import json
import os
import re
import shutil
import subprocess
from html import unescape

import pytest

import policemetrics as pm
from policemetrics import Tally, _write

NASTY = "<script>document.title = 'hacked'</script>&amp;\"'"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
YEARS = ("2022/23", "2023/24")

# What notebooks do to the tables of outputs, in short; and the colours that a page takes where none are set.
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Page</title><style>
:root {{ color-scheme: light dark }}
table {{ border-collapse: collapse; table-layout: fixed; font-size: 12px }}
td, th {{ text-align: right; padding: .5em; white-space: normal; max-width: none }}
</style></head><body>{}<pre id="found"></pre><script>
const light = c => {{ const [r, g, b] = c.match(/[\\d.]+/g).map(v => (v / 255) ** 2.2); return .2126 * r + .7152 * g + .0722 * b }};
const probe = document.body.appendChild(document.createElement("i"));
probe.style.color = "CanvasText"; const ink = getComputedStyle(probe).color;
probe.style.color = "Canvas"; const ground = getComputedStyle(probe).color;
probe.remove();
const cells = [...document.querySelectorAll("caption, th, td, body > div > p")];
const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
document.getElementById("found").textContent = JSON.stringify({{
  title: document.title,
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  scripts: document.querySelectorAll("div script, div b, div img").length,
  contrast: (a + .05) / (b + .05),
  inks: [...new Set(cells.map(c => getComputedStyle(c).color))], ink,
  grounds: [...new Set(cells.map(c => getComputedStyle(c).backgroundColor))],
  cut: cells.filter(c => c.scrollWidth > c.clientWidth + 1).map(c => c.textContent),
  wide: document.documentElement.scrollWidth - innerWidth,
  tables: [...document.querySelectorAll("table")].map(t => ({{
    caption: t.caption && t.caption.textContent,
    columns: [...t.tHead.rows[0].cells].map(c => [c.tagName, c.scope, c.textContent, getComputedStyle(c).textAlign]),
    rows: [...t.tBodies[0].rows].map(r => [...r.cells].map(c => [c.tagName, c.scope, c.innerText, getComputedStyle(c).textAlign])),
  }})),
  sentences: [...document.querySelectorAll("body > div > p")].map(p => p.textContent),
}});
</script></body></html>"""


def shown():
    """One of each kind of thing that a notebook shows."""
    change = pm.rate_change([0, 500], [4, 450], labels=[NASTY, "Kent"], caveat=NASTY)
    outcomes = Tally.from_columns({"period": [*YEARS] * 2, "outcome": ["1", "1", "18", "18"]}, [5, 9, 95, 91])
    rates = pm.positive_outcome_rate(
        outcomes, positive="charged", basis="recorded", out_of="outcomes", by="period"
    )
    times = Tally.from_columns({"area": [NASTY] * 3, "seconds": [30, 150, None]}, [5, 9, 2])
    summary = pm.summarise_times(times, by="area", target=60)
    return [change, change[0], change[1], rates, summary, outcomes, change[:0]]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, tmp_path_factory):
    """The page as the browser has it, in one of the two schemes."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        reason = f"no browser to look at the page with: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp(request.param)
    file = folder / "page.html"
    file.write_text(PAGE.format("".join(f"<div>{x._repr_html_()}</div>" for x in shown())), encoding="utf-8")
    scheme = {"light": 1, "dark": 0}[request.param]
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", f"--blink-settings=preferredColorScheme={scheme}",
        "--window-size=1200,900", "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    # A browser that starts for the first time on a busy machine may hang, and is then asked once more.
    for last in (False, True):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)  # noqa: S603  # our own page
            break
        except subprocess.TimeoutExpired:
            if last:
                raise
    found = json.loads(unescape(re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)[1]))
    assert found["dark"] is (request.param == "dark")
    return found


class TestInABrowser:
    def test_labels_are_text(self, page):
        """Nothing of a label became part of the page."""
        assert page["title"] == "Page"
        assert page["scripts"] == 0
        assert page["tables"][0]["rows"][0][0][2] == NASTY

    def test_every_table_has_a_caption_and_scopes(self, page):
        for table in page["tables"]:
            assert table["caption"]
            assert all(tag == "TH" and scope == "col" for tag, scope, *_ in table["columns"])
            names = sum(tag == "TH" for tag, *_ in table["rows"][0]) if table["rows"] else 0
            for row in table["rows"]:
                assert [(tag, scope) for tag, scope, *_ in row] == [("TH", "row")] * names + [("TD", "")] * (
                    len(row) - names
                )

    def test_headings_differ(self, page):
        """Whoever hears a heading must know which figure an interval is of."""
        for table in page["tables"]:
            headings = [heading for _, _, heading, _ in table["columns"]]
            assert len(set(headings)) == len(headings)
        assert "95% interval of median" in {h for t in page["tables"] for _, _, h, _ in t["columns"]}

    def test_headings_stand_over_their_columns(self, page):
        """Names and reasons on the left, figures on the right."""
        for table in page["tables"]:
            for row in table["rows"]:
                assert [align for *_, align in row] == [align for *_, align in table["columns"]]
        aligned = {heading: align for _, _, heading, align in page["tables"][0]["columns"]}
        assert aligned["label"] == aligned["reason"] == "left"
        assert aligned["percent_change"] == "right"

    def test_colours_are_those_of_the_page(self, page):
        """Dark or light, and no colour carries a meaning."""
        assert page["inks"] == [page["ink"]]
        assert page["grounds"] == ["rgba(0, 0, 0, 0)"]
        assert page["contrast"] > 7

    def test_nothing_is_cut(self, page):
        assert page["cut"] == []
        assert page["wide"] <= 0

    def test_figures_are_written_with_their_units(self, page):
        _, sentences = page["tables"], page["sentences"]
        cells = {cell[2] for table in page["tables"] for row in table["rows"] for cell in row}
        assert {
            "−10.0%",
            "5.00%",
            "1 min 47 s",
            "n/a",
            "not applicable: nothing was recorded before",
        } <= cells
        assert sentences[1].startswith("Kent: recorded crime fell by 50 (−10.0%")
        assert len(sentences) == 2


class TestMarkdown:
    def test_of_a_table(self):
        """Every row, with the rule that says which columns hold figures."""
        table = pm.rate_change(range(1, 101), range(101, 201), labels=[f"F{i}" for i in range(100)])
        lines = table.to_markdown().splitlines()
        assert lines[0] == "**Recorded crime; method: score**"
        assert lines[2] == "| label | old | new | change | percent_change | 95% interval |"
        assert lines[3] == "| :--- | ---: | ---: | ---: | ---: | ---: |"
        assert len(lines) == 106
        assert lines[-1] == "RateChange, 100 rows"

    def test_in_a_notebook_it_is_as_long_as_on_screen(self):
        table = pm.rate_change(range(1, 101), range(101, 201), labels=[f"F{i}" for i in range(100)])
        assert table._repr_markdown_().endswith("RateChange, 100 rows, the first 60 shown")
        assert len(table._repr_markdown_().splitlines()) == 66
        assert table[:3]._repr_markdown_() == table[:3].to_markdown()

    def test_of_a_figure(self):
        change = pm.rate_change(365_882, 328_104)
        _, table, sentence = change.to_markdown().split("\n\n")
        assert table.splitlines()[-1] == "| 365,882 | 328,104 | −37,778 | −10.3% | −10.7% to −9.9% |"
        assert sentence == str(change)
        assert change._repr_markdown_() == change.to_markdown()

    def test_of_nothing(self):
        assert len(shown()[-1].to_markdown().splitlines()) == 6

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("a|b", r"a\|b"),
            ("a\nb", "a b"),
            ("<b>x</b>", r"\<b\>x\</b\>"),
            ("*x* and _y_", r"\*x\* and \_y\_"),
            ("percent_change", "percent_change"),
            ("[a](b) `c` ~d~ $e$ &amp; \\", r"\[a\](b) \`c\` \~d\~ \$e\$ \&amp; \\"),
            ("1. first", r"1\. first"),
            ("- item", r"\- item"),
            ("# heading", r"\# heading"),
            ("---", r"\---"),
            ("+5.0% and −3", "+5.0% and −3"),
            ("5.0% of it", "5.0% of it"),
            ("", ""),
        ],
    )
    def test_markup_is_escaped(self, text, written):
        assert _write.markdown(text) == written

    def test_labels_are_text(self):
        """No label can end a cell, a table or a line."""
        for thing in shown()[:5]:
            for line in thing.to_markdown().splitlines():
                assert not re.search(r"(?<!\\)<", line)
        first = shown()[0].to_markdown().splitlines()
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in first[2:6]}) == 1
