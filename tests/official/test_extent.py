"""How many cells a workbook spans, against what a reader of it lays out; in pieces as at once."""

import zipfile

import pytest
import python_calamine
from workbooks import ods, xlsx

from policemetrics.errors import InvalidInputError
from policemetrics.official import recorded_crime
from policemetrics.official._extent import Extent

ROW = '<table:table-row{}><table:table-cell office:value-type="float" office:value="1"{}><text:p>1</text:p></table:table-cell>{}</table:table-row>'
BLANK = "<table:table-row{}><table:table-cell{}/></table:table-row>"


def rows(n):
    return f' table:number-rows-repeated="{n}"'


def columns(n):
    return f' table:number-columns-repeated="{n}"'


def book(path, body):
    """Write a workbook of OpenDocument of which the rows are given as XML."""
    ods(path, {"S": []})
    with zipfile.ZipFile(path) as old:
        members = {i.filename: old.read(i) for i in old.infolist()}
    members["content.xml"] = members["content.xml"].replace(
        b"</table:table>", body.encode() + b"</table:table>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return path


def extent(path, member, size, *, is_ods):
    found = Extent("x", ods=is_ods)
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        while piece := file.read(size):
            found.feed(piece)
    return found._longest, found._widest


CASES = {
    "plain": ROW.format("", "", "") * 3,
    "repeated": ROW.format(rows(40), columns(7), ""),
    "blank to the end": ROW.format("", "", f"<table:table-cell{columns(16383)}/>")
    + BLANK.format(rows(1048000), columns(16384)),
    "blank between": ROW.format("", "", "")
    + BLANK.format(rows(500), columns(16384))
    + ROW.format("", "", ""),
    "blank before": ROW.format(
        "",
        "",
        f'<table:table-cell{columns(30)}/><table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>',
    ),
}


@pytest.mark.parametrize("size", [1 << 20, 64, 7])
@pytest.mark.parametrize("body", CASES.values(), ids=CASES)
def test_of_opendocument(tmp_path, body, size):
    """It is what calamine lays out, which begins at the first cell, here A1."""
    path = book(tmp_path / "s.ods", body)
    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    # The row that was read last is known with the next one.
    end = sheet.end[0] + 1, sheet.end[1] + 1
    assert extent(path, "content.xml", size, is_ods=True) == end


@pytest.mark.parametrize("size", [1 << 20, 64, 7])
def test_of_excel(tmp_path, size):
    path = xlsx(tmp_path / "s.xlsx", {"S": [["a"] * 30, [], *[["b"]] * 12]})
    assert extent(path, "xl/worksheets/sheet1.xml", size, is_ods=False) == (14, 30)


@pytest.mark.parametrize(
    "body",
    [
        ROW.format(rows(6000), columns(16000), ""),
        ROW.format(rows(1048576), columns(16384), ""),
        ROW.format("", "", "") + BLANK.format(rows(1048000), "") + ROW.format("", columns(16384), ""),
        ROW.format("", columns(999999999), ""),
        ROW.format(" table:number-rows-repeated =\n'6000'", columns(16000), ""),
    ],
)
def test_a_bomb_of_cells(tmp_path, body):
    """Of a kilobyte; laid out, it would take gigabytes, and the process with it."""
    with pytest.raises(
        InvalidInputError, match=r"a sheet must have no more than 50,000,000 cells; one stands in row"
    ):
        recorded_crime(book(tmp_path / "s.ods", body))


def test_a_bomb_within_an_archive(tmp_path):
    """A workbook in an archive is looked at no less."""
    inner = book(tmp_path / "s.ods", ROW.format(rows(6000), columns(16000), "")).read_bytes()
    path = tmp_path / "prc.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("prc.ods", inner)
    with pytest.raises(InvalidInputError, match=r"prc.zip: prc.ods, content.xml: a sheet must have no more"):
        recorded_crime(path)


def test_a_sheet_by_another_name(tmp_path):
    """The workbook says where its sheets are: it need not be where Excel puts them."""
    path = xlsx(tmp_path / "s.xlsx", {"S": [["a"]]})
    with zipfile.ZipFile(path) as old:
        members = {i.filename: old.read(i) for i in old.infolist()}
    sheet = members.pop("xl/worksheets/sheet1.xml")
    members["xl/elsewhere.bin"] = sheet.replace(
        b"</sheetData>", b"<row r='1048576'><c r = 'XFD1048576'><v>1</v></c></row></sheetData>"
    )
    relations = "xl/_rels/workbook.xml.rels"
    members[relations] = members[relations].replace(b"worksheets/sheet1.xml", b"elsewhere.bin")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    with pytest.raises(InvalidInputError, match="one stands in row 1,048,576 and one in column 16,384"):
        recorded_crime(path)
