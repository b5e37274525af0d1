"""How a metric is asked of a frame: as `tally` is, by columns of other names and by dates."""

import datetime as dt

import pytest

import policemetrics as pm
from policemetrics.errors import InvalidInputError, InvalidTypeError, UnknownNameError

pd = pytest.importorskip("pandas")

WEIGHTS = pm.HarmWeights({"30C": 10, "46": 1}, name="own", version="1")
YEARS = {"date": "Date", "every": "financial_year", "between": ("2022/23", "2023/24")}
OUTCOMES = {"outcome": "Result", "positive": "charged", "basis": "closed", "out_of": "outcomes"}
RENAMED = {"force": "Force name"}


@pytest.fixture(scope="module")
def rows():
    """Two years of months, the second with a half more, of two forces: 100 and 150 each month, 200 and 300."""
    months = pd.date_range("2022-04-01", periods=24, freq="MS") + pd.Timedelta(days=14)
    one = pd.DataFrame({"Date": months, "n": [100] * 12 + [150] * 12})
    both = pd.concat(
        [one.assign(**{"Force name": "Kent"}), one.assign(n=2 * one.n, **{"Force name": "Essex"})]
    )
    of_two = pd.concat([both.assign(Result="1", Code="30C"), both.assign(Result="18", Code="46")])
    return of_two.assign(wait=[60, 120] * 48, period="wrong").drop(columns="period")


@pytest.fixture(scope="module")
def counted(rows):
    """The same, counted beforehand."""

    def made(**by):
        return pm.tally(rows, by=RENAMED | by, count="n", date="Date", every="financial_year")

    return made


