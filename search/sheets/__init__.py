"""Read a sheet of queries from CSV, JSON Lines, plain text or an Excel workbook."""
