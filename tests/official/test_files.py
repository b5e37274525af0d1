"""Files as they were downloaded: what is refused in words, and that nothing does harm."""

import gzip
import hashlib
import io
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest
import python_calamine  # noqa: F401  # skipped without it
from workbooks import Error, ods, xlsx

import policemetrics as pm
from policemetrics.errors import (
    IncompatibleTalliesError,
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
)
from policemetrics.official import recorded_crime

HEAD = ["Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Number of Offences"]
ROWS = [["2019/20", 1, "Kent", "34A", 7], ["2019/20", 1, "Essex", "34A", 5]]
GOOD = [HEAD, *ROWS]


def text(rows):
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def refused(path, **options):
    """Read what must be refused; nothing is written beside it, and no file stays open."""
    before = sorted(Path(path).parent.rglob("*")) if isinstance(path, Path) else []
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(InvalidInputError) as error:
            recorded_crime(path, **options)
    assert (sorted(Path(path).parent.rglob("*")) if isinstance(path, Path) else []) == before
    return str(error.value)


class TestKinds:
    """The same table in every form that it is published in, whatever its name."""

    @pytest.mark.parametrize(
        "kind", ["csv", "bom", "cp1252", "gz", "zip", "gz in zip", "xlsx", "ods", "xlsx in zip"]
    )
    def test_one_table(self, tmp_path, kind):
        path = tmp_path / "download"
        plain = text(GOOD)
        if kind == "csv":
            path.write_text(plain)
        elif kind == "bom":
            path.write_text(plain, encoding="utf-8-sig")
        elif kind == "cp1252":  # U+00A0 in the encoding of Excel
            path.write_bytes(plain.replace("Kent", "\xa0Kent").encode("cp1252"))
        elif kind == "gz":
            path.write_bytes(gzip.compress(plain.encode()))
        elif kind in {"zip", "gz in zip"}:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("readme.txt", "about")
                if kind == "zip":
                    archive.writestr("data/prc.csv", plain)
                else:
                    archive.writestr("data/prc.csv.gz", gzip.compress(plain.encode()))
        elif kind == "xlsx in zip":
            inside = xlsx(tmp_path / "inside", {"2019-20": GOOD}).read_bytes()
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("prc.xlsx", inside)
        else:
            {"xlsx": xlsx, "ods": ods}[kind](
                path, {"Cover": [["Published: 22 October 2020"]], "2019-20": GOOD}
            )
        crimes = recorded_crime(path)
        assert crimes.sum_to("force", "offence").to_dict() == {
            "force": ["Essex", "Kent"], "offence": ["34A", "34A"], "count": [5, 7],
        }  # fmt: skip
        (source,) = crimes.sources
        assert source.file == "download"
        assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert source.sheets == (("2019-20",) if kind in {"xlsx", "ods", "xlsx in zip"} else ())
        assert source.released == ("22 October 2020" if kind in {"xlsx", "ods"} else "")

    def test_lines_with_nothing_in_them(self, tmp_path):
        """A text file that was saved with two line ends a row."""
        path = tmp_path / "prc.csv"
        path.write_bytes(text(GOOD).replace("\n", "\r\n\r\n").encode())
        assert recorded_crime(path).total == 12

    def test_headings_beneath_a_title(self, tmp_path):
        path = tmp_path / "prc.csv"
        path.write_text("Police recorded crime\n\n" + text(GOOD))
        assert recorded_crime(path).total == 12
        book = xlsx(tmp_path / "prc.xlsx", {"1": [["Police recorded crime"], [], *GOOD, [], []]})
        assert recorded_crime(book).total == 12

    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_a_table_further_to_the_right(self, tmp_path, write):
        """A cell is where it stands in the sheet, wherever the table begins."""
        rows = [[], *([None, None, *row] for row in GOOD)]
        assert recorded_crime(write(tmp_path / "prc", {"2019-20": rows})).total == 12
        rows[-1][-1] = "many"
        assert "cell G4 ('Number of Offences')" in refused(write(tmp_path / "prc", {"2019-20": rows}))

    @pytest.mark.parametrize("path", [3, None, b"prc.csv", ["prc.csv"]])
    def test_no_path(self, path):
        with pytest.raises(InvalidTypeError, match="path must be the path of a file"):
            recorded_crime(path)

    def test_no_file(self, tmp_path):
        assert "is no file" in refused(tmp_path / "prc.csv")
        assert "is a folder" in refused(tmp_path)


