"""The conformance command: on the real files, and on a folder written here that is good, wrong or damaged."""

from __future__ import annotations

import csv
import gzip
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import conformance
from conformance import _harm, _outcomes, _verdicts
from conformance.__main__ import main
from conformance._report import as_markdown
from conformance._sources import SOURCES
from policemetrics.errors import InvalidInputError, InvalidTypeError

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
BBC = "police.uk outcomes (BBC), 45 forces, 2012 to 2016"

# Cells, equal, within rounding, base revised, differing. Programs apart from the package counted some of them
# (1,170 and 26 outcomes, 85 means, 446 area-periods of the first offence, 63 + 16 + 7 harm cells).
COUNTED = {
    "ONS police force areas: rates per 1,000": (10_325, 6_421, 3_904, 0, 0),
    "ONS police force areas: percentage changes, base in the workbook a year before": (
        5_106,
        1_685,
        0,
        3_419,
        2,
    ),
    "ONS police force areas: percentage changes, base not in the folder": (4_328, 4_328, 0, 0, 0),
    "ONS police force areas: offences add up": (4 * 446, 4 * 446, 0, 0, 0),
    "ONS police force areas: forces, regions and countries add up": (4 * 8 * 23, 4 * 8 * 23, 0, 0, 0),
    "ONS Crime Severity Score: groups add up": (30, 30, 0, 0, 0),
    "ONS Crime Severity Score: Greater Manchester 2017/18 from counts": (7, 5, 0, 0, 2),
    "ONS Crime Severity Score: forces 2017/18 and 2019/20 from counts": (498, 56, 0, 0, 442),
    "ONS Crime Severity Score, tools of 2020 and 2022: groups add up": (2_050, 2_050, 0, 0, 0),
    "ONS Crime Severity Score: robbery by the tool of 2022 from that of 2020": (970, 853, 0, 0, 117),
    "Cambridge Crime Harm Index 2026, 7 forces": (63 + 16 + 7 + 7, 71, 22, 0, 0),
    "Home Office outcomes: sets add up": (2 * (264 + 48), 2 * (264 + 48), 0, 0, 0),
    "Home Office outcomes: forces add up": (60, 60, 0, 0, 0),
    "Home Office outcomes: bulletins": (6, 2, 0, 0, 4),
    "Home Office: shares of crimes charged, 2003 to 2023": (42 + 2, 40 + 2, 0, 0, 2),
    BBC: (1_170 + 26, 1_170 + 26, 0, 0, 0),
    "NHS England, ambulance systems: means": (85, 0, 85, 0, 0),
    "StatsWales: emergency calls reached within 8 minutes": (288, 38, 250, 0, 0),
    "StatsWales: health boards add up": (5 * 36, 5 * 36, 0, 0, 0),
    "NHS England, ambulance systems: trusts add up": (26, 26, 0, 0, 0),
    "Alexandria, Virginia: elapsed times, weeks 46, 51 and 52 of 2025": (652, 443, 209, 0, 0),
    "Alexandria, Virginia: calls answered by the hour, weeks 44 to 52 of 2025": (
        18_144,
        14_719,
        3_276,
        0,
        149,
    ),
    "London Fire Brigade: dwelling fires of 2009": (4, 2, 2, 0, 0),
}


@pytest.fixture(scope="module")
def checked(shared_data):
    return conformance.check(shared_data)


def swapped(raw, old, new):
    """The bytes of a file, gzipped or not, with one cell changed."""
    packed = raw.startswith(b"\x1f\x8b")
    text = gzip.decompress(raw) if packed else raw
    assert old.encode() in text
    text = text.replace(old.encode(), new.encode(), 1)
    return gzip.compress(text) if packed else text


