"""Find what a report is called, and which bodies it names."""