class TestAsTheTally:
    """What a metric says of a frame is what it says of the tally of it."""

    @pytest.mark.parametrize("force", ["Kent", "Essex"])
    def test_rate_change(self, rows, force):
        found = pm.rate_change(rows, by=RENAMED, count="n", **YEARS).at(force=force)
        least = {"Kent": 2400, "Essex": 4800}[force]
        assert (found.old, found.new, found.percent_change) == (least, 1.5 * least, 50)

    def test_two_groups_in_each_period(self, rows):
        found = pm.rate_change(
            rows,
            groups=("Kent", "Essex"),
            of="Force name",
            by="period",
            count="n",
            date="Date",
            every="financial_year",
        )
        assert [(f.group["period"], f.old, f.new) for f in found] == [
            ("2022/23", 2400, 4800),
            ("2023/24", 3600, 7200),
        ]

    def test_two_periods(self, rows, counted):
        between = YEARS["between"]
        asked = {"by": RENAMED, "count": "n", **YEARS}
        plain = {"by": "force", "between": between}
        of_outcomes = {k: v for k, v in OUTCOMES.items() if k != "outcome"}
        pairs = [
            (pm.rate_change(rows, **asked), pm.rate_change(counted(), **plain)),
            (
                pm.change_drivers(rows, of="Code", **asked),
                pm.change_drivers(counted(Code="Code"), of="Code", **plain),
            ),
            (
                pm.harm_change(rows, WEIGHTS, offence="Code", **asked),
                pm.harm_change(counted(offence="Code"), WEIGHTS, **plain),
            ),
            (
                pm.outcome_rate_change(rows, **OUTCOMES, **asked),
                pm.outcome_rate_change(counted(outcome="Result"), **of_outcomes, **plain),
            ),
            (
                pm.outcome_rate_split(rows, of="Code", **OUTCOMES, **asked),
                pm.outcome_rate_split(
                    counted(outcome="Result", Code="Code"), of="Code", **of_outcomes, **plain
                ),
            ),
            (
                pm.outcome_rate_drivers(rows, of="Code", **OUTCOMES, **asked),
                pm.outcome_rate_drivers(
                    counted(outcome="Result", Code="Code"), of="Code", **of_outcomes, **plain
                ),
            ),
            (
                pm.time_change(rows, seconds="wait", **asked),
                pm.time_change(counted(seconds="wait"), **plain),
            ),
            (
                pm.time_drivers(rows, of="Code", seconds="wait", **asked),
                pm.time_drivers(counted(seconds="wait", Code="Code"), of="Code", **plain),
            ),
            (
                pm.harm_outcome_change(rows, WEIGHTS, offence="Code", **OUTCOMES, **asked),
                pm.harm_outcome_change(
                    counted(offence="Code", outcome="Result"), WEIGHTS, **of_outcomes, **plain
                ),
            ),
        ]
        for found, expected in pairs:
            assert found.to_dict() == expected.to_dict()

    def test_drivers_of_harm(self, rows, counted):
        options = {"by": RENAMED, "count": "n", "offence": "Code", **YEARS}
        found = pm.harm_drivers(rows, WEIGHTS, of="Code", **options)
        of_tally = pm.harm_drivers(
            counted(Code="Code"), WEIGHTS, of="Code", offence="Code", by="force", between=YEARS["between"]
        )
        assert found == of_tally
        of_outcomes = {k: v for k, v in OUTCOMES.items() if k != "outcome"}
        found = pm.harm_outcome_drivers(rows, WEIGHTS, **OUTCOMES, **options)
        assert found == pm.harm_outcome_drivers(
            counted(Code="Code", outcome="Result"),
            WEIGHTS,
            offence="Code",
            by="force",
            between=YEARS["between"],
            **of_outcomes,
        )

    def test_by_period(self, rows, counted):
        """Where nothing is compared each period has a row of its own."""
        asked = {"by": RENAMED, "count": "n", "date": "Date", "every": "financial_year"}
        plain = {"by": ["force", "period"]}
        of_outcomes = {k: v for k, v in OUTCOMES.items() if k != "outcome"}
        residents = pm.Exposure({"Kent": 1000, "Essex": 2000}, by="force", name="residents", date="mid-2022")
        pairs = [
            (pm.rate(rows, residents, **asked), pm.rate(counted(), residents, **plain)),
            (
                pm.share(rows, part={"Result": "1"}, **asked),
                pm.share(counted(Result="Result"), part={"Result": "1"}, **plain),
            ),
            (
                pm.harm_score(rows, WEIGHTS, offence="Code", **asked),
                pm.harm_score(counted(offence="Code"), WEIGHTS, **plain),
            ),
            (
                pm.positive_outcome_rate(rows, **OUTCOMES, **asked),
                pm.positive_outcome_rate(counted(outcome="Result"), **of_outcomes, **plain),
            ),
            (
                pm.harm_outcome_rate(rows, WEIGHTS, offence="Code", **OUTCOMES, **asked),
                pm.harm_outcome_rate(
                    counted(offence="Code", outcome="Result"), WEIGHTS, **of_outcomes, **plain
                ),
            ),
            (
                pm.summarise_times(rows, seconds="wait", percentiles=False, **asked),
                pm.summarise_times(counted(seconds="wait"), percentiles=False, **plain),
            ),
            (
                pm.answer_times(rows, target=90, out_of="answered", seconds="wait", **asked),
                pm.answer_times(counted(seconds="wait"), target=90, out_of="answered", **plain),
            ),
        ]
        for found, expected in pairs:
            assert found.to_dict() == expected.to_dict()

    def test_base_and_bands(self, rows, counted):
        asked = {"by": RENAMED, "count": "n", "date": "Date", "every": "financial_year"}
        found = pm.harm_index(rows, WEIGHTS, base="2022/23", offence="Code", **asked)
        assert found == pm.harm_index(counted(offence="Code"), WEIGHTS, base="2022/23", by="force")
        bands = pm.published.Bands({"1": (0, 10), "18": (10, None)})
        options = {"band": "Result", "target": 10, "out_of": "answered"}
        found = pm.published.answer_bands(rows, bands, **options, **asked)
        assert found == pm.published.answer_bands(
            counted(Result="Result"), bands, by=["force", "period"], **options
        )

    def test_charts(self, rows, counted):
        asked = {"by": RENAMED, "count": "n", "date": "Date"}
        months = pm.tally(rows, by=RENAMED, count="n", date="Date")
        assert pm.control_chart(rows, chart="u", per_day=True, **asked) == pm.control_chart(
            months, chart="u", per_day=True, by="force"
        )

    def test_maturity(self):
        log = pd.DataFrame(
            {
                "recorded": pd.to_datetime(["2024-01-05"] * 4 + ["2024-02-05"] * 2),
                "outcome_period": ["2024-01", "2024-02", "2024-01", None, "2024-02", None],
                "outcome": ["1", "1", "18", "0", "1", "0"],
                "F": ["Kent"] * 6,
                "n": [10, 20, 24, 46, 14, 86],
            }
        )
        asked = {"positive": "charged", "as_at": "2024-02"}
        found = pm.outcome_maturity(log, by={"force": "F"}, count="n", date="recorded", **asked)
        assert (found.at(months=0).share, found.at(months=1).at_risk) == (0.12, 66)

    def test_the_order_of_by(self, rows):
        options = {"part": {"Result": "1"}, "count": "n", "date": "Date", "every": "financial_year"}
        found = pm.share(rows, by=["period", "Force name"], **options)
        assert found.columns[:2] == ("period", "Force name")
        assert len(pm.share(rows, by="period", **options)) == 2
        assert pm.tally(rows, by="period", count="n", date="Date", every="financial_year").total == 18_000

    def test_flags(self, rows):
        frame = rows.assign(ok=rows.Result == "1")
        assert pm.share(frame, part="ok", by=RENAMED, count="n").at(force="Kent").share == 0.5

    def test_pictures(self, rows):
        pytest.importorskip("matplotlib").use("agg")
        ax = pm.plot.outcome_mix(
            rows, by=(), outcome="Result", count="n", date="Date", every="financial_year", basis="closed"
        )
        assert [t.get_text() for t in ax.get_yticklabels()][:2]
        ax.figure.clear()
        ax = pm.plot.months(rows, count="n", date="Date")
        assert "from 7,200 in 2022/23" in ax.get_title(loc="left").replace("\n", " ")
        ax.figure.clear()

    def test_a_row_without_a_date_is_counted_among_the_left_out(self, rows):
        frame = rows.assign(Date=rows.Date.where(rows.index != 3))
        found = pm.rate_change(frame, by=RENAMED, count="n", **YEARS)
        assert "missing period" in found[0].exclusions.reasons


