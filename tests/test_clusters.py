"""The programs of the page on engines, word for word, on real clusters of two workers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from engines import require

import policemetrics as pm

PAGE = Path(__file__).parents[1] / "docs" / "howto" / "engines.md"
ROWS = pl.DataFrame(
    {
        "force": ["Kent", "Essex", "Surrey", None] * 250,
        "period": ["2023/24", "2024/25"] * 500,
        "offence": ["1", "4.1", "28E", "8N", "34B"] * 200,
    }
)


@pytest.mark.parametrize(("engine", "where"), [("dask", []), ("spark", ["local-cluster[2,1,1024]"])])
def test_programs_of_the_page(engine, where, tmp_path):
    """Each runs in a process of its own, on a file, and prints what the rows in memory give."""
    require(engine)
    program = re.search(
        rf"<!-- run: {engine} -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert program
    script, data = tmp_path / "program.py", tmp_path / "crimes.parquet"
    script.write_text(program[1], encoding="utf-8")
    ROWS.write_parquet(data)
    # What Spark Connect leaves behind in this process is not for a classic session.
    environment = {name: v for name, v in os.environ.items() if not re.search("CONNECT|REMOTE", name)}
    done = subprocess.run(  # noqa: S603  # the page's own program
        [sys.executable, "-W", "ignore", script, *where, data],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    tally = pm.tally(ROWS, by=["force", "period", "offence"])
    expected = f"{tally.total} {len(tally)}\n{pm.rate_change(tally, between=('2023/24', '2024/25'))}\n"
    assert done.stdout == expected
