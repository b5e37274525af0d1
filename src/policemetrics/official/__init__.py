"""Readers of published files: from the downloaded file to a `Tally`, in one call.

Each knows who sent what, and leaves out nothing without a reason. Every figure names the file, its sheets, its
date of release and its checksum. What a reader does not recognise is an error, which names the sheet and the
cell. They need the extra ``policemetrics[official]``.
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