class TestRealFiles:
    def test_every_published_cell(self, checked):
        """At least 12,000 in all, each judged, and none that should agree and does not."""
        found = {
            c.source: (c.cells, c.equal, c.within_rounding, c.base_revised, c.differing) for c in checked
        }
        assert found == COUNTED
        assert {c.status for c in checked} == {"agrees"}
        assert sum(c.cells for c in checked) == 47_236 > 12_000
        assert all(c.why for c in checked if c.equal < c.cells)

    @pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.title)
    def test_one_changed_cell_fails(self, shared_data, tmp_path, source):
        """Every source can fail: no check is so loose that it would pass whatever was printed."""
        changed, old, new = CHANGED[source.title]
        for path in source.files:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            raw = (shared_data / path).read_bytes()
            (tmp_path / path).write_bytes(swapped(raw, old, new) if path == changed else raw)
        found = {c.source: c for c in conformance.check(tmp_path)}[source.title]
        assert (found.status, found.failed > 0) == ("fails", True)
        # The cell itself, and the sums that it belongs to.
        assert found.failed <= 3

    def test_severity_agrees_to_the_last_digits(self, shared_data):
        """The 56 cells of forces agree to 1e-12, five groups of nine force-years whole; two numbers of crimes charged exactly."""
        cells = _harm.css_forces(shared_data).of("equal")
        assert len(cells) == 56
        assert max(abs(found / published - 1) for _, published, found in cells) < 1e-12
        assert {(p, f) for name, p, f in _outcomes.charged_shares(shared_data).of("equal") if p > 1} == {
            (350_863, 350_863),
            (315_158, 315_158),
        }

    def test_the_page_is_what_the_command_prints(self, checked):
        """When it differs: python -m conformance ../shared/data --markdown > docs/conformance.md."""
        date = re.compile(r"(?<=Made on )\d{2} \w+ \d{4}")
        page, ours = (date.sub("", text.strip()) for text in (PAGE.read_text("utf-8"), as_markdown(checked)))
        assert page == ours
        assert date.search(PAGE.read_text("utf-8"))

    def test_the_command(self, shared_data, capsys):
        assert main([str(shared_data)]) == 0
        printed = capsys.readouterr()
        assert re.search(r"^all +47,236 ", printed.out, re.MULTILINE)
        assert printed.err == ""


# One printed cell of each source, and what it is changed to: by little, where it has many digits.
CHANGED = {
    "ONS police force areas: rates per 1,000": ("pfa_tables/pfa_rates_per_1000.csv", "83.5248432727944", "83.53"),
    "ONS police force areas: percentage changes, base in the workbook a year before": (
        "pfa_tables/pfa_percent_change.csv", "11.254836263298385", "11.25484",
    ),
    "ONS police force areas: percentage changes, base not in the folder": (
        "pfa_tables/pfa_percent_change.csv", "12.857409345515796", "12.85741",
    ),
    "ONS police force areas: offences add up": ("pfa_tables/pfa_counts.csv", "4876282", "4876283"),
    "ONS police force areas: forces, regions and countries add up": ("pfa_tables/pfa_counts.csv", "4876282", "4876283"),
    "ONS Crime Severity Score: groups add up": (
        "css/css_published_scores_trafford_gm_england.csv", "10.513134160712443", "10.5131341",
    ),
    "ONS Crime Severity Score: Greater Manchester 2017/18 from counts": (
        "css/css_published_scores_trafford_gm_england.csv", "1.9964526043234154", "1.9964526",
    ),
    "ONS Crime Severity Score: forces 2017/18 and 2019/20 from counts": (
        "css/css_published_pfa_ons_2020_tool.csv.gz", "0.28881884008833436", "0.2888188",
    ),
    "ONS Crime Severity Score, tools of 2020 and 2022: groups add up": (
        "css/css_published_pfa_ons_2022_tool.csv.gz", "13.764732273420668", "13.7647322",
    ),
    "ONS Crime Severity Score: robbery by the tool of 2022 from that of 2020": (
        "css/css_published_pfa_ons_2022_tool.csv.gz", "2.6984769764679939", "2.698477",
    ),
    "Cambridge Crime Harm Index 2026, 7 forces": (
        "cchi/cchi_2026_force_harm_totals_2024_25.csv", "484059.75", "484059.5",
    ),
    "Home Office outcomes: sets add up": ("outcomes/ho_outcomes_national_year.csv", "931010", "931011"),
    "Home Office outcomes: forces add up": ("outcomes/ho_outcomes_national_year.csv", "592740", "592741"),
    "Home Office outcomes: bulletins": ("outcomes/published_checks.csv", "447514", "447515"),
    "Home Office: shares of crimes charged, 2003 to 2023": (
        "outcomes/charged_share_england_wales_2003_2023.csv", "0.0726732636281105", "0.0726732636",
    ),
    BBC: ("outcomes/bbc_outcomes_totals_2012_16.csv", "14753", "14754"),
    "NHS England, ambulance systems: means": ("answer_times/nhs_ambsys_2017_09_and_2026_04.csv", ",460,", ",461,"),
    "StatsWales: emergency calls reached within 8 minutes": (
        "ambulance/wales_ambulance_red_calls.csv", "59.583163", "59.58317",
    ),
    "StatsWales: health boards add up": (
        "ambulance/wales_ambulance_red_calls.csv", '"WALES",2457,', '"WALES",2458,',
    ),
    "NHS England, ambulance systems: trusts add up": (
        "answer_times/nhs_ambsys_2017_09_and_2026_04.csv", "1096460", "1096461",
    ),
    "Alexandria, Virginia: elapsed times, weeks 46, 51 and 52 of 2025": (
        "response_times/alexandria_elapsed_summary_published.csv", "1650.499999999998", "1650.4",
    ),
    "Alexandria, Virginia: calls answered by the hour, weeks 44 to 52 of 2025": (
        "answer_times/alexandria_phone_hourly_2025_weeks44_52.csv", "0.6667", "0.6669",
    ),
    "London Fire Brigade: dwelling fires of 2009": ("response_times/lfb_dwelling_fires_2009.csv", ",663,", ",63,"),
}  # fmt: skip