class TestWrong:
    @pytest.mark.parametrize(
        ("options", "error", "says"),
        [
            ({"by": {"Force name": "force"}}, UnknownNameError, r"as in by={'force': 'Force name'}"),
            (
                {"by": {"force": "Forces"}},
                UnknownNameError,
                r"by\['force'\]: column must be one of .* Did you mean 'Force name'",
            ),
            ({"by": {"force": 3}}, InvalidTypeError, r"by\['force'\] must be text"),
            ({"by": {3: "Force name"}}, InvalidTypeError, r"by\[0\] must be text"),
            ({"by": 3}, InvalidTypeError, "by must be a name or a sequence of names"),
            ({"date": "Dates"}, UnknownNameError, "date: column must be one of"),
            ({"date": "Force name"}, InvalidTypeError, "date: column 'Force name' must hold dates"),
            ({"date": 3}, InvalidTypeError, "date must be text"),
            ({"date": "Date", "every": "year"}, UnknownNameError, "every must be one of"),
            (
                {"date": None},
                InvalidInputError,
                "give date=, the column of dates, or leave every='financial_year' out",
            ),
            ({"period": "month"}, InvalidInputError, "leave period='month' out, or date="),
            ({"by": {"period": "Date"}}, InvalidInputError, "by must not name the period"),
        ],
        ids=str,
    )
    def test_rate_change(self, rows, options, error, says):
        with pytest.raises(error, match=says):
            pm.rate_change(rows, **{"by": RENAMED, "count": "n", **YEARS, **options})

    def test_the_cure_of_a_mapping_the_wrong_way_round(self, rows):
        assert pm.tally(rows, by={"force": "Force name"}, count="n").total == 18_000
        with pytest.raises(UnknownNameError, match=r"by={'force': 'Force name'}"):
            pm.tally(rows, by={"Force name": "force"}, count="n")

    def test_two_periods(self, rows):
        frame = rows.assign(period="x")
        for by in (["period"], {"period": "Result"}):
            with pytest.raises(
                InvalidInputError, match="date= makes the dimension 'period'; by= must not take it"
            ):
                pm.share(frame, part={"Code": "46"}, by=by, count="n", date="Date")
        # A column of that name which nobody asks for is not in the way.
        assert len(pm.share(frame, part={"Code": "46"}, by=(), count="n", date="Date")) == 24

    def test_no_table_was_asked_for(self, rows):
        with pytest.raises(InvalidInputError, match="say so in by=, as in by='period'"):
            pm.share(rows, part={"Result": "1"}, count="n", date="Date")

    def test_a_tally(self, counted):
        with pytest.raises(
            InvalidInputError, match=r"a tally has its dimensions, 'force', 'period': name them"
        ):
            pm.rate_change(counted(), between=YEARS["between"], by=RENAMED)
        with pytest.raises(InvalidInputError, match="a tally has its periods already: leave date='Date' out"):
            pm.rate_change(counted(), between=YEARS["between"], date="Date")

    def test_plain_numbers(self):
        for ask in (
            lambda: pm.rate_change(1, 2, date="d"),
            lambda: pm.rate(1, 2, date="d"),
            lambda: pm.share(1, 2, date="d"),
            lambda: pm.summarise_times([1, 2], date="d"),
            lambda: pm.answer_times([1, 2], target=1, out_of="answered", date="d"),
            lambda: pm.harm_score({"46": 3}, WEIGHTS, date="d"),
            lambda: pm.positive_outcome_rate(
                1, 2, positive="charged", basis="closed", out_of="crimes", date="d"
            ),
            lambda: pm.control_chart([1, 2, 3], chart="c", date="d"),
        ):
            with pytest.raises(InvalidInputError, match="date="):
                ask()


