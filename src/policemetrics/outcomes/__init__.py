"""Outcomes of crimes: their types and sets, positive outcome rates, how they change and how they mature.

The field has no agreed set of positive outcomes, no agreed basis and no agreed denominator, so
none of the three has a default here.
"""
