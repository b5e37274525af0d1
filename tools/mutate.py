"""Change the code in small ways, one at a time, and see whether a test notices: mutation testing by hand.

``python tools/mutate.py kernels`` works on one part of the package, ``python tools/mutate.py kernels survival`` on
one module of it, and ``--again`` only on what no test has killed so far; with ``--tests`` only those tests are run,
the nearest first and the rest ``--again``. What it finds is kept in mutants/.

One process collects the tests, once. Coverage says which of them run a line. For each mutant it then forks; the
child puts the changed code into the function where it lives, under whatever decorator, and runs those tests up
to the first that fails. No test file may compute with polars as it is collected: its threads do not outlive a
fork. docs/mutation.md says what is changed, what is left alone, and what survived.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import inspect
import itertools
import json
import math
import os
import resource
import signal
import sys
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "policemetrics"
KEPT = ROOT / "mutants"
# The modules of each part, and the tests that look at them; with their own doctests.
PARTS = {
    "kernels": ("intervals percentiles decomposition survival incidence spc",
                "decomposition incidence intervals percentiles spc survival"),
    "counting": ("_cells _spans tallies periods frames/counting",
                 "cells change check compare exposure figure frames harm outcomes periods rates results tallies times"),
    "supply": ("_sent _supply _compare exposure",
               ("breaks cells change check compare exposure extend figure frames harm official/test_files.py outcomes "
                "rates results supply tallies times totals")),
    "changes": ("change control detectable rates", "change compare control harm outcomes rates times"),
    "harm": ("harm", "compare harm"),
    "outcomes": ("outcomes", "compare outcomes"),
    "times": ("times", "compare frames times"),
}  # fmt: skip
SLOWEST = 2.0  # seconds of processor time; a test that takes longer is left out

OTHER: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.FloorDiv,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
}  # fmt: skip
TWINS = {"min": "max", "minimum": "maximum", "any": "all", "floor": "ceil"}
TWINS |= {b: a for a, b in TWINS.items()}
LEFT_ALONE = {"annotation", "returns", "decorator_list", "exc", "format_spec"}
BLOCKS = ("body", "orelse", "finalbody")


def changes(node: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield what may be done to a node: a field, its value, another value."""
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                yield from (("ops", ops, [*ops[:i], other(), *ops[i + 1 :]]) for other in OTHER[type(op)])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            yield from (("op", op, other()) for other in OTHER.get(type(op), ()))
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in TWINS:
            yield "id" if isinstance(node, ast.Name) else "attr", name, TWINS[name]
        case ast.Constant(value=bool(value)):
            yield "value", value, not value
        case ast.Constant(value=int(value) | float(value)):
            yield "value", value, value + 1
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield "value", value, ast.Constant(None)
        case ast.keyword(value=value) if not isinstance(value, ast.Constant):
            yield "value", value, ast.Constant(None)
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield "test", test, ast.UnaryOp(ast.Not(), test)
    for block in BLOCKS:
        statements = getattr(node, block, None)
        for i, statement in enumerate(statements if isinstance(statements, list) else ()):
            if droppable(statement):
                yield block, statements, [*statements[:i], ast.Pass(), *statements[i + 1 :]]
    for field, child in ast.iter_fields(node):
        if isinstance(child, ast.UnaryOp) and not isinstance(child.operand, ast.Constant):
            yield field, child, child.operand


def droppable(statement: ast.stmt) -> bool:
    """Tell whether a statement can be left out and every name still has a value."""
    match statement:
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant)  # a docstring
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value))
        case ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break():
            return True
        case ast.Assign(targets=[target]):
            return isinstance(target, ast.Subscript | ast.Attribute)
    return False


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a function, past annotations and the words of messages."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in LEFT_ALONE:
            continue
        for child in value if isinstance(value, list) else [value]:
            message = isinstance(child, ast.Assign) and getattr(child.targets[0], "id", "") == "msg"
            strict = isinstance(child, ast.keyword) and child.arg == "strict"
            if (
                isinstance(child, ast.AST)
                and not isinstance(child, ast.arguments)
                and not message
                and not strict
            ):
                yield from inside(child)