class TestStamps:
    @pytest.fixture
    def log(self):
        return pd.DataFrame(
            {
                "made": pd.to_datetime(
                    ["2024-05-01 10:00", "2024-05-03 10:00", "2024-06-01 10:00", "2024-06-03 10:00"]
                ),
                "there": pd.to_datetime(["2024-05-01 10:05", "2024-05-03 10:15", "2024-06-01 10:08", None]),
                "proactive": [False, True, False, False],
                "G": ["1", "1", "2", "2"],
            }
        )

    CLOCK = {"start": "made", "end": "there", "timezone": "Europe/London"}  # noqa: RUF012

    def test_durations(self, log):
        found = pm.durations(
            log, **self.CLOCK, by={"grade": "G"}, date="made", self_initiated={"proactive": True}
        )
        assert found.to_dict() == {
            "grade": ["1", "2"],
            "period": ["2024-05", "2024-06"],
            "seconds": [300, 480],
            "count": [1, 1],
        }
        assert dict(zip(*found.excluded.sum_to("reason").to_dict().values(), strict=True)) == {
            "missing end": 1,
            "self-initiated": 1,
        }

    def test_response_times(self, log):
        found = pm.response_times(
            log, **self.CLOCK, by={"grade": "G"}, date="made", every="quarter", target={"1": 600, "2": None}
        )
        assert [(r.group["grade"], r.group["period"]) for r in found] == [("1", "2024-Q2"), ("2", "2024-Q2")]
        assert found.to_dict()["share_within"] == [0.5, None]
        assert found == pm.response_times(
            log,
            **self.CLOCK,
            by={"grade": "G", "period": "period"},
            date="made",
            every="quarter",
            target={"1": 600, "2": None},
        )

    def test_several_rows_of_an_incident(self, log):
        found = pm.response_times(log.assign(i=[1, 2, 3, 4]), **self.CLOCK, incident="i", by=(), date="made")
        assert found.to_dict()["n"] == [2, 1]

    def test_flags_that_are_none(self, log):
        with pytest.raises(
            InvalidTypeError, match="must hold labels as the column does, which has Boolean; got 'yes'"
        ):
            pm.durations(log, **self.CLOCK, self_initiated={"proactive": "yes"})
        with pytest.raises(InvalidInputError, match="date= makes the dimension 'period'"):
            pm.durations(log.assign(period="x"), **self.CLOCK, by="period", date="made")
        with pytest.raises(UnknownNameError, match="every must be one of"):
            pm.durations(log, **self.CLOCK, date="made", every="year")

    @pytest.mark.parametrize(
        "as_at",
        ["2024-06-05 00:00", "2024-06-05", " 5 June 2024", dt.date(2024, 6, 5), pd.Timestamp("2024-06-05")],
        ids=str,
    )
    def test_when_it_was_extracted(self, log, as_at):
        """A day is its beginning: what may have happened on it is not known."""
        found = pm.response_times(log, **self.CLOCK, no_arrival="censored", as_at=as_at)
        assert (found.n, found.still_open) == (3, 1)

    def test_days_to_an_outcome(self, log):
        options = {"start": "made", "end": "there", "as_at": "2024-06-30"}
        found = pm.time_to_outcome(log, by={"grade": "G"}, date="made", every="quarter", **options)
        assert [(r.group["grade"], r.group["period"], r.n, r.still_open) for r in found] == [
            ("1", "2024-Q2", 2, 0),
            ("2", "2024-Q2", 1, 1),
        ]

    def test_the_same_of_outcomes(self):
        log = pm.Tally.from_columns({"period": ["2024-01"] * 2, "outcome": ["1", "0"]}, [10, 20])
        asked = {
            "positive": "charged",
            "basis": "recorded",
            "out_of": "crimes",
            "by": "period",
            "mature_after": 4,
        }
        for as_at in ("2024-06-01 08:00", "1 June 2024", pd.Timestamp("2024-06-01 08:00")):
            assert pm.positive_outcome_rate(log, **asked, as_at=as_at)["maturity"].tolist() == ["mature"]


