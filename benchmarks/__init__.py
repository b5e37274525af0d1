"""How fast the package is beside what else one could do: every goal as a ratio, measured in one run."""
