"""The command that compares a newer official table with the bundled definitions."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from pathlib import Path

import pytest

from policemetrics.definitions import offences

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "compare_definitions.py"
HEAD = ("Force Name", "Offence Code", "Offence Description", "Offence Subgroup", "Offence Group")
ALL = [
    ("Kent", o.code, o.latest_name, o.latest_subgroup, o.latest_group)
    for o in offences().values()
    if o.latest_name
]


@pytest.fixture(scope="module")
def command():
    if not SCRIPT.exists():
        pytest.skip("tools/compare_definitions.py is in the repository only")
    spec = importlib.util.spec_from_file_location("compare_definitions", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture
def run(command, tmp_path, capsys):
    def run(rows, head=HEAD, name="table.csv"):
        path = tmp_path / name
        opened = gzip.open if name.endswith(".gz") else open
        with opened(path, "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        status = command([str(path)])
        return status, capsys.readouterr()

    return run


def test_nothing_differs(run):
    """Notes above the table, marks behind a heading, gzipped: it is the same table."""
    assert run(ALL)[0] == 0
    assert run(ALL, name="table.csv.gz")[0] == 0
    marked = tuple(f"{heading} [note 1]" for heading in HEAD)
    assert run([marked, *ALL], head=("Police recorded crime", "", "", "", ""))[0] == 0


def test_what_differs(run):
    changed = [
        row if row[1] != "46" else (*row[:2], "Theft from shops", *row[3:]) for row in ALL if row[1] != "8U"
    ]
    new = [
        ("Kent", "28Q", "Burglary of a boat", "Residential burglary", "Theft offences"),
        ("Wessex Police", "1", "Murder", "Homicide", "Violence against the person"),
        (
            "Devon & Cornwall",
            "90",
            "Other knives offences",
            "Possession of weapons offences",
            "Possession of weapons offences",
        ),
    ]
    status, printed = run([*changed, *new])
    assert status == 1
    assert printed.out.splitlines()[:-1] == [
        "offences, new (1)",
        "  28Q: Burglary of a boat; Residential burglary; Theft offences",
        "offences, back (1)",
        "  90: Other knives offences, not in the latest table that is bundled",
        "offences, gone (1)",
        "  8U: Controlling and coercive behaviour",
        "offences, renamed (1)",
        "  46: name 'Shoplifting' is 'Theft from shops'",
        "forces, new (1)",
        "  Wessex Police",
    ]


def test_outcomes(run):
    head = ("Force Name", "Outcome Type", "Outcome Description")
    rows = [
        ("Kent", "1", "Charged/Summonsed"),
        ("Kent", "8", "Community resolutions"),
        ("Kent", "9", "Something else"),
        ("Kent", "23", "A new type"),
    ]
    status, printed = run(rows, head)
    assert status == 1
    assert printed.out.splitlines()[:-1] == [
        "outcomes, new (1)",
        "  23: A new type",
        "outcomes, renamed (1)",
        "  9: Something else",
    ]


def test_no_table(run):
    status, printed = run([("a", "b")], head=("x", "y"))
    assert status == 2
    assert "no table with a heading such as 'offence code'" in printed.err


def test_the_bundled_release(command, shared_data, capsys):
    """The table that the definitions were made from has nothing new; an older one lacks what came since."""
    assert command([str(shared_data / "recorded_crime" / "prc_offence_codes_2024_25.csv")]) == 0
    capsys.readouterr()
    assert command([str(shared_data / "recorded_crime" / "prc_pfa_2019_20.csv.gz")]) == 1
    printed = capsys.readouterr().out
    assert "offences, gone (12)" in printed
    assert "15: group 'Miscellaneous crimes against society' is 'Miscellaneous crimes'" in printed
    assert "offences, new" not in printed
    assert "forces, new" not in printed
