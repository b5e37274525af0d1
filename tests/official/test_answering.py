"""Published answer times of 999 and 101: what is a count is counted, and the rest stands in the ledger."""

import pandas as pd
import pytest
import python_calamine  # noqa: F401  # skipped without it

import policemetrics as pm
from policemetrics.errors import InvalidInputError
from policemetrics.official import answering

HEAD = [
    "line", "area", "period", "calls_received", "calls_answered", "calls_not_answered", "under_5s", "from_5_to_10s", "under_10s",
    "pct_under_10s", "mean_seconds",
]  # fmt: skip
KENT = {"line": "999", "area": "Kent", "period": "2023-11"}


def read(tmp_path, *rows):
    path = tmp_path / "calls.csv"
    pd.DataFrame([KENT | row for row in rows], columns=HEAD).to_csv(path, index=False)
    return answering(path)


def test_published(shared_data):
    """Every number of calls in the file is counted or in the ledger; the published share of Cambridgeshire comes out."""
    path = shared_data / "answer_times" / "uk_police_published_999_101.csv"
    plain = pd.read_csv(path)
    found = answering(path)
    calls = plain["calls_received"].fillna(plain["calls_answered"]).sum()
    assert found.total + found.excluded.total == calls
    bands = pm.published.Bands({"under 10 s": (0, 10), "10 s or more": (10, None)})
    table = pm.published.answer_bands(
        found, bands, target=10, out_of="answered", by=["force", "period"], band="band"
    )
    share = table.at(force="Cambridgeshire", period="2023-11").share_within
    assert table.at(force="Norfolk", period="2023-11").reason == "not available: no number of calls published"
    assert f"{100 * share:.1f}" == "76.8"
    assert set(found.excluded.to_dict()["reason"]) == {
        "not supplied: no bands published", "not supplied: no number of calls published",
        "not supplied: of no one force", "not supplied: period not known",
    }  # fmt: skip


class TestRead:
    def test_bands(self, tmp_path):
        found = read(
            tmp_path, {"calls_received": 100, "calls_answered": 95, "calls_not_answered": 5, "under_10s": 80}
        )
        assert dict(zip(found.to_dict()["band"], found.to_dict()["count"], strict=True)) == {
            "10 s or more": 15, "not answered": 5, "under 10 s": 80,
        }  # fmt: skip

    def test_a_mean_alone_is_no_count(self, tmp_path):
        found = read(
            tmp_path, {"calls_answered": 95, "under_10s": 80}, {"area": "Essex", "mean_seconds": 9.5}
        )
        assert found.labels("force") == ("Kent",)
        assert found.excluded.to_dict()["force"] == ["Essex"]
        assert found.excluded.to_dict()["reason"] == ["not supplied: no number of calls published"]


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "what"),
        [
            (
                {"calls_received": 100, "calls_answered": 95, "calls_not_answered": 4},
                r"\('calls_received'\): .* it is 100, and they give 99",
            ),
            (
                {"calls_answered": 95, "under_5s": 50, "from_5_to_10s": 20, "under_10s": 80},
                "it is 80, and they give 70",
            ),
            ({"calls_answered": 100, "under_10s": 80, "pct_under_10s": 81.5}, "it is 81.5, and they give 80"),
            (
                {"calls_answered": "about 100"},
                r"cell E2 \('calls_answered'\): must be a number of calls, or empty",
            ),
            ({"calls_answered": 100, "under_10s": 101}, "it is 101, and they give 100"),
            ({"line": None, "calls_answered": 1}, "cell A2 .* must not be empty"),
        ],
    )
    def test_what_does_not_add_up(self, tmp_path, row, what):
        with pytest.raises(InvalidInputError, match=what):
            read(tmp_path, row)
