"""Find the parts of a report: headings, sections, recommendations and findings."""
