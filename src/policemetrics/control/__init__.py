"""Figures over time: which points of a series are out of the ordinary. `axis` reads periods, `points` what is charted."""