class TestBadFiles:
    """Each is refused in words that name the file, and the sheet and cell."""

    @pytest.mark.parametrize(
        ("head", "what"),
        [
            (b"%PDF-1.7", "a PDF"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
            (b"\n<!DOCTYPE HTML><html>", "a web page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "the pointer that Git LFS keeps"),
            (b"", "the file is empty"),
            (b"a\0b", "no text"),
        ],
    )
    def test_no_table(self, tmp_path, head, what):
        (tmp_path / "prc.csv").write_bytes(head)
        message = refused(tmp_path / "prc.csv")
        assert message.startswith("prc.csv: a table was expected")
        assert what in message

    @pytest.mark.parametrize("write", [xlsx, ods])
    @pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
    def test_truncated_workbook(self, tmp_path, write, kept):
        path = write(tmp_path / "prc", {"2019-20": [HEAD, *ROWS * 500]})
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * kept)])
        assert "truncated or broken" in refused(path)

    def test_broken_bytes(self, tmp_path):
        """A byte that was changed on the way does not pass."""
        path = tmp_path / "prc.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("prc.csv", text(GOOD))
        path.write_bytes(path.read_bytes().replace(b"34A,7", b"34A,9"))
        assert "Bad CRC-32" in refused(path)

    def test_truncated_gzip(self, tmp_path):
        path = tmp_path / "prc.csv.gz"
        path.write_bytes(gzip.compress(text([HEAD, *ROWS * 5000]).encode())[:-40])
        assert "truncated or broken" in refused(path)

    def test_another_sheet(self, tmp_path):
        path = xlsx(
            tmp_path / "prc.xlsx", {"Cover": [["Police recorded crime"]], "Notes": [["1", "Of Kent"]]}
        )
        message = refused(path)
        assert "'Cover', 'Notes'" in message
        assert "'Force Name'" in message

    def test_another_table(self, tmp_path):
        path = tmp_path / "t.csv"
        path.write_text("Month,Crime type\n2024-01,Robbery\n")
        message = refused(path)
        assert "t.csv, row 1: the table must have a column 'Financial Year'" in message
        assert "found 'Month', 'Crime type'" in message

    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_a_column_renamed(self, tmp_path, write):
        """In one year of two: the year is not passed over."""
        renamed = [[*HEAD[:3], "Offense", HEAD[4]], ["2018/19", 1, "Kent", "34A", 7]]
        path = write(tmp_path / "prc", {"2019-20": GOOD, "2018-19": renamed})
        message = refused(path)
        assert "prc, sheet '2018-19', row 1: the table must have a column 'Offence Code'; found" in message
        assert "'Offense'" in message

    @pytest.mark.parametrize("write", [xlsx, ods])
    def test_ten_thousand_blank_rows(self, tmp_path, write):
        """Within a table they may part it from another; at its end they are nothing; alone they are no table."""
        blank = [[]] * 10_000
        path = write(tmp_path / "prc", {"2019-20": [HEAD, ROWS[0], *blank, ROWS[1]]})
        assert (
            "sheet '2019-20', row 10003: the rows of a table must follow one another; 10,000 blank rows"
            in refused(path)
        )
        assert "with rows" in refused(write(tmp_path / "prc", {"2019-20": [HEAD, *blank]}))
        assert "Force Name" in refused(write(tmp_path / "prc", {"2019-20": [*blank, *GOOD]}))
        assert recorded_crime(write(tmp_path / "prc", {"2019-20": [*GOOD, *blank]})).total == 12

    def test_blank_rows_of_text(self, tmp_path):
        path = tmp_path / "prc.csv"
        path.write_text(text([HEAD, ROWS[0], *[[""] * 5] * 10_000, ROWS[1]]))
        assert "row 10003" in refused(path)
        path.write_text(text([*GOOD, *[[""] * 5] * 10_000]))
        assert recorded_crime(path).total == 12

    @pytest.mark.parametrize("write", [xlsx, ods])
    @pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#N/A"])
    @pytest.mark.parametrize("at", [0, 2, 3, 4])
    def test_error_of_a_formula(self, tmp_path, write, error, at):
        row = [*ROWS[1]]
        row[at] = Error(error)
        message = refused(write(tmp_path / "prc", {"2019-20": [HEAD, ROWS[0], row]}))
        assert f"prc, sheet '2019-20', cell {'ABCDE'[at]}3 ({HEAD[at]!r})" in message

    @pytest.mark.parametrize(
        "value", ["#DIV/0!", "n/a", "1.5", "7 (r)", "1,20", "1e3", "True", "½", "99999999999999999999"]
    )
    def test_no_whole_number(self, tmp_path, value):
        path = tmp_path / "prc.csv"
        path.write_text(text([HEAD, ROWS[0], ["2019/20", 1, "Essex", "34A", f'"{value}"']]))
        message = refused(path)
        assert "prc.csv, cell E3 ('Number of Offences')" in message

    def test_a_row_too_long(self, tmp_path):
        path = tmp_path / "prc.csv"
        path.write_text(text(GOOD) + "2019/20,1,London, City of,34A,7\n")
        assert "5 columns of the headings" in refused(path)


