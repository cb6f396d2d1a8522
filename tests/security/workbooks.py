"""Small workbooks made to keep a reader busy."""

import io
import zipfile

_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: str, after: str = "", sheets: int = 1, parts: int = 0) -> bytes:
    """Return a workbook whose sheets contain these rows, given as XML. With `parts`, sheets share this many files."""
    out = io.BytesIO()
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, sheets + 1))
    files = parts or sheets
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{(n - 1) % files + 1}.xml"/>'
        for n in range(1, sheets + 1)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_REL}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        file.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>'
        )
        file.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>')
        for n in range(1, files + 1):
            file.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
            )
    return out.getvalue()


def text(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


FAR_ROW = workbook(row(1, text("A1", "query")) + row(9999999999999, text("A9999999999999", "neglect")))
FAR_COLUMNS = workbook("".join(row(n, text(f"XFD{n}", "x")) for n in range(1, 20_000)), sheets=40)
FAR_QUERY = workbook(
    row(1, text("A1", "query"), text("XFD1", "far")) + "".join(row(n, text(f"XFD{n}", "x")) for n in range(2, 120))
)
FAR_UNNUMBERED = workbook(
    row(1, text("A1", "query"))
    + '<row><c r="XFC9999999999999" t="inlineStr"><is><t>x</t></is></c></row>'
    + '<row r="1048577"><c t="inlineStr"><is><t>x</t></is></c></row>'
)
MERGED = workbook(
    row(1, text("A1", "query"), text("B1", "year")) + row(2, text("A2", "neglect"), text("B2", "2015")),
    "<mergeCells>" + '<mergeCell ref="B2:B1048576"/>' * 9_000 + "</mergeCells>",
)
