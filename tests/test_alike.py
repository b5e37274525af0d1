"""Labels that are one in all but spelling."""

import pandas as pd
import pytest

import policemetrics as pm
from policemetrics._alike import meant
from policemetrics._check import spelt
from policemetrics.errors import LabelSpellingWarning, UnknownNameError
from policemetrics.tallies import Tally

YEARS = ("2023/24", "2024/25")


def groups():
    return pd.DataFrame(
        {
            "group": ["Drug offences", "Robbery", "Drug Offences", "Robbery"],
            "period": [YEARS[0]] * 2 + [YEARS[1]] * 2,
            "n": [50, 20, 60, 22],
        }
    )


def proposed(caught, tally):
    """The tally with the change that a warning proposes."""
    call = str(caught[0].message).split("join them with ")[1]
    return eval(f"tally.{call}", {"tally": tally})  # noqa: S307


class TestWarning:
    def test_case(self):
        """Two spellings of one group are warned of, and joined by what the warning says."""
        with pytest.warns(
            LabelSpellingWarning, match="'Drug Offences' and 'Drug offences' differ only in case"
        ) as caught:
            table = pm.rate_change(groups(), between=YEARS, by="group", count="n")
        assert len(table) == 3
        with pytest.warns(LabelSpellingWarning):
            tally = pm.tally(groups(), by=["group", "period"], count="n")
        joined = pm.rate_change(proposed(caught, tally), between=YEARS, by="group")
        assert joined.to_dict()["change"] == [10, 2]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Avon & Somerset", "Avon and Somerset"),
            ("Kent", "Kent "),
            ("Kent", " kent"),
            ("Criminal  damage", "Criminal damage"),
            ("Drug\u00a0offences", "Drug offences"),
            ("Non\u2011residential", "Non-residential"),
            ("A&B", "A and B"),
            ("two\nlines", "two lines"),
        ],
    )
    def test_spellings(self, one, other):
        with pytest.warns(LabelSpellingWarning) as caught:
            tally = Tally.from_columns({"x": [one, other, "else"]}, [1, 2, 4])
        assert sorted(proposed(caught, tally).to_dict()["count"]) == [3, 4]

    def test_the_spelling_of_most_cells_stays(self):
        columns = {"x": ["kent", "Kent", "Kent", "ESSEX", "Essex"], "y": ["a", "a", "b", "a", "a"]}
        with pytest.warns(LabelSpellingWarning, match="one more pair") as caught:
            tally = Tally.from_columns(columns, [1] * 5)
        assert proposed(caught, tally).labels("x") == ("Essex", "Kent")

    def test_where_tallies_are_added(self):
        """Each year writes a force in its own way; neither alone is wrong."""
        old, new = (
            Tally.from_columns({"force": [name]}, [1]) for name in ("Avon & Somerset", "Avon and Somerset")
        )
        with pytest.warns(LabelSpellingWarning) as caught:
            both = old + new
        assert proposed(caught, both).total == 2

    @pytest.mark.parametrize(
        "labels",
        [
            ["4.1", "4.10"],
            ["Kent", "Essex"],
            ["1A", "1"],
            ["Band", "B and"],
            ["androgyny", "&rogyny"],
            [1, 2],
            [],
        ],
    )
    def test_others_are_silent(self, labels):
        assert len(Tally.from_columns({"x": labels}, [1] * len(labels))) == len(labels)


class TestMeant:
    @pytest.mark.parametrize(
        ("asked", "there"),
        [
            ("Metropolitan Police Service", "Metropolitan Police"),
            ("City of London", "London, City of"),
            ("Devon & Cornwall Police", "Devon and Cornwall"),
            ("GMP", "Greater Manchester"),
            ("kent police", "Kent"),
            ("KENT", "Kent"),
        ],
    )
    def test_another_name(self, asked, there):
        tally = Tally.from_columns({"force": [there, "Wiltshire", "Northumbria"]}, [1, 2, 3])
        for call in (tally.where, tally.drop):
            with pytest.raises(UnknownNameError, match=f"Did you mean '{there}'"):
                call(force=asked)
        with pytest.raises(UnknownNameError, match=f"Did you mean '{there}'"):
            tally.relabel("force", {asked: "x"})

    def test_none(self):
        assert meant("Durham", ["Kent", 4]) is None
        assert meant(4, ["Kent"]) is None
        assert spelt([]) == []
