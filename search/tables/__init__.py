"""Write rows as CSV, JSON Lines, Parquet or an Excel workbook."""
