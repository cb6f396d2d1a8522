"""From a PDF file to a report: find the files, read them in a child process, repair and understand the text."""
