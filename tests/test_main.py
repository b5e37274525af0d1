"""The worked example: what it prints is what was published, and it prints it anywhere."""

import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from policemetrics import _scorecard
from policemetrics.__main__ import main
from policemetrics._scorecard import as_html, as_text, checked_claims, first_screen, scorecard
from policemetrics.claims import implied_change
from policemetrics.errors import MissingDependencyError


@pytest.fixture(scope="module")
def sections():
    return scorecard()


@pytest.fixture(scope="module")
def claims():
    return checked_claims()


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
        "would be 17.18 s",
        "The mean time of the first fire engine was 319.73 s",
        "The median is 296 s and the 90th percentile 471 s, over 6,708 fires",
        "71.15% took at most 360 s, and 70.86% took less",
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
        "309,524 to 394,737 crimes before, and 277,024 to 357,237 after",
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
    assert any("The counts published since lie within both" in s for s in sections[-1].sentences)


def test_lines_fit_a_terminal(sections):
    """No line is wider than a terminal of 100 columns."""
    assert max(map(len, as_text(sections).splitlines())) <= 100


class TestTheScreen:
    def test_it_is_one_screen(self, claims):
        """At most 25 lines of at most 80 characters."""
        lines = first_screen(claims).splitlines()
        assert len(lines) <= 25
        assert max(map(len, lines)) <= 80

    def test_every_claim_has_a_line_with_its_verdict(self, claims):
        """In the order of the news item: what is claimed, the verdict, what is known."""
        lines = [re.split(r" {2,}", line) for line in first_screen(claims).splitlines()]
        rows = [tuple(line) for line in lines if len(line) == 3][2:]
        assert rows == [claim.row for claim in claims]
        assert ("Recorded crime is 10% lower", "supported", "365,882 to 328,104: −10.3%") in rows
        assert ("Around 35,000 fewer victims", "cannot tell", "crimes are counted, not victims") in rows
        assert ("About 8% positive, closed basis", "supported", "7.93% by date of the outcome") in rows

    def test_it_counts_the_verdicts(self, claims):
        """By hand from the lines above it."""
        assert "3 supported, 0 contradicted, 8 cannot tell" in first_screen(claims)

    def test_it_opens_with_the_figure_and_the_rule_that_changed(self, claims):
        """The caveat is not lost for want of room."""
        said = " ".join(first_screen(claims).split())
        assert "Recorded crime fell by 37,778 (−10.3%, 95% interval −10.7% to −9.9%), from 365,882" in said
        assert "counting rule changed in spring 2023" in said

    def test_what_is_found_has_its_reason_in_the_whole(self, claims, text):
        """Each claim of the screen is said in full by --full."""
        assert all(" ".join(f"{claim.what}. {claim.check}".split()) in text for claim in claims)


class _Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "img", "source"}:
            self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]


class TestThePage:
    def test_is_whole_and_accessible(self, claims, sections):
        """Every tag closes; tables have a caption and scoped headers; nothing is fetched."""
        page = _Page(as_html(claims, sections))
        assert not page.open
        assert page.all("html") == [{"lang": "en-GB"}]
        assert len(page.all("table")) == len(page.all("caption")) == 2
        assert all("scope" in attributes for attributes in page.all("th"))
        assert not any(map(page.all, ("script", "link", "img")))

    def test_contents_lead_to_every_section(self, claims, sections):
        """The table of contents names each section once, in order."""
        page = _Page(as_html(claims, sections))
        assert [a["href"] for a in page.all("a")] == [f"#{s['id']}" for s in page.all("section")]
        assert len(page.all("section")) == len(sections) + 1

    def test_pictures_are_inside_it_for_light_and_dark(self, claims, sections):
        """Drivers, outcomes on both bases, attendance times: each drawn twice, and said in words."""
        pytest.importorskip("matplotlib")
        page = _Page(as_html(claims, sections, _scorecard.drawn()))
        assert not page.open
        images, dark = page.all("img"), page.all("source")
        assert len(images) == len(dark) == 3
        assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in images)
        assert all(s["srcset"].startswith("data:image/svg+xml;base64,") for s in dark)
        assert all(image["src"] != s["srcset"] for image, s in zip(images, dark, strict=True))
        said = [image["alt"] for image in images]
        assert said[0].startswith("Recorded crime rose by 27,436 (+11.8%")
        assert said[1] == (
            "Positive outcomes went from 5.5% to 15.7% on the closed basis, and from 6.0% to 13.7% on the recorded basis so far"
        )
        assert said[2].startswith("70.9% (95% interval 69.8% to 71.9%) took less than the target of 6 min")

    def test_drawing_leaves_no_figure_open(self):
        """What was open before stays, and nothing else."""
        plt = pytest.importorskip("matplotlib.pyplot")
        mine = plt.figure()
        before = plt.get_fignums()
        _scorecard.drawn()
        assert plt.get_fignums() == before
        plt.close(mine)


def test_prints(capsys):
    """Without arguments one screen goes to standard output, with --full all of it."""
    assert main([]) == 0
    screen = capsys.readouterr().out
    assert screen.startswith("West Midlands Police, 2023/24: a news item")
    assert screen.count("\n") <= 25
    assert main(["--full"]) == 0
    assert capsys.readouterr().out.count("\n") > 100


def test_writes_a_page(tmp_path, capsys):
    """--html writes all of it as a page and says where; without matplotlib, without pictures."""
    target = tmp_path / "scorecard.html"
    assert main(["--html", str(target)]) == 0
    assert "365,882 in 2022/23" in target.read_text(encoding="utf-8")
    assert str(target) in capsys.readouterr().out


def test_a_page_without_matplotlib(tmp_path, capsys, monkeypatch):
    """The page is written, and what is said names what would bring the pictures."""

    def missing():
        msg = 'a page with pictures needs matplotlib; install "policemetrics[plot]".'
        raise MissingDependencyError(msg)

    monkeypatch.setattr(_scorecard, "drawn", missing)
    assert main(["--html", str(tmp_path / "x.html")]) == 0
    assert (
        'without pictures: a page with pictures needs matplotlib; install "policemetrics[plot]".'
        in capsys.readouterr().out
    )


def test_page_that_cannot_be_written(tmp_path, capsys):
    """A folder that is not there gives a sentence and status 2, not a traceback."""
    assert main(["--html", str(tmp_path / "nowhere" / "x.html")]) == 2
    assert "name a file in a folder that exists" in capsys.readouterr().err


def test_terminal_without_a_true_minus(monkeypatch):
    """An old terminal gets plain hyphens for minus signs, and plain quotation marks."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["--full"]) == 0
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
    assert "--full" in done.stdout


def test_read_by_head():
    """A reader that stops early, as head does, gets no traceback."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "policemetrics"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.close()  # before anything was written
        assert running.stderr.read() == b""
    assert running.returncode == 0
