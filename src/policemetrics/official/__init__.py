"""Readers of published files: from the file as it was downloaded to a `Tally`, in one call.

Each says who sent what, leaves out nothing without its reason, and lets the file, its sheets, its date of release and its
checksum travel with every figure. What it does not recognise it refuses, with the sheet and the cell. They need the extra
``policemetrics[official]``.
"""

from policemetrics._sources import Source
from policemetrics.official.ambulance import ambulance
from policemetrics.official.answering import answering
from policemetrics.official.force_tables import ForceTable, ForceTables, ons_force_tables
from policemetrics.official.outcomes import outcomes
from policemetrics.official.police_uk import police_uk
from policemetrics.official.recorded_crime import recorded_crime

__all__ = [
    "ForceTable",
    "ForceTables",
    "Source",
    "ambulance",
    "answering",
    "ons_force_tables",
    "outcomes",
    "police_uk",
    "recorded_crime",
]
