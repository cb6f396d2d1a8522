"""Find what is on a page but is not part of the report's text: headers, footers, page numbers, contents lists."""
