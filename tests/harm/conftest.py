"""The real data that the tests of harm share."""

import pytest

from policemetrics import Exposure, HarmWeights, Tally, datasets, harm_weights


@pytest.fixture(scope="module")
def css() -> HarmWeights:
    return harm_weights("ons-css", version="2020")


@pytest.fixture(scope="module")
def west_midlands() -> Tally:
    columns = datasets.west_midlands_offences().columns
    names = {"period": "period", "quarter": "quarter", "offence": "offence_code"}
    return Tally.from_columns(
        {dim: columns[name] for dim, name in names.items()},
        columns["offences"],
        coverage=["period", "quarter"],
    )


@pytest.fixture(scope="module")
def residents() -> Exposure:
    columns = datasets.west_midlands_population().to_dict()
    sizes = dict(zip(columns["period"], columns["residents"], strict=True))
    return Exposure(sizes, by="period", name="residents", date="mid-year two years before")
