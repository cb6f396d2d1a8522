"""The nightly update, its records, and taking a report down."""
