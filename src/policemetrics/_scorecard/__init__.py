"""The worked example, `python -m policemetrics`: a news item on West Midlands Police, checked against open data.

`scorecard` works the figures out; `first_screen`, `as_text` and `as_html` lay them out. What it says stands in
``data/scorecard.toml``.
"""

from policemetrics._scorecard.paper import as_html, as_text, first_screen
from policemetrics._scorecard.pictures import drawn
from policemetrics._scorecard.sections import checked_claims, scorecard

__all__ = ["as_html", "as_text", "checked_claims", "drawn", "first_screen", "scorecard"]
