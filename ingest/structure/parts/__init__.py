"""Which parts does a report have? Headings, sections, recommendations and findings."""