# A day's worth of the BBC's three tables: two forces, two outcomes, lone carriage returns as in the source.
ROWS = [
    ["Year", "f0_", "crime_type", "reported_by", "last_outcome_category"],
    ["2015", "5", "Burglary", "Kent Police", "Local resolution"],
    ["2016", "7", "Robbery", "Kent Police", "Local resolution"],
    ["2016", "2", "Robbery", "Essex Police", ""],
]
FORCES = [["Force", "(blank)", "Local resolution"], ["Kent Police", "", "12"], ["Essex Police", "2", ""]]
TOTALS = [["Outcome", "Total 2012-2016"], ["(blank)", "2"], ["Local resolution", "12"]]
NAMES = (
    "bbc_outcomes_by_category_force_year_2012_16.csv.gz",
    "bbc_outcomes_by_force_2012_16.csv",
    "bbc_outcomes_totals_2012_16.csv",
)


def text_of(rows):
    return "\r".join(",".join(row) for row in rows) + "\r"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "outcomes").mkdir()
    for name, rows in zip(NAMES, (ROWS, FORCES, TOTALS), strict=True):
        raw = text_of(rows).encode()
        (tmp_path / "outcomes" / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return tmp_path


def only(folder):
    """The one source whose files are there; the others are not checked."""
    found = {c.source: c for c in conformance.check(folder)}
    bbc = found.pop(BBC)
    assert {c.status for c in found.values()} == {"not checked"}
    assert not any(c.cells for c in found.values())
    return bbc


class TestOwnFolder:
    def test_good(self, folder, capsys):
        bbc = only(folder)
        assert (bbc.status, bbc.cells, bbc.equal, bbc.failures) == ("agrees", 6, 6, ())
        assert main([str(folder)]) == 0
        out = capsys.readouterr().out
        assert re.search(r"^all +6 +6 +0 +0 +0 +0$", out, re.MULTILINE)
        assert "NOT CHECKED" in out
        assert "there is no pfa_tables/pfa_counts.csv" in out

    def test_a_wrong_cell_is_named(self, folder, capsys):
        wrong = text_of([*FORCES[:2], ["Essex Police", "3", ""]])
        (folder / "outcomes" / NAMES[1]).write_text(wrong, newline="")
        assert only(folder).failures == ("Essex Police, (blank): published 3.0, found 2.0",)
        assert main([str(folder)]) == 1
        printed = capsys.readouterr()
        assert "These cells should agree and do not" in printed.out
        assert "Essex Police, (blank): published 3.0, found 2.0" in printed.out
        assert printed.err == "Not all that should agree does.\n"

    def test_many_wrong_cells(self, folder):
        wrong = text_of([FORCES[0], *([f"Force {i}", "1", ""] for i in range(8))])
        (folder / "outcomes" / NAMES[1]).write_text(wrong, newline="")
        bbc = only(folder)
        assert bbc.failed == 8
        assert len(bbc.failures) == 6
        assert bbc.failures[-1] == "and 3 more"

    @pytest.mark.parametrize(
        ("name", "rows", "line", "said"),
        [
            (1, [*FORCES[:2], ["Essex Police", "two", ""]], 3, "(blank) must be a number; got 'two'"),
            (1, [*FORCES[:2], ["Essex Police", "nan", ""]], 3, "(blank) must be a number; got 'nan'"),
            (1, [*FORCES[:2], ["Essex Police", "2.5", ""]], 3, "(blank) must be a whole number; got '2.5'"),
            (1, [*FORCES[:2], ["Essex Police", "2"]], 3, "a row must have 3 fields; got 2"),
            (2, [TOTALS[0], ['(blank)"', '"2']], 2, "unexpected end of data"),
            (2, [["Outcome"], ["(blank)"]], 1, "the columns must include 'Total 2012-2016'; got 'Outcome'"),
            (2, [TOTALS[0]], 1, "the file must have rows below its header; got none"),
            (2, [], 1, "the columns must include 'Outcome', 'Total 2012-2016'; got none"),
        ],
    )  # fmt: skip
    def test_a_damaged_file_is_named_with_its_line(self, folder, capsys, name, rows, line, said):
        (folder / "outcomes" / NAMES[name]).write_text(text_of(rows), newline="")
        bbc = only(folder)
        assert bbc.status == "damaged"
        assert f"{NAMES[name]}, line {line}: {said}" in bbc.why
        assert bbc.cells == 0
        assert main([str(folder)]) == 1
        assert f"line {line}: {said}" in capsys.readouterr().out

    def test_bytes_that_are_no_text(self, folder):
        (folder / "outcomes" / NAMES[2]).write_bytes(b"Outcome,Total 2012-2016\r(blank),2\r\xa3,3\r")
        assert "line 3: the file must be UTF-8; got the byte 0xa3" in only(folder).why

    def test_half_a_download(self, folder):
        place = folder / "outcomes" / NAMES[0]
        place.write_bytes(place.read_bytes()[:-12])
        bbc = only(folder)
        assert bbc.status == "damaged"
        assert f"{NAMES[0]} cannot be read" in bbc.why

    def test_what_the_library_refuses(self, folder):
        """Damage that only a metric notices is reported too, not raised."""
        (folder / "css").mkdir()
        rows = [["area_name", "period", "group", "value"], ["Kent", "2017/18", "Robbery", "-1"]]
        place = folder / "css" / "css_published_scores_trafford_gm_england.csv"
        place.write_text("\n".join(",".join(r) for r in rows))
        css = {c.source: c for c in conformance.check(folder)}["ONS Crime Severity Score: groups add up"]
        assert css.status == "damaged"
        assert "-1" in css.why

    def test_a_missing_file_is_not_checked(self, folder, capsys):
        (folder / "outcomes" / NAMES[2]).unlink()
        bbc = only(folder)
        assert (bbc.status, bbc.why) == ("not checked", f"there is no outcomes/{NAMES[2]}")
        assert main([str(folder)]) == 2
        assert "nothing was checked" in capsys.readouterr().err

    def test_files_without_a_single_cell_are_not_checked(self, folder):
        """What holds no figure has not agreed."""
        (folder / "pfa_tables").mkdir()
        keys = "year_ending,area_code,area_name,offence"
        for name, column in (("counts", "offences"), ("percent_change", "percent_change")):
            text = f"{keys},{column}\n2019-03,E23000032,Kent,Robbery,..\n"
            (folder / "pfa_tables" / f"pfa_{name}.csv").write_text(text)
        found = {c.source: c for c in conformance.check(folder)}
        changes = found["ONS police force areas: percentage changes, base not in the folder"]
        assert (changes.status, changes.cells) == ("not checked", 0)
        assert changes.why == "its files hold no cell that can be worked out"

    def test_json(self, folder, capsys):
        assert main([str(folder), "--json"]) == 0
        found = {c["source"]: c for c in json.loads(capsys.readouterr().out)}
        assert found[BBC]["equal"] == 6
        assert found["NHS England, ambulance systems: means"]["status"] == "not checked"

    def test_markdown(self, folder, capsys):
        assert main([str(folder), "--markdown"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("# Conformance\n\nMade on ")
        assert f"| {BBC} | 6 | 6 | 0 | 0 | 0 | 0 |  |" in out
        assert "| NOT CHECKED: there is no pfa_tables/pfa_counts.csv" in out

    def test_needs_no_frame_library(self, folder):
        """In a process of its own, where none of them can be imported."""
        script = (
            "import runpy, sys\n"
            "sys.modules |= dict.fromkeys(('pandas', 'polars', 'pyarrow', 'duckdb', 'hypothesis'))\n"
            "runpy.run_module('conformance', run_name='__main__', alter_sys=True)"
        )
        done = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True
        )
        assert re.search(r"^all +6 +6 ", done.stdout, re.MULTILINE)

    def test_as_a_module(self, folder, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["conformance", str(folder)])
        monkeypatch.delitem(sys.modules, "conformance.__main__")
        with pytest.raises(SystemExit) as left:
            runpy.run_module("conformance", run_name="__main__", alter_sys=True)
        assert left.value.code == 0

    def test_no_folder(self, tmp_path, capsys):
        assert main([str(tmp_path / "nowhere")]) == 2
        assert "folder must be a folder that exists; got" in capsys.readouterr().err
        with pytest.raises(InvalidInputError, match="folder must be"):
            conformance.check(tmp_path / "nowhere")
        with pytest.raises(InvalidTypeError, match="folder must be a path; got 5"):
            conformance.check(5)


class TestVerdicts:
    """One cell of each kind, and which verdict goes before which."""

    @pytest.mark.parametrize(
        ("published", "found", "options", "verdict"),
        [
            (10.0, 10.0, {}, "equal"),
            (10.0, 10.0 + 5e-9, {}, "equal"),
            (10.0, 10.0 + 5e-8, {}, "failed"),
            (np.nan, np.nan, {}, "equal"),
            (np.nan, 10.0, {}, "failed"),
            (10.0, np.nan, {"step": 1.0}, "failed"),
            (10.0, 10.5, {"step": 1.0}, "within_rounding"),
            (10.0, 10.51, {"step": 1.0}, "failed"),
            (10.0, 11.0, {"limits": (np.array([9.0]), np.array([12.0]))}, "within_rounding"),
            (10.0, 11.0, {"revised": np.array([True])}, "base_revised"),
            (10.0, 11.0, {"revised": np.array([True]), "explained": np.array([True])}, "base_revised"),
            (10.0, 11.0, {"explained": np.array([True])}, "differing"),
            (10.0, 10.0, {"explained": np.array([True])}, "equal"),
        ],
    )
    def test_of_one_cell(self, published, found, options, verdict):
        cells = _verdicts.compare(np.array(["a cell"]), np.array([published]), np.array([found]), **options)
        assert {name for name, n in cells.tally.items() if n} == {verdict}

    def test_percentages_of_the_ons(self, tmp_path):
        """+100% from 50 to 100; the next is right from a base of 80, not of 90; then a dash below 50, and a wrong one."""
        (tmp_path / "pfa_tables").mkdir()
        keys = ["year_ending", "area_code", "area_name", "offence"]
        offences = ["Robbery", "Burglary", "Homicide", "Shoplifting"]
        old, new, printed = (50, 90, 40, 60), (100, 100, 60, 61), ("100", "25", "-", "7.123")
        counts = [
            [f"{year}-03", "E23000032", "Kent", offence, str(n)]
            for year, column in ((2018, old), (2019, new))
            for offence, n in zip(offences, column, strict=True)
        ]
        # ONS left out codes, and put a footnote behind a name, in some tables.
        changes = [["2019-03", "", "Kent", o, p] for o, p in zip(offences, printed, strict=True)]
        for name, value, rows in (
            ("counts", "offences", counts),
            ("percent_change", "percent_change", changes),
        ):
            with (tmp_path / "pfa_tables" / f"pfa_{name}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([[*keys, value], *rows])
        found = {c.source: c for c in conformance.check(tmp_path)}
        changes = found["ONS police force areas: percentage changes, base in the workbook a year before"]
        assert (changes.cells, changes.equal, changes.base_revised, changes.failed) == (4, 2, 1, 1)
        assert changes.failures[0].startswith(
            "E23000032, Kent, 2019-03, Shoplifting: published 7.123, found 1.66"
        )
