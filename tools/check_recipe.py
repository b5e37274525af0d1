"""Render the recipe for conda-forge, with nothing looked up. It needs py-rattler-build, of PyPI; the tests hold the recipe against pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from rattler_build import Stage0Recipe, VariantConfig

recipe = Path(__file__).resolve().parents[1] / "conda" / "recipe.yaml"
(found,) = Stage0Recipe.from_yaml(recipe.read_text(encoding="utf-8")).render(VariantConfig())
rendered = found.recipe.to_dict()
print(
    f"rendered {rendered['package']['name']} {rendered['package']['version']}: {', '.join(rendered['requirements']['run'])}"
)
