"""The public names, wherever a user finds them: at the top of the package, or in the rooms that lie beside it."""

import inspect

import policemetrics as pm

ROOMS = {"": pm, "claims.": pm.claims, "figures.": pm.figures, "published.": pm.published}


def members():
    """Every public name of these rooms as it is written after ``policemetrics.``, and what it names."""
    return {
        f"{room}{name}": getattr(module, name) for room, module in ROOMS.items() for name in module.__all__
    }


def functions():
    """Those that are functions."""
    return {name: found for name, found in members().items() if inspect.isfunction(found)}


def classes():
    """Those that are classes."""
    return {name: found for name, found in members().items() if inspect.isclass(found)}
