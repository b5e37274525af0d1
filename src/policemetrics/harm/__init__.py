"""Harm: counts of crimes weighted by offence, how certain the sum is, and what changed it.

The weights are always named and versioned. Nothing here has a default set of them.
"""
