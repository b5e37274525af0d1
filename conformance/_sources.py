"""The published sources: what each is called, its files, how it is worked out again, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

from conformance import _harm, _outcomes, _pfa, _times
from conformance._verdicts import Cells

__all__ = ["SOURCES", "Source"]


@attrs.frozen
class Source:
    """A published source: `check` reads its `files` in a folder; `why` explains what is not equal."""

    title: str
    check: Callable[[Path], Cells]
    files: tuple[str, ...]
    why: str = ""


SOURCES: Final = (
    Source(
        "ONS police force areas: rates per 1,000",
        _pfa.rates,
        (_pfa.COUNTS, *_pfa.RATES, _pfa.EXACT),
        "populations are printed to the nearest 100; 36 English forces have the exact one",
    ),
    Source(
        "ONS police force areas: percentage changes, base in the workbook a year before",
        _pfa.changes,
        (_pfa.COUNTS, _pfa.CHANGES),
        "revised: another whole base gives the percentage to 1e-9, or a dash says it is below 50; differing: "
        "a dash for burglaries of British Transport Police, 542 a year before",
    ),
    Source(
        "ONS police force areas: percentage changes, base not in the folder",
        _pfa.implied_changes,
        (_pfa.COUNTS, _pfa.CHANGES),
        "equal: to 1e-9 the change from a whole number",
    ),
    Source("ONS police force areas: offences add up", _pfa.offences_add_up, (_pfa.COUNTS,)),
    Source("ONS police force areas: forces, regions and countries add up", _pfa.areas_add_up, (_pfa.COUNTS,)),
    Source("ONS Crime Severity Score: groups add up", _harm.css_groups_add_up, (_harm.CSS,)),
    Source(
        "ONS Crime Severity Score: Greater Manchester 2017/18 from counts",
        _harm.css_scores,
        (_harm.CSS, _harm.CSS_COUNTS),
        "the weights at hand lack rows of sexual offences, so that these and the total fall short",
    ),
    Source(
        "ONS Crime Severity Score: forces 2017/18 and 2019/20 from counts",
        _harm.css_forces,
        _harm.CSS_FORCES,
        "counts at hand are of another revision than those of ONS, and sexual offences fall short; equal to 1e-12",
    ),
    Source(
        "ONS Crime Severity Score, tools of 2020 and 2022: groups add up",
        _harm.css_tools_add_up,
        _harm.CSS_TOOLS,
    ),
    Source(
        "ONS Crime Severity Score: robbery by the tool of 2022 from that of 2020",
        _harm.css_robbery,
        _harm.CSS_TOOLS,
        "counts from 2015/16 on were revised between the two tools",
    ),
    Source(
        "Cambridge Crime Harm Index 2026, 7 forces",
        _harm.cchi,
        _harm.CCHI,
        "mixed categories print days per crime to 2 places, shares are printed to 4",
    ),
    Source(
        "Home Office outcomes: sets add up", _outcomes.sets_add_up, (_outcomes.FORCES, _outcomes.NATIONAL)
    ),
    Source(
        "Home Office outcomes: forces add up", _outcomes.forces_add_up, (_outcomes.FORCES, _outcomes.NATIONAL)
    ),
    Source(
        "Home Office outcomes: bulletins",
        _outcomes.bulletins,
        (_outcomes.BULLETINS, _outcomes.NATIONAL),
        "differing: cohorts grow after the bulletin, and it divides by crimes recorded",
    ),
    Source(
        "Home Office: shares of crimes charged, 2003 to 2023",
        _outcomes.charged_shares,
        (_outcomes.SHARES, _outcomes.BULLETINS),
        "equal: both shares of a year are of whole numbers of one number of crimes; differing: 2016/17 is printed to 3 places",
    ),
    Source("police.uk outcomes (BBC), 45 forces, 2012 to 2016", _outcomes.street_outcomes, _outcomes.BBC),
    Source(
        "NHS England, ambulance systems: means",
        _times.trust_means,
        (_times.NHS,),
        "means are printed in whole seconds",
    ),
    Source(
        "StatsWales: emergency calls reached within 8 minutes",
        _times.welsh_shares,
        (_times.WALES,),
        "percentages are printed to 6 places",
    ),
    Source("StatsWales: health boards add up", _times.boards_add_up, (_times.WALES,)),
    Source("NHS England, ambulance systems: trusts add up", _times.trusts_add_up, (_times.NHS,)),
    Source(
        "Alexandria, Virginia: elapsed times, weeks 46, 51 and 52 of 2025",
        _times.elapsed_summary,
        _times.ELAPSED,
        "percentages are printed to 1 place; priorities of weeks 51 and 52 relabelled, since they print their place",
    ),
    Source(
        "Alexandria, Virginia: calls answered by the hour, weeks 44 to 52 of 2025",
        _times.answer_bands,
        (_times.ANSWERED,),
        "fractions are printed to 4 places; differing: 0 is printed for hours with nothing to divide by, "
        "or one call, abandoned, and once for 11 of 11 between two figures of 1",
    ),
    Source(
        "London Fire Brigade: dwelling fires of 2009",
        _times.fires,
        (_times.FIRES,),
        "percentages are to 2 places",
    ),
)
