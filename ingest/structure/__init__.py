"""Turn the lines of pages into paragraphs, sections and items. Pure functions, without a PDF library."""
