"""Police performance figures with their definition, uncertainty and exclusions.

Counts in, defensible figures out: change in recorded crime, harm, positive outcomes, answer and
response times. Every metric is a function of counts by key, a `Tally`, or of a data frame.

The verbs and the nouns that a user constructs stand here. The classes of the answers are in
`policemetrics.figures`, figures as others published them in `policemetrics.published`, and claims about
figures in `policemetrics.claims`.
"""

__version__ = "0.1.0"

# The one table of names: room by room. `tools/make_api.py` writes __init__.pyi from it, for type checkers.
_ROOMS = {
    "across.against": ("against",),
    "across.areas": ("compare",),
    "across.harm_outcome_change": ("harm_outcome_change", "harm_outcome_drivers"),
    "across.harm_outcomes": ("harm_outcome_rate",),
    "across.standardised": ("directly_standardised_rate", "standardised_ratio"),
    "across.time_to_outcome": ("time_to_outcome",),
    "change": ("change_drivers", "rate_change"),
    "control.chart": ("control_chart",),
    "detectable": ("detectable_change",),
    "errors": ("PoliceMetricsError", "PoliceMetricsWarning"),
    "exposure": ("Exposure",),
    "frames.counting": ("tally",),
    "frames.stamps": ("durations",),
    "harm.change": ("harm_change", "harm_drivers", "harm_index"),
    "harm.score": ("harm_score",),
    "harm.weights": ("HarmWeights", "harm_weights"),
    "outcomes.change": ("outcome_rate_change",),
    "outcomes.definition": ("OutcomeSet", "match_outcomes", "outcome_set"),
    "outcomes.maturity": ("outcome_maturity",),
    "outcomes.projection": ("project_outcome_rate",),
    "outcomes.rate": ("positive_outcome_rate",),
    "outcomes.split": ("outcome_rate_drivers", "outcome_rate_split"),
    "periods": ("Period",),
    "rates": ("rate", "share", "share_change"),
    "results": ("Figure", "Interval", "Results"),
    "tallies": ("Tally",),
    "times.answers": ("answer_times",),
    "times.change": ("time_change",),
    "times.drivers": ("time_drivers",),
    "times.response": ("response_times",),
    "times.summary": ("summarise_times",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}
_MODULES = (
    "claims",
    "datasets",
    "decomposition",
    "definitions",
    "errors",
    "extend",
    "figures",
    "incidence",
    "intervals",
    "official",
    "plot",
    "published",
    "spc",
)

__all__ = sorted([*_HOMES, *_MODULES])  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]  # checkers read __init__.pyi


def __getattr__(name):  # noqa: ANN001, ANN202  # typed in __init__.pyi
    # A room is imported when one of its names is first used: to import the package costs next to nothing.
    from importlib import import_module
    from importlib.util import find_spec

    if name in _HOMES:
        found = getattr(import_module(f"policemetrics.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    if not name.startswith("_") and find_spec(f"policemetrics.{name}") is not None:
        return import_module(f"policemetrics.{name}")
    msg = f"module 'policemetrics' has no attribute {name!r}"
    # A name that one would look for here is told where it stands; Python itself proposes one that is spelt alike.
    for room in ("published", "claims", "figures") if not name.startswith("_") else ():
        if name in import_module(f"policemetrics.{room}").__all__:
            msg += f"; it is policemetrics.{room}.{name}"
    raise AttributeError(msg, name=name, obj=import_module("policemetrics"))


def __dir__():  # noqa: ANN202  # typed in __init__.pyi
    return sorted({*__all__, "__version__", "__doc__", "__name__"})
