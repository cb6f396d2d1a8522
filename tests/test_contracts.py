"""Imports point one way. Each contract in setup.cfg holds for the program, and is shown to fail when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("corpus", "ingest", "index", "search", "reviews", "benchmarks")
COMMAND = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"

LAYERS = "Imports point one way, and index and ingest meet only in the corpus"
PDFIUM = "Only the package ingest.worker.pdfium calls PDFium"
PYPDF = "Only ingest.worker.pypdf_reader knows pypdf"
WORKER = "Only the worker process loads what touches an untrusted file"
ENGINE = "Only index.storage.whoosh_files knows Whoosh"
MODEL = "Only index.vectors.encoder runs a language model"
CLUSTER = "Only index.opensearch.client asks an OpenSearch cluster"
CONNECTIONS = "Only ingest.collect.crawler connects to the network"
CRAWLER = "Only the crawling process loads what reads the pages of strangers"
SQL = "Only corpus.storage.database opens the corpus with SQLite"
ACYCLIC = "No two folders, and no two modules of a folder, import each other"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "setup.cfg", copy)
    for package in PACKAGES:
        for module in (ROOT / package).rglob("*.py"):
            target = copy / module.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(module, target)
    return copy


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "--no-cache"], cwd=tree, capture_output=True, text=True, encoding="utf-8"
    )


def broken(output: str) -> list[str]:
    return [line.removesuffix(" BROKEN") for line in output.splitlines() if line.endswith(" BROKEN")]


def test_the_program_keeps_every_contract(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout
    assert "Contracts: 11 kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("corpus/planted.py", "import ingest", LAYERS),
        ("corpus/planted.py", "from index import query", LAYERS),
        ("ingest/planted.py", "from index import query", LAYERS),
        ("index/planted.py", "import ingest", LAYERS),
        ("index/planted.py", "import search", LAYERS),
        ("search/planted.py", "import reviews", LAYERS),
        ("ingest/planted.py", "from pypdf import PdfReader", PYPDF),
        ("ingest/planted.py", "def read():\n    import pypdf", PYPDF),
        ("reviews/planted.py", "import pypdfium2.raw", PDFIUM),
        ("ingest/worker/planted.py", "import pypdfium2", PDFIUM),
        ("ingest/worker/visible/planted.py", "import pypdfium2.raw", PDFIUM),
        ("ingest/planted.py", "from ingest.worker import pipeline", WORKER),
        ("reviews/planted.py", "from ingest.worker.pdfium.documents import opened", WORKER),
        ("search/answering/planted.py", "from search import searcher", ACYCLIC),
        ("index/storage/planted.py", "from index import build", ACYCLIC),
        ("benchmarks/reading/planted.py", "from benchmarks import __main__", ACYCLIC),
        ("search/planted.py", "from whoosh.query import Term", ENGINE),
        ("index/planted.py", "import whoosh", ENGINE),
        ("search/planted.py", "from tokenizers import Tokenizer", MODEL),
        ("index/vectors/planted.py", "import onnxruntime", MODEL),
        ("index/opensearch/planted.py", "from opensearchpy import OpenSearch", CLUSTER),
        ("search/planted.py", "import opensearchpy", CLUSTER),
        ("ingest/collect/planted.py", "import scrapy", CONNECTIONS),
        ("reviews/planted.py", "from twisted.internet import reactor", CONNECTIONS),
        ("ingest/collect/planted.py", "from ingest.collect.crawler import walk", CRAWLER),
        ("reviews/planted.py", "import sqlite3", SQL),
        ("corpus/planted.py", "def read():\n    import sqlite3", SQL),
    ],
)
def test_a_planted_import_breaks_its_contract(tree: Path, module: str, line: str, contract: str) -> None:
    planted = tree / module
    planted.write_text(line + "\n", encoding="utf-8")
    try:
        result = lint(tree)
    finally:
        planted.unlink()
    assert result.returncode == 1, result.stdout
    assert broken(result.stdout) == [contract]
