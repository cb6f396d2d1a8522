"""A REFI-QDA project contains every mention, and its positions lead back to the words."""

import re
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

from click.testing import CliRunner

from reviews.cli.main import main
from reviews.library import Library

NAMES = {"q": "urn:QDA-XML:project:1.0", "c": "urn:QDA-XML:codebook:1.0"}
GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHEET = 'id,query\nN,neglect\nV,"""voice of the child"" OR child*"\n'
ORDER = ("Users", "CodeBook", "Variables", "Cases", "Sources")


def export(demo: Library, sheet: Path, out: Path) -> None:
    words = ["--library", str(demo.settings.library), "export", "--queries", str(sheet), "--out", str(out)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


def test_every_mention_comes_back_with_its_words_and_its_code(demo: Library, tmp_path: Path) -> None:
    sheet, out = tmp_path / "queries.csv", tmp_path / "study.qdpx"
    sheet.write_text(SHEET)
    export(demo, sheet, out)
    with zipfile.ZipFile(out) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
        names = {code.get("guid"): code.get("name") for code in root.findall(".//q:Code", NAMES)}
        found = []
        for source in root.findall("q:Sources/q:TextSource", NAMES):
            path = str(source.get("plainTextPath")).replace("internal://", "sources/")
            text = archive.read(path).decode("utf-8")
            report = str(source.findtext("q:Description", "", NAMES)).removeprefix("SHA-256 ")
            for selection in source.findall("q:PlainTextSelection", NAMES):
                words = text[int(selection.get("startPosition", "")) : int(selection.get("endPosition", ""))]
                code = selection.find("q:Coding/q:CodeRef", NAMES)
                assert code is not None
                found.append((str(names[code.get("targetGUID")]).partition(":")[0], report, words))
    study = demo.study(sheet)
    assert sorted(found) == sorted((row["id"], row["report"], row["match"]) for row in study.mentions)
    parts = [child.tag.partition("}")[2] for child in root]
    assert parts == [name for name in ORDER if name in parts], "the schema prescribes this order"
    guids = [str(element.get("guid")) for element in root.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(GUID.fullmatch(guid) for guid in guids)


def test_a_codebook_has_the_queries_and_no_text(demo: Library, tmp_path: Path) -> None:
    sheet, out = tmp_path / "queries.csv", tmp_path / "study.qdc"
    sheet.write_text(SHEET)
    export(demo, sheet, out)
    root = ElementTree.fromstring(out.read_bytes())
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    codes = root.findall("c:Codes/c:Code", NAMES)
    assert [code.get("name") for code in codes] == ["N: neglect", 'V: "voice of the child" OR child*']
    assert {code.get("isCodable") for code in codes} == {"true"}
