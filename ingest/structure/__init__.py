"""From the lines of pages to paragraphs, sections and items. Pure functions, without a PDF library."""
