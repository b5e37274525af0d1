"""Police performance figures with their definition, uncertainty and exclusions."""

__version__ = "0.1.0"
