"""What does a file say of itself? Only what is sure, each value with where it was found; unknown stays unknown."""

from corpus.model import Found, Paragraph
from ingest.page import Document


def find(document: Document, paragraphs: tuple[Paragraph, ...], name: str) -> dict[str, Found]:
    return {"title": Found(name, "file name", 0.3)}
