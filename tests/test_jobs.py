"""The jobs of a new user, as the notebooks in docs/howto do them: each number held against plain pandas on the same files."""

import ast
import json
import os
from pathlib import Path

import pytest

pd = pytest.importorskip("pandas")
matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")
pytest.importorskip("python_calamine")

HOWTO = Path(__file__).resolve().parents[1] / "docs" / "howto"
JOBS = sorted(HOWTO.glob("job-*.ipynb"))
pytestmark = pytest.mark.skipif(not JOBS, reason="the notebooks are in the repository only")


def code_of(job):
    notebook = json.loads((HOWTO / f"job-{job}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def files(shared_data, tmp_path_factory):
    """All files side by side, as one has downloaded them."""
    folder = tmp_path_factory.mktemp("jobs")
    for file in shared_data.rglob("*.csv*"):
        (folder / file.name).symlink_to(file)
    return folder


def run(job, files):
    """Run a notebook, and return its names."""
    names, before = {}, Path.cwd()
    os.chdir(files)
    try:
        exec("\n".join(code_of(job)), names)  # noqa: S102  # our own page
    finally:
        os.chdir(before)
        matplotlib.pyplot.close("all")
    return names


@pytest.mark.parametrize("page", JOBS, ids=lambda page: page.stem)
def test_fifteen_statements(page):
    """From the file to the table and the chart; imports apart."""
    body = ast.parse("\n".join(code_of(page.stem.removeprefix("job-")))).body
    assert sum(not isinstance(line, ast.Import | ast.ImportFrom) for line in body) <= 15


@pytest.mark.parametrize("page", JOBS, ids=lambda page: page.stem)
def test_was_run(page):
    notebook = json.loads(page.read_text(encoding="utf-8"))
    outputs = [out for cell in notebook["cells"] for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out["output_type"] == "error" or out.get("name") == "stderr"]
    assert any("image/png" in out.get("data", {}) for out in outputs)


def recorded(files, year):
    rows = pd.read_csv(files / f"prc_pfa_{year}.csv.gz", dtype=str)
    rows["n"] = rows["offences"].astype(int)
    others = {"Action Fraud", "CIFAS", "UK Finance", "Financial Fraud Action UK", "British Transport Police"}
    return rows[~rows["force_name"].isin(others)]


def test_recorded_crime(files):
    found = run("recorded-crime", files)
    old, new = recorded(files, "2017_18"), recorded(files, "2019_20")
    for force, group in (("Kent", "Robbery"), ("Cumbria", "Theft offences"), ("Surrey", "Sexual offences")):
        figure = found["by_group"].at(force=force, group=group)
        sums = [
            rows[(rows.force_name == force) & (rows.offence_group == group)].n.sum() for rows in (old, new)
        ]
        assert [figure.old, figure.new] == sums
        assert figure.percent_change == pytest.approx(100 * (sums[1] / sums[0] - 1))
    kent = [
        rows[(rows.force_name == "Kent") & (rows.financial_quarter == "4")].n.sum() for rows in (old, new)
    ]
    last = found["last_quarter"].at(force="Kent")
    assert [last.old, last.new] == kent
    people = pd.read_csv(files / "population_pfa_exact_mid2001_2019.csv").set_index(
        ["area_name", "mid_year"]
    )["population"]
    for force in ("Kent", "Lincolnshire"):
        both = [
            rows[rows.force_name == force].n.sum() / people[force, year] * 1000
            for rows, year in ((old, 2016), (new, 2018))
        ]
        figure = found["per_head"].at(force=force)
        assert [figure.old_rate, figure.new_rate] == pytest.approx(both)
        assert figure.percent_change == pytest.approx(100 * (both[1] / both[0] - 1))


def test_harm(files):
    found = run("harm", files)
    rows = recorded(files, "2019_20")
    weights = pd.read_csv(files / "css_weights.csv", dtype={"offence_code": str}).set_index("offence_code")[
        "weight"
    ]
    rows = rows.assign(weight=rows["offence_code"].map(weights))
    tenfold = rows["offence_group"].isin(["Violence against the person", "Sexual offences", "Robbery"])
    for force in ("Kent", "West Midlands"):
        own = rows[rows.force_name == force]
        figure = found["by_severity"].at(force=force)
        assert figure.crimes == own.n.sum()
        if own.weight.notna().all():
            assert figure.score == pytest.approx((own.n * own.weight).sum(), rel=1e-6)
        assert (
            found["by_own"].at(force=force).score
            == (own.n * tenfold[own.index].map({True: 10, False: 1})).sum()
        )


def test_outcomes(files):
    found = run("outcomes", files)
    rows = pd.read_csv(files / "ho_outcomes_force_year.csv").query("financial_year == '2024/25'")
    for basis in ("recorded", "closed"):
        of_basis = rows[rows["basis"] == basis].set_index("force")
        for force in ("West Midlands", "Kent", "Cumbria"):
            figure = found[basis].at(force=force)
            assert (figure.positive, figure.denominator) == tuple(
                of_basis.loc[force, ["positive_total", "assigned_total"]]
            )
            assert figure.rate == pytest.approx(figure.positive / figure.denominator)


def test_times(files):
    found = run("times", files)
    rows = pd.read_csv(files / "lfb_attendance_sample_2020_23.csv.gz")
    by_year = rows.groupby(rows["IncidentNumber"].str[-4:])["AttendanceTimeSeconds"]
    table = found["summary"]
    assert table["n"].tolist() == by_year.size().tolist()
    assert table["mean"].tolist() == pytest.approx(by_year.mean().tolist())
    assert table["median"].tolist() == pytest.approx(by_year.median().tolist())
    assert table["p90"].tolist() == pytest.approx(by_year.quantile(0.9).tolist())
    assert table["share_within"].tolist() == pytest.approx(by_year.apply(lambda s: (s < 360).mean()).tolist())
    means = by_year.mean()
    assert found["change"].mean_change == pytest.approx(means["2022"] - means["2020"])


def test_police_uk(files):
    found = run("police-uk", files)
    rows = pd.read_csv(files / "city_of_london_street_2023_05_to_2025_05.csv.gz")
    crimes = rows[rows["Crime type"] != "Anti-social behaviour"].drop_duplicates("Crime ID")
    old = crimes[crimes["Month"].between("2023-06", "2024-05")]
    new = crimes[crimes["Month"].between("2024-06", "2025-05")]
    assert (found["drivers"]["old"].sum(), found["drivers"]["new"].sum()) == (len(old), len(new))
    for kind in ("Drugs", "Shoplifting", "Robbery"):
        driver = found["drivers"].at(type=kind)
        assert (driver.old, driver.new) == (
            (old["Crime type"] == kind).sum(),
            (new["Crime type"] == kind).sum(),
        )
    days = pd.PeriodIndex(found["chart"]["period"], freq="M").days_in_month
    per_day = crimes.groupby("Month").size().to_numpy() / days.to_numpy()
    assert found["chart"]["value"].tolist() == pytest.approx(per_day.tolist())


def test_cad(files):
    found = run("cad", files)
    rows = pd.read_csv(
        files / "alexandria_cad_2025_weeks35_52.csv.gz", na_values=["NULL"], dtype={"Priority_Number": str}
    )
    rows = rows[(rows["Agency"] == "POLICE") & (rows["Call_Reception"] != "OFFICER")]
    start, end = (pd.to_datetime(rows[f"Incident_{step}_Time"]) for step in ("Start", "Arrival"))
    seconds = (end - start).dt.total_seconds()
    # In the night in which an hour came twice, a time that touches it is not known.
    plain = rows["Priority_Number"].eq("1") & ~start.dt.strftime("%Y-%m-%d").eq("2025-11-02")
    urgent, table = seconds[plain], found["by_grade"].at(grade="1")
    night = seconds[rows["Priority_Number"].eq("1") & start.dt.strftime("%Y-%m-%d").eq("2025-11-02")]
    assert urgent.notna().sum() <= table.n <= urgent.notna().sum() + night.notna().sum()
    assert table.mean == pytest.approx(urgent.mean(), rel=0.01)
    assert table.not_arrived == urgent.isna().sum() + night.isna().sum()
    by_month = urgent.groupby(start.dt.strftime("%Y-%m"))
    for month, value in (("2025-10", found["change"].old_mean), ("2025-12", found["change"].new_mean)):
        assert value == pytest.approx(by_month.mean()[month])


def test_answering(files):
    found = run("answering", files)
    hours = pd.read_csv(files / "alexandria_phone_hourly_2025_weeks44_52.csv")
    for line, name in (("911", "emergency"), ("ADM", "other")):
        total, short = hours[f"{line}_T"].sum(), hours[f"{line}_10"].sum()
        offered, answered = found["found"].at(line=name), found["answered"].at(line=name)
        assert (offered.offered, offered.abandoned) == (total, hours[f"{line}_AB"].sum())
        assert offered.share_within == pytest.approx(short / total)
        assert answered.share_within == pytest.approx(short / (total - offered.abandoned))
    assert found["answered"].at(line="emergency").share_within == pytest.approx(8_820 / 9_895)
