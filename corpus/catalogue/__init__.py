"""The catalogue: what people know about the reports, and which row belongs to which report."""