class TestHostile:
    """An archive that is out to do harm does none: nothing is unpacked, and what swells is cut off."""

    @pytest.mark.parametrize(
        "name", ["../prc.csv", "/etc/prc.csv", "a/../../prc.csv", "C:/prc.csv", "..\\prc.csv"]
    )
    def test_paths_outside(self, tmp_path, name):
        path = tmp_path / "in" / "prc.zip"
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("prc.csv", text(GOOD))
            archive.writestr(zipfile.ZipInfo(name), text(GOOD))
        assert "leads outside of the archive" in refused(path)
        assert sorted(p.name for p in tmp_path.rglob("*")) == ["in", "prc.zip"]

    def bomb(self, path, name, size=1 << 30):
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open(name, "w", force_zip64=True) as member,
        ):
            for _ in range(size >> 20):
                member.write(bytes(1 << 20))
        return path

    @pytest.mark.parametrize("name", ["prc.csv", "xl/workbook.xml", "content.xml"])
    def test_bomb(self, tmp_path, name):
        path = self.bomb(tmp_path / "prc.zip", name, 1 << 28)
        tracemalloc.start()
        message = refused(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert "that are packed. Nothing of it was read." in message
        assert peak < 4 << 20

    def test_bomb_that_lies(self, tmp_path):
        """A member that says it is small is not read beyond what it may hold."""
        path = self.bomb(tmp_path / "prc.zip", "prc.csv", 1 << 28)
        lie = path.read_bytes()
        at = lie.rindex(b"PK\x01\x02")  # the directory: sizes at 20 and 24, where they fit
        size = (1000).to_bytes(4, "little")
        path.write_bytes(lie[: at + 24] + size + lie[at + 28 :])
        tracemalloc.start()
        refused(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 96 << 20

    def test_bomb_of_gzip(self, tmp_path):
        path = tmp_path / "prc.csv.gz"
        out = io.BytesIO()
        with gzip.GzipFile(fileobj=out, mode="wb") as file:
            for _ in range(256):
                file.write(b"," * (1 << 20))
        path.write_bytes(out.getvalue())
        refused(path)

    def test_locked(self, tmp_path):
        path = tmp_path / "prc.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("prc.csv", text(GOOD))
        data = bytearray(path.read_bytes())
        for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(magic) + at] |= 1
        path.write_bytes(data)
        assert "is locked by a password" in refused(path)

    def test_two_tables_in_one_archive(self, tmp_path):
        path = tmp_path / "prc.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv", text(GOOD))
            archive.writestr("b.csv", text(GOOD))
        assert "must hold one table" in refused(path)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", text(GOOD))
        assert "holds none" in refused(path)

    def test_more_cells_than_there_can_be(self, tmp_path):
        """One cell far down to the right: calamine lays out every cell between."""
        path = tmp_path / "prc.xlsx"
        xlsx(path, {"2019-20": GOOD})
        with zipfile.ZipFile(path) as old:
            members = {i.filename: old.read(i) for i in old.infolist()}
        sheet = members["xl/worksheets/sheet1.xml"]
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        members["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, data in members.items():
                new.writestr(name, data)
        assert "one stands in row 1,048,576 and one in column 16,384" in refused(path)


class TestSources:
    """Where counts were read travels through all that is done to them, into the sentence and the audit."""

    def test_travels(self, tmp_path):
        rows = [["2018/19", q, f, "34A", 100 + q] for q in (1, 2, 3, 4) for f in ("Kent", "Essex")]
        rows += [["2019/20", q, f, "34A", 120 + q] for q in (1, 2, 3, 4) for f in ("Kent", "Essex")]
        path = xlsx(
            tmp_path / "prc.xlsx",
            {"Cover": [["Release date", "22 October 2020"]], "All years": [HEAD, *rows]},
        )
        crimes = recorded_crime(path, every="financial_year")
        figure = pm.rate_change(crimes.where(force="Kent").sum_to("period"), between=("2018/19", "2019/20"))
        said = "prc.xlsx (sheet 'All years', released 22 October 2020)"
        assert f"Source: Home Office, police recorded crime open data tables, {said}." in str(figure)
        table = pm.rate_change(crimes, between=("2018/19", "2019/20"), by="force")
        audit = table.to_dict(audit=True)["sources"]
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        assert (
            audit == [f"Home Office, police recorded crime open data tables, {said}, sha256 {checksum}"] * 2
        )
        assert str(figure.sources[0]) == audit[0]

    def test_through_every_operation(self, tmp_path):
        path = tmp_path / "prc.csv"
        path.write_text(text(GOOD))
        crimes = recorded_crime(path)
        for one in (
            crimes.where(force="Kent"), crimes.drop(force="Kent"), crimes.sum_to(), crimes.sum_to().forget(),
            crimes.relabel("force", {"Kent": "South East"}), crimes.to_periods("financial_year"),
            crimes.not_supplied("late", force="Kent"), sum([crimes]),
        ):  # fmt: skip
            assert one.sources == crimes.sources
        other = tmp_path / "other.csv"
        other.write_text(text([HEAD, ["2020/21", 1, "Kent", "34A", 7]]))
        assert [s.file for s in (crimes + recorded_crime(other)).sources] == ["prc.csv", "other.csv"]
        assert pm.Tally.from_columns({"force": ["Kent"]}, [1]).sources == ()


class TestAddedTwice:
    """The same report from two files, or twice from one, would count twice."""

    @pytest.fixture
    def crimes(self, tmp_path):
        path = tmp_path / "prc.csv"
        rows = [
            ["2019/20", q, f, o, 10 * q]
            for q in (1, 2, 3, 4)
            for f in ("Kent", "Essex")
            for o in ("34A", "66")
        ]
        path.write_text(text([HEAD, *rows]))
        return recorded_crime(path)

    @pytest.mark.parametrize(
        "part",
        [
            lambda t: t,
            lambda t: t.where(force="Kent"),
            lambda t: t.to_periods("financial_year"),
            lambda t: t.relabel("force", {"Kent": "South East"}),
            lambda t: t.drop(offence="66"),
        ],
    )
    def test_refused(self, crimes, part):
        with pytest.raises(IncompatibleTalliesError, match="would count twice"):
            part(crimes) + part(crimes)
        with pytest.raises(IncompatibleTalliesError, match="34A stands in both, as do"):
            part(crimes) + crimes

    def test_a_later_release(self, crimes, tmp_path):
        path = tmp_path / "later.csv"
        path.write_text(text([HEAD, ["2019/20", 4, "Kent", "34A", 41], ["2020/21", 1, "Kent", "34A", 11]]))
        later = recorded_crime(path)
        with pytest.raises(IncompatibleTalliesError, match="34A stands in both, as do 0 more cells"):
            crimes + later
        assert (crimes + later.where(period="2020-Q2")).total == 411

    def test_parts_add_up(self, crimes):
        """Those that share no cell, summed or not, and totals that were forgotten to be parts."""
        parts = crimes.where(force="Kent"), crimes.drop(force="Kent")
        assert sum(parts).total == crimes.total
        assert sum(part.sum_to("period") for part in parts).total == crimes.total
        years = [part.to_periods("financial_year").sum_to() for part in parts]
        assert sum(years).total == crimes.total
        totals = [crimes.where(offence=o).sum_to().forget() for o in ("34A", "66")]
        assert sum(totals).total == crimes.total


class TestProgress:
    def test_called_for_every_sheet(self, tmp_path):
        path = xlsx(tmp_path / "prc.xlsx", {"Cover": [["About"]], "2019-20": GOOD})
        seen = []
        recorded_crime(path, progress=lambda *said: seen.append(said))
        assert [(done, total) for done, total, _ in seen] == [(0, 2), (1, 2), (2, 2)]
        assert "2019-20" in seen[1][2]

    def test_no_function(self, tmp_path):
        path = tmp_path / "prc.csv"
        path.write_text(text(GOOD))
        with pytest.raises(InvalidTypeError, match="progress must be a function"):
            recorded_crime(path, progress="yes")

    @pytest.mark.parametrize(("progress", "said"), [(True, True), (False, False), (None, False)])
    def test_a_line_where_it_takes_long(self, tmp_path, capsys, monkeypatch, progress, said):
        """Only on a terminal, unless it is asked for."""
        path = xlsx(tmp_path / "prc.xlsx", {"2019-20": GOOD})
        monkeypatch.setattr("policemetrics.official._progress._PATIENCE", -1)
        recorded_crime(path, progress=progress)
        assert ("1 of 1, prc.xlsx" in capsys.readouterr().err) is said


class TestExtra:
    """What the readers need is asked for when a file is read, and not before."""

    @pytest.mark.parametrize("lacking", ["pyarrow", "python_calamine"])
    def test_without_it(self, tmp_path, monkeypatch, lacking):
        monkeypatch.setitem(sys.modules, lacking, None)
        with pytest.raises(
            MissingDependencyError, match=rf'needs {lacking}; install "policemetrics\[official\]"'
        ):
            recorded_crime(xlsx(tmp_path / "prc.xlsx", {"2019-20": GOOD}))

    def test_nothing_is_imported_before(self):
        code = "import sys, policemetrics.official; print({'pyarrow', 'python_calamine', 'narwhals'} & {*sys.modules})"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
        assert found.stdout == "set()\n"
