"""From lines to paragraphs: what does a page say, and how is it divided? Pure, without a PDF library."""
