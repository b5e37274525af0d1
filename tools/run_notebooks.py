"""Run the notebooks that read large published files, and keep their outputs.

``python tools/run_notebooks.py DATA`` runs every ``docs/howto/job-*.ipynb`` in a folder that holds the files of DATA side by
side, and writes the outputs into the notebook. The documentation shows them as they are: the files are not in the repository.
It needs the extra ``docs`` and ``official``.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

HOWTO = Path(__file__).resolve().parents[1] / "docs" / "howto"


def main(data: Path) -> None:
    with TemporaryDirectory() as folder:
        for file in sorted(data.rglob("*.csv*")):
            Path(folder, file.name).symlink_to(file.resolve())
        for page in sorted(HOWTO.glob("job-*.ipynb")):
            notebook = nbformat.read(page, as_version=4)
            NotebookClient(notebook, resources={"metadata": {"path": folder}}).execute()
            for cell in notebook.cells:
                cell.metadata.pop("execution", None)  # the hour at which it ran
            nbformat.write(notebook, page)
            print(f"{page.name}: {sum(c.cell_type == 'code' for c in notebook.cells)} cells")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
