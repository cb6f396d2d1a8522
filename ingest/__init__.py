"""Turn PDF files into reports: find the files, read them in a child process, and repair and structure the text."""