class TestTargets:
    WAITS = pm.Tally.from_columns(
        {"force": ["E", "E", "K", "K"], "grade": ["1", "2", "1", "2"], "seconds": [600, 2000, 1000, 2000]},
        [3, 4, 5, 6],
    )

    def test_labels_of_one_dimension(self):
        found = pm.summarise_times(self.WAITS, by=["force", "grade"], target={"1": 900, "2": None})
        assert found.to_dict()["target"] == [900, None, 900, None]
        assert found.to_dict()["share_within"] == [1, None, 0, None]
        assert found == pm.summarise_times(
            self.WAITS,
            by=["force", "grade"],
            target={("E", "1"): 900, ("E", "2"): None, ("K", "1"): 900, ("K", "2"): None},
        )

    @pytest.mark.parametrize(
        ("target", "error", "says"),
        [
            (
                {"1": 900},
                UnknownNameError,
                r"every group of 'grade'; it lacks '2'; it has '1'\. A group without one gets None",
            ),
            (
                {"1": 900, "E": 60},
                InvalidInputError,
                "force has 'E' and grade has '1': key it by tuples of labels in the order",
            ),
            ({"3": 900}, UnknownNameError, "every group of 'force', 'grade'; it lacks"),
        ],
        ids=str,
    )
    def test_wrong(self, target, error, says):
        with pytest.raises(error, match=says):
            pm.summarise_times(self.WAITS, by=["force", "grade"], target=target)
