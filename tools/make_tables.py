"""Make the bundled tables from a folder of the real data they come from.

    python tools/make_tables.py ../shared/data

It writes into ``src/policemetrics`` and then brings the checksums in
``definitions/LICENCE.md`` up to date. Written by hand, and so not made here:
``outcome_types.csv``, ``outcome_names.csv``, ``outcome_sets.csv``, ``response_targets.csv``, ``placeholder_stamps.csv``, ``control_rules.csv``, ``harm_weights.json``,
``claim_words.json``, ``claim_phrases.json`` and ``datasets.json``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "policemetrics"
FORCE = "West Midlands"
CSS_EDITION = "ons-css 2020"

# The Crime Severity Score keeps four recorded-crime groups as one.
CSS_GROUPS = {
    "Miscellaneous crimes": "Other crimes against society",
    "Drug offences": "Other crimes against society",
    "Possession of weapons offences": "Other crimes against society",
    "Public order offences": "Other crimes against society",
}

# Codes that were split, and what each was before: recorded crime of 2023/24 and later.
LATEST_TABLE = "2024/25"
SPLIT_YEAR = "2023/24"
SPLITS = dict(
    zip(
        ("28I", "28M", "28J", "28N", "28K", "28O", "28L", "28P", "29B", "29C"),
        ("28E", "28E", "28F", "28F", "28G", "28G", "28H", "28H", "29A", "29A"),
        strict=True,
    )
)
OFFENCE_NOTES = {
    code: f"{what} in one of the years {years}: in the table of {seen}, and by the number of codes in that of 2022/23."
    for code, what, years, seen in (
        ("8T", "Began", "2020/21 to 2022/23", "2024/25"),
        ("8U", "Began", "2020/21 to 2022/23", "2024/25"),
    )
} | {
    "90": "Last used in one of the years 2019/20 to 2021/22: by the number of codes it is not in the table of 2022/23."
}

# Home Office open data, as in SGilr/oocd-dashboard, data/processed/denominators.csv and force_year.csv,
# commit 7d0066e. The data folder does not hold these rows.
CRIMES = {"2022/23": 365882, "2023/24": 328104, "2024/25": 308494, "2025/26": 301020}
OUTCOME_COLUMNS = {
    "1": "charged_summonsed_t1",
    "2": "caution_youth_t2",
    "3": "caution_adult_t3",
    "6": "penalty_notice_t6",
    "7": "cannabis_khat_warning_t7",
    "8": "community_resolution_t8",
    "22": "diversionary_activity_t22",
}
# The seven types in the order above, then every outcome assigned.
OUTCOMES = {
    ("2022/23", "closed"): (13272, 216, 1395, 0, 0, 4869, 406, 363205),
    ("2022/23", "recorded"): (15156, 193, 1338, 0, 0, 4733, 565, 365620),
    ("2023/24", "closed"): (17330, 203, 1668, 0, 0, 5999, 829, 325111),
    ("2023/24", "recorded"): (18515, 202, 1710, 0, 0, 6016, 644, 327607),
}


def read(path: Path) -> Iterator[dict[str, str]]:
    with (
        gzip.open(path, "rt", encoding="utf-8", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8", newline="")
    ) as file:
        yield from csv.DictReader(file)


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def offences(data: Path, package: Path) -> None:
    """Write every code of the tables of 2017/18, 2019/20 and 2024/25, with the names of 2019/20 and of April 2026."""
    old = {r["offence_code"]: r for r in read(data / "recorded_crime" / "offence_reference.csv")}
    new = {r["offence_code"]: r for r in read(data / "recorded_crime" / "prc_offence_codes_2024_25.csv")}
    rows = []
    for code in sorted(old | new):
        was = old.get(code)
        now = [new[code][c] for c in ("offence", "subgroup", "group")] if code in new else ["", "", ""]
        names = [was[f"offence_{c}"] for c in ("description", "subgroup", "group")] if was else now
        if code in SPLITS:  # in one classification they stay where the code was that they were
            names = [now[0], *(old[SPLITS[code]][f"offence_{c}"] for c in ("subgroup", "group"))]
        years = was["in_years"].split("|") if was else []
        years += [LATEST_TABLE] * (code in new)
        first = (
            "" if "2017/18" in years else "2018/19" if was else SPLIT_YEAR if code in SPLITS else "2020/21"
        )
        last = "" if code in new else "2021/22" if "2019/20" in years else "2018/19"
        # What is the same crimes as another code is in the same type of street-level data.
        joined = {part: whole for whole in old if "/" in whole for part in whole.split("/")} | SPLITS
        street = (was or {}).get("police_uk_category") or old.get(joined.get(code, ""), {}).get(
            "police_uk_category", ""
        )
        ended = "2016/17" if "(outcome only)" in names[0] else "2022/23" if code in SPLITS.values() else ""
        rows.append(
            (code, *names, " ".join(years), first, last, ended, *now, OFFENCE_NOTES.get(code, ""), street)
        )
    write(
        package / "definitions" / "offences.csv",
        (
            *("offence_code", "offence", "subgroup", "group", "years", "first", "last", "ended"),
            *("latest_name", "latest_subgroup", "latest_group", "note", "street_level"),
        ),
        rows,
    )


def harm_weights(data: Path, package: Path) -> None:
    weighted = {r["offence_code"]: r for r in read(data / "css" / "css_weights.csv")}
    # One line of the ONS list can cover several codes; the copy cut the decimals of one of them (4.10).
    line_weight: dict[str, str] = {}
    for row in weighted.values():
        line_weight[row["css_code"]] = max(line_weight.get(row["css_code"], ""), row["weight"], key=len)
    rows = []
    for r in read(data / "recorded_crime" / "offence_reference.csv"):
        code, group = r["offence_code"], r["offence_group"]
        if group == "Fraud offences":
            continue
        weight = line_weight[weighted[code]["css_code"]]
        rows.append((code, r["offence_description"], CSS_GROUPS.get(group, group), weight))
    write(
        package / "definitions" / "harm_weights_ons_css_2020.csv",
        ("offence_code", "offence", "group", "weight"),
        rows,
    )


def offence_code_variants(data: Path, package: Path) -> None:
    reference = {r["offence_code"]: r for r in read(data / "recorded_crime" / "offence_reference.csv")}
    latest = {r["offence_code"] for r in read(data / "recorded_crime" / "prc_offence_codes_2024_25.csv")}
    years = {
        code: " ".join([*r["in_years"].split("|"), *([LATEST_TABLE] * (code in latest))])
        for code, r in reference.items()
    }
    rows = []
    for joined in (code for code in reference if "/" in code):
        note = (
            f"{reference[joined]['offence_description']}: one code in the earlier year, several in the later"
        )
        source = "Home Office, police recorded crime open data tables"
        rows += [
            (part, joined, "recorded crime", years[part], years[joined], "", note, source)
            for part in sorted(joined.split("/"))
        ]
    for part, joined in SPLITS.items():
        note = f"{reference[joined]['offence_description']}: one code until 2022/23; a home and an unconnected building apart since"
        source = "Home Office, police recorded crime open data tables, release of April 2026"
        rows.append((part, joined, "recorded crime", LATEST_TABLE, years[joined], SPLIT_YEAR, note, source))
    for r in read(data / "css" / "css_weights.csv"):
        code, joined = r["offence_code"], r["css_code"]
        # The line of homicide has a code of its own spelling, and is joined above.
        if code != joined and joined in reference:
            note = f"One line of the list of weights: {r['css_offence']}"
            source = "ONS, Crime Severity Score data tool, sheet List of weights"
            rows.append((code, joined, CSS_EDITION, years[code], years[joined], "", note, source))
    write(
        package / "definitions" / "offence_code_variants.csv",
        ("offence_code", "joined", "scope", "years", "joined_years", "since", "note", "source"),
        sorted(rows, key=lambda row: (row[2] == CSS_EDITION, row[0])),
    )


def west_midlands_offences(data: Path, package: Path) -> None:
    # A Counter keeps explicit zeros, which are the evidence that the figure was supplied.
    found: Counter[tuple[str, str, str]] = Counter()
    for year in ("2017_18", "2019_20"):
        for r in read(data / "recorded_crime" / f"prc_pfa_{year}.csv.gz"):
            if r["force_name"] == FORCE:
                key = r["financial_year"], r["financial_quarter"], r["offence_code"]
                found[key] += int(r["offences"])
    write(
        package / "data" / "west_midlands_offences.csv",
        ("period", "quarter", "offence_code", "offences"),
        ((*key, count) for key, count in sorted(found.items())),
    )


def west_midlands_outcomes(data: Path, package: Path) -> None:
    found = dict(OUTCOMES)
    for r in read(data / "outcomes" / "ho_outcomes_force_year.csv"):
        if r["force"] == FORCE:
            counts = (int(r[c]) for c in (*OUTCOME_COLUMNS.values(), "assigned_total"))
            found[r["financial_year"], r["basis"]] = tuple(counts)
    rows: list[tuple[object, ...]] = []
    positive: dict[tuple[str, str], int] = {}
    for (period, basis), (*types, assigned) in sorted(found.items()):
        rows += ((period, basis, code, n) for code, n in zip(OUTCOME_COLUMNS, types, strict=True))
        rows.append((period, basis, "other", assigned - sum(types)))
        positive[period, basis] = sum(types)
    write(
        package / "data" / "west_midlands_outcomes.csv",
        ("period", "basis", "outcome", "outcomes"),
        rows,
    )
    write(
        package / "data" / "west_midlands_annual.csv",
        ("period", "crimes", "positive_closed", "positive_recorded"),
        ((p, n, positive[p, "closed"], positive[p, "recorded"]) for p, n in CRIMES.items()),
    )


def west_midlands_population(data: Path, package: Path) -> None:
    # ONS divides the year ending March 2018 by mid-2016, and the years from June 2019 on by mid-2018.
    used = {"2016": "2017/18", "2018": "2019/20"}
    write(
        package / "data" / "west_midlands_population.csv",
        ("period", "mid_year", "residents"),
        (
            (used[r["mid_year"]], r["mid_year"], r["population"])
            for r in read(data / "population" / "england_force_population_exact_2009_2019.csv")
            if r["force_name"] == FORCE and r["mid_year"] in used
        ),
    )


def nhs_999_calls(data: Path, package: Path) -> None:
    def name(text: str) -> str:
        return text.title().replace("Nhs", "NHS").replace(" Of ", " of ")

    rows = [
        (
            f"{r['Year']}-{int(r['Month']):02d}",
            r["Org Code"],
            name(r["Org Name"]),
            *("" if r[c] == "." else r[c] for c in ("A1", "A2", "A3")),
        )
        for r in read(data / "answer_times" / "nhs_ambsys_2017_09_and_2026_04.csv")
        if r["Org Code"] != "Eng"  # England is the sum of the trusts
    ]
    write(
        package / "data" / "nhs_999_calls.csv",
        ("period", "trust_code", "trust", "calls", "total_seconds", "mean_seconds"),
        sorted(rows),
    )


def lfb_first_pump_2009(data: Path, package: Path) -> None:
    source = data / "response_times" / "lfb_dwelling_fires_2009.csv"
    found = Counter(int(r["FirstPumpArriving_AttendanceTime"]) for r in read(source))
    write(package / "data" / "lfb_first_pump_2009.csv", ("seconds", "calls"), sorted(found.items()))


def make(data: Path, package: Path) -> None:
    """Write every table that can be made from `data`."""
    for table in (
        offences,
        offence_code_variants,
        harm_weights,
        west_midlands_offences,
        west_midlands_outcomes,
        west_midlands_population,
        nhs_999_calls,
        lfb_first_pump_2009,
    ):
        table(data, package)


def checksums(package: Path) -> dict[str, str]:
    """Return the sha256 of each bundled file, by its path in the package."""
    found = sorted(f for d in ("definitions", "data") for f in (package / d).iterdir())
    return {
        f.relative_to(package).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in found
        if f.suffix in {".csv", ".json"}
    }


def stamp(package: Path) -> None:
    """Bring the checksums in the licence file up to date."""
    licence = package / "definitions" / "LICENCE.md"
    lines = "\n".join(f"| `{name}` | `{digest}` |" for name, digest in checksums(package).items())
    text, found = re.subn(
        r"(?<=\| --- \| --- \|\n)(\| `\S+` \| `[0-9a-f]{64}` \|\n)*",
        lambda _: lines + "\n",
        licence.read_text(encoding="utf-8"),
    )
    if found != 1:
        raise SystemExit(f"{licence} must hold one table of checksums; found {found}.")
    licence.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled tables.")
    parser.add_argument("data", type=Path, help="folder of the real data, for example ../shared/data")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="package folder to write into")
    options = parser.parse_args()
    make(options.data, options.package)
    stamp(options.package)
    for name, digest in checksums(options.package).items():
        print(digest, name)


if __name__ == "__main__":
    main()