def mutants_of(path: Path) -> Iterator[tuple[str, str, range, types.CodeType]]:
    """Yield each mutant of a module: its function, what changes, the lines that it is in, the changed code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for top in tree.body:
        for function in top.body if isinstance(top, ast.ClassDef) else [top]:
            if not isinstance(function, ast.FunctionDef) or function.name in {"__repr__", "__getattr__"}:
                continue
            owner = (
                [ast.ClassDef(top.name, [], [], [function], [])]
                if isinstance(top, ast.ClassDef)
                else [function]
            )
            name = f"{top.name}.{function.name}" if top is not function else function.name
            shell = ast.Module([*ast.parse("from __future__ import annotations").body, *owner], [])
            above = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
            for node in inside(function):
                for field, old, new in changes(node):
                    part: Any = node
                    if field in BLOCKS and isinstance(old, list):
                        part = next(a for a, b in zip(old, new, strict=True) if a is not b)
                    while not isinstance(part, ast.stmt):
                        part = above[part]
                    last = part.body[0].lineno - 1 if hasattr(part, "body") else part.end_lineno
                    before = ast.unparse(part).split("\n")[0]
                    setattr(node, field, new)
                    after = (
                        "pass"
                        if field in BLOCKS and isinstance(new, list)
                        else ast.unparse(part).split("\n")[0]
                    )
                    code = compile(ast.fix_missing_locations(shell), str(path), "exec")
                    setattr(node, field, old)
                    yield name, f"{before}  ->  {after}", range(part.lineno, last + 1), function_of(code)


def function_of(code: types.CodeType) -> types.CodeType:
    """Find the code of the one function in a module, or in the one class of a module."""
    inner = next(c for c in code.co_consts if isinstance(c, types.CodeType))
    return inner if inner.co_flags & inspect.CO_OPTIMIZED else function_of(inner)


class Mutation:
    """A plugin of pytest that takes over once the tests are collected."""

    def __init__(self, paths: list[Path], *, again: bool, enough: float) -> None:
        self.paths, self.again, self.enough = paths, again, enough
        self.failing: Callable[[str], Any] = str
        self.seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        from hypothesis import HealthCheck, Phase, settings  # once pytest has prepared to rewrite it

        settings.register_profile(
            "mutation", derandomize=True, deadline=None, database=None, max_examples=20,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failing(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        for path in self.paths:
            importlib.import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))
        self.items = {item.nodeid: item for item in session.items}
        self.living: dict[Any, list[types.FunctionType]] = defaultdict(list)
        for found in gc.get_objects():
            if isinstance(found, types.FunctionType):
                self.living[place(found.__code__)].append(found)
        cached = type(functools.cache(len))
        self.caches: list[Any] = [
            c for c in gc.get_objects() if isinstance(c, cached) and "policemetrics" in c.__module__
        ]
        gc.freeze()  # so that the children share the memory
        said = in_child(self.measure)
        if not said.startswith("{"):
            pytest.exit(f"without any mutant: {said}", returncode=1)
        found = json.loads(said)
        self.seconds, self.lines = found["seconds"], found["lines"]
        for test in found["failed"]:
            print(f"left out, since it fails without a mutant: {test}")
            self.seconds[test] = math.inf
        self.width = Counter(t for of_file in self.lines.values() for ts in of_file.values() for t in ts)
        for path in self.paths:
            self.work_on(path)
        return True

    def measure(self) -> str:
        """Run every test once and say which lines it runs."""
        failed: list[str] = []
        self.failing = failed.append
        measured = coverage.Coverage(data_file=None, config_file=False, include=[f"{SOURCE}/*"])
        measured.start()
        for nodeid, item in self.items.items():
            for found in self.caches:  # what one test leaves there, the next would not run
                found.cache_clear()
            measured.switch_context(nodeid)
            signal.alarm(600)
            began = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self.seconds[nodeid] = time.process_time() - began
        measured.stop()
        data = measured.get_data()
        lines = {file: data.contexts_by_lineno(file) for file in data.measured_files()}
        return json.dumps({"seconds": self.seconds, "lines": lines, "failed": failed})

    def work_on(self, path: Path) -> None:
        """Try every mutant of a module, write down what became of it, and print those that live."""
        kept = KEPT / f"{'.'.join(path.relative_to(SOURCE).with_suffix('').parts)}.json"
        before = json.loads(kept.read_text()) if self.again and kept.exists() else {}
        fates: dict[str, str] = {}
        killers: dict[str, list[str]] = defaultdict(list)  # by function, the latest first
        lines = self.lines.get(str(path), {})
        wide = Counter(t for tests in lines.values() for t in tests)
        for function, what, where, code in mutants_of(path):
            names = (f"{function}: {what}{f' ({i})' if i else ''}" for i in itertools.count())
            name = next(n for n in names if n not in fates)
            fates[name] = before.get(name, "")
            if fates[name]:
                continue
            tests = {t for line in where for t in lines.get(str(line), ())}
            chosen: set[str] = set()
            for first in (lambda t: -wide[t] / self.width[t], self.seconds.__getitem__):
                left = self.enough / 2  # for the nearest, and for as many as can be
                for test in sorted(tests - chosen, key=first):
                    if self.seconds[test] < min(left, SLOWEST):
                        left -= self.seconds[test]
                        chosen.add(test)
            order = sorted(chosen, key=lambda t: self.seconds[t])
            order.sort(key=lambda t: killers[function].index(t) if t in killers[function] else len(order))
            fates[name] = killer = in_child(lambda o=order, c=code: self.trial(o, c))
            if killer in order:
                killers[function] = [killer, *(t for t in killers[function] if t != killer)][:20]
            if not killer:
                print(
                    f"{path.relative_to(SOURCE)}:{where.start}: {name}  [{len(order)} of {len(tests)}]",
                    flush=True,
                )
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(fates, indent=0))
        killed = sum(map(bool, fates.values()))
        print(
            f"| {kept.stem} | {len(fates)} | {killed} | {len(fates) - killed} | {killed / max(len(fates), 1):.1%} |",
            flush=True,
        )

    def trial(self, tests: list[str], code: types.CodeType) -> str:
        """Put the changed code into the living functions, and return the first test that fails."""
        failed: list[str] = []
        self.failing = failed.append
        for function in self.living[place(code)]:
            function.__code__ = code
        for found in self.caches:
            found.cache_clear()
        for test in tests:
            signal.alarm(300)  # a lock that nobody opens
            signal.setitimer(
                signal.ITIMER_PROF, 5 + 20 * self.seconds[test]
            )  # of processor time: ends the child
            self.items[test].config.hook.pytest_runtest_protocol(item=self.items[test], nextitem=None)
            if failed:
                return failed[0]
        return ""


def paths_of(module: str) -> list[Path]:
    """Find the files of a module or a package."""
    return sorted((SOURCE / module).glob("*.py")) or [SOURCE / f"{module}.py"]


def place(code: types.CodeType) -> tuple[str, str, int]:
    """Tell where the code of a function stands."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def in_child(work: Callable[[], str]) -> str:
    """Fork, work, and return what the child says, or how it died."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001 - the mutant may raise what it likes
            said = f"died of {type(error).__name__}: {error}"
        with os.fdopen(write, "w") as out:
            out.write(said)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        said = told.read()
    status = os.waitpid(child, 0)[1]
    return f"died of signal {status}" if status else said


def tests_of(name: str) -> str:
    """Return the folder of tests of that name, or the file."""
    if name.endswith(".py"):
        return f"tests/{name}"
    return f"tests/{name}" if (ROOT / "tests" / name).is_dir() else f"tests/test_{name}.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("modules", nargs="*", help="only these modules of the part")
    parser.add_argument("--again", action="store_true", help="only what no test has killed so far")
    parser.add_argument("--tests", nargs="+", help="only these of the tests of the part, to be quick")
    parser.add_argument(
        "--enough", type=float, default=4, help="seconds of tests for one mutant, half of the nearest"
    )
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    modules, tests = (names.split() for names in PARTS[given.part])
    tests = given.tests or tests
    found = [
        *(tests_of(name) for name in (*tests, "public_api")),
        *(str(path) for m in modules for path in paths_of(m)),
    ]
    options = [
        "-qs",
        "--hypothesis-profile=mutation",
        "--deselect=tests/test_extend.py::TestTheFigureIsOne::test_from_another_process",  # where nothing is changed
        *(f"-pno:{p}" for p in ("cacheprovider", "cov", "xdist")),
    ]
    os.chdir(ROOT)
    sys.path.insert(0, str(SOURCE.parent))
    os.environ |= {"PYTHONPATH": str(SOURCE.parent), "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    mutation = Mutation(
        [p for m in given.modules or modules for p in paths_of(m)], again=given.again, enough=given.enough
    )
    return pytest.main([*options, *found], plugins=[mutation])


if __name__ == "__main__":
    sys.exit(main())
