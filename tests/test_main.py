"""The worked example: what it prints is what was published, and it prints it anywhere."""

import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from policemetrics.__main__ import as_html, as_text, main, scorecard
from policemetrics.claims import implied_change


@pytest.fixture(scope="module")
def sections():
    return scorecard()


@pytest.fixture(scope="module")
def text(sections):
    return " ".join(as_text(sections).split())


@pytest.mark.parametrize(
    "published",
    [
        "fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882 in 2022/23 to 328,104 in 2023/24.",
        "Per day it is −10.57%: 2023/24 had 366 days.",
        "from 233,393 in 2017/18 to 260,829 in 2019/20",
        "The changes of the 9 groups add up to the total: +27,436.",
        "of which burglary 28,080 24,235 −3,845",
        "of which theft from the person 3,012 3,062 +50",
        "5.51% in 2022/23 (20,158 of 365,882) to 7.93% in 2023/24 (26,029 of 328,104): +2.42 percentage points",
        "which is +44.0 per cent",
        "6.01% in 2022/23 (21,985 of 365,882) to 8.26% in 2023/24 (27,087 of 328,104): +2.25 percentage points",
        "21.65 s over 289,824 calls",
        "would say 17.18 s",
        "319.73 s in the mean",
        "296 s in the median, and 471 s at the 90th percentile, over 6,708 fires",
        "71.15% took at most 360 s, 70.86% took less",
        "This edition is superseded",
        "Recorded crime. Supported: “10% lower” means −10.5% to −9.5%, and the change is −10.33%",
        "As victims. Cannot tell: “around 35,000 fewer victims”: the claim counts victims, the figure recorded crime",
        (
            "As crimes. Cannot tell: “around 35,000 fewer” means −37,500 to −32,500, and the change is −37,778, but by data of "
            "another vintage"
        ),
        "The harm score. Cannot tell: “5% lower”: the figure is not available: no rows for 2022/23.",
        "closed basis. Supported: “about 8%” means 7.5% to 8.5%, and the rate is 7.93%",
        "recorded basis. Supported: “about 8%” means 7.5% to 8.5%, and the rate is 8.26%",
        "999 calls answered in. Cannot tell: “5 seconds”: police times are not published",
        "101 calls answered in. Cannot tell: “2 minutes 14 seconds”: police times are not published",
        "Emergencies attended in. Cannot tell: “11 minutes”: police times are not published",
        "Priority calls attended in. Cannot tell: “39 minutes”: police times are not published",
        "309,524 to 394,737 crimes before and 277,024 to 357,237 after",
        "harm per crime rose by 5.6%, between +4.4% and +6.7%",
    ],
)
def test_published_figures(text, published):
    """The figures that the news item, the Home Office, NHS England and the fire brigade give."""
    assert published in text


def test_groups_add_up(sections):
    """Old, new and change of the groups add up to the total's, as printed."""
    rows = [[cell.replace(",", "").replace("−", "-") for cell in row[1:4]] for row in sections[1].rows]
    total = next(i for i, row in enumerate(sections[1].rows) if row[0] == "All recorded crime")
    for column in range(3):
        assert sum(int(row[column]) for row in rows[:total]) == int(rows[total][column])


def test_every_section_has_its_origin(sections, text):
    """Source with publisher and licence, vintage and definition stand under each section."""
    for section in sections:
        assert "Open Government Licence v3.0" in section.source
        for name, value in section.origin:
            assert value.strip(), (section.title, name)
    assert text.count("Source: ") == text.count("Vintage: ") == text.count("Definition: ") == len(sections)


def test_never_says_victims_fell(text):
    """Crimes are not victims: the word occurs only in the claim, and to say so."""
    quoted = text.replace("“around 35,000 fewer victims”: the claim counts victims", "")
    quoted = quoted.replace("As victims. Cannot tell", "")
    assert re.findall(r"(\S+) victim", quoted) == ["not", "no", "no"]


def test_the_counts_lie_in_what_the_item_implies(sections):
    """As its last section says."""
    implied = implied_change(percent_change="10% lower", change="around 35,000 fewer")
    assert 365_882 in implied["before"]
    assert 328_104 in implied["after"]
    assert any("the counts published since lie in both" in s for s in sections[-1].sentences)


def test_lines_fit_a_terminal(sections):
    """No line is wider than a terminal of 100 columns."""
    assert max(map(len, as_text(sections).splitlines())) <= 100


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_is_whole_and_accessible(sections):
    """Every tag closes; tables have a caption and scoped headers; nothing is fetched."""
    page = _Page()
    page.feed(as_html(sections))
    assert not page.open
    assert ("html", {"lang": "en-GB"}) in page.seen
    tags = [tag for tag, _ in page.seen]
    assert tags.count("table") == tags.count("caption") == 1
    assert all("scope" in attributes for tag, attributes in page.seen if tag == "th")
    assert not {"script", "link", "img"} & set(tags)


def test_prints(capsys):
    """Without arguments the scorecard goes to standard output."""
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("West Midlands Police")


def test_writes_a_page(tmp_path, capsys):
    """--html writes the same as a page and says where."""
    target = tmp_path / "scorecard.html"
    assert main(["--html", str(target)]) == 0
    assert "365,882 in 2022/23" in target.read_text(encoding="utf-8")
    assert str(target) in capsys.readouterr().out


def test_page_that_cannot_be_written(tmp_path, capsys):
    """A folder that is not there gives a sentence and status 2, not a traceback."""
    assert main(["--html", str(tmp_path / "nowhere" / "x.html")]) == 2
    assert "name a file in a folder that exists" in capsys.readouterr().err


def test_terminal_without_a_true_minus(monkeypatch):
    """An old terminal gets plain hyphens for minus signs, and plain quotation marks."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main([]) == 0
    sys.stdout.flush()
    assert b"(-10.3%, 95% interval -10.7% to -9.9%)" in raw.getvalue()
    assert b'"10% lower" means -10.5% to -9.5%' in raw.getvalue().replace(b"\n  ", b" ")


def test_as_a_module():
    """``python -m policemetrics`` works in a process of its own, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "policemetrics", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--html FILE" in done.stdout


def test_read_by_head():
    """A reader that stops early, as head does, gets no traceback."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "policemetrics"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()  # before anything was written
        assert running.stderr.read() == b""
    assert running.returncode == 0
