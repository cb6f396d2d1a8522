"""Read the tables of a report: rows whose cells belong together, action plans and forms for recommendations."""
