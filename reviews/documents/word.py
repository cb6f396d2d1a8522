"""Build a Word document piece by piece. Only this module uses python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING

from corpus.errors import UsageError
from search.tables.cell_text import NOT_XML

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_LINK_COLOUR = (0x1D, 0x70, 0xB8)


class WordDocument:
    """A document of numbered A4 pages in British English. Raises UsageError if python-docx is not installed."""

    def __init__(self, title: str) -> None:
        docx = _docx()
        self._document = docx.Document()
        self._page()
        self._styles()
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = clean(title)[:255], "", ""
        properties.language = "en-GB"
        properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
        self._document.add_heading(clean(title), 0)

    def heading(self, text: str, level: int = 1) -> None:
        self._document.add_heading(clean(text), level)

    def text(self, text: str, *, style: str | None = None) -> None:
        """Add a paragraph. `style` is one of Word's own styles, such as "List Bullet"."""
        self._document.add_paragraph(clean(text), style)

    def quotation(self, text: str) -> None:
        """Add a verbatim quotation. Line breaks are kept."""
        self._document.add_paragraph(clean(text), "Intense Quote")

    def labelled(self, label: str, text: str) -> None:
        """Add a paragraph that begins with a label in bold."""
        paragraph = self._document.add_paragraph()
        paragraph.add_run(clean(label) + " ").bold = True
        paragraph.add_run(clean(text))

    def link(self, label: str, address: str) -> None:
        """Add a paragraph with an address. It becomes a link if it names a site."""
        paragraph = self._document.add_paragraph()
        if label:
            paragraph.add_run(clean(label) + " ").bold = True
        self._link(paragraph, clean(address))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        table = self._document.add_table(1, len(head), "Light Grid Accent 1")
        for cell, text in zip(table.rows[0].cells, head, strict=True):
            cell.text = clean(text)
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = clean(str(value))
        self._document.add_paragraph()

    def to_bytes(self) -> bytes:
        """Return the .docx file."""
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _page(self) -> None:
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement
        from docx.shared import Cm

        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        run = section.footer.paragraphs[0].add_run()
        for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):  # a field with the page number
            if kind:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            else:
                part = OxmlElement("w:instrText")
                part.text = code
            run._r.append(part)

    def _styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement
        from docx.shared import Pt, RGBColor

        styles = self._document.styles
        for name, size in (("Normal", 11), ("Title", 22), ("Heading 1", 16), ("Heading 2", 13), ("Intense Quote", 11)):
            font = styles[name].font
            font.name, font.size = "Arial", Pt(size)
            font.color.rgb = RGBColor(0, 0, 0)
            properties = styles[name].element.get_or_add_rPr()
            fonts = properties.find(qn("w:rFonts"))
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # they override the name
                fonts.attrib.pop(qn(f"w:{theme}"), None)
        styles["Intense Quote"].font.bold = False
        styles["Intense Quote"].font.italic = False
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-GB")
        styles["Normal"].element.get_or_add_rPr().append(language)

    def _link(self, paragraph: Paragraph, address: str) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement
        from docx.shared import RGBColor

        run = paragraph.add_run(address)
        if not re.match(r"https?://[^\s]+$", address):
            return
        run.font.underline = True
        run.font.color.rgb = RGBColor(*_LINK_COLOUR)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        link.append(run._r)
        paragraph._p.append(link)


def clean(text: str) -> str:
    """Return a text in which characters that XML cannot contain, which python-docx refuses, are spaces."""
    return NOT_XML.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _docx() -> ModuleType:
    try:
        import docx
    except ImportError as error:
        raise UsageError(
            "Word files need python-docx. Install it with `pip install 'safeguarding-reviews[web]'`."
        ) from error
    return docx
