"""The nightly update, its records, and the removal of reports."""
