"""PDFium, the first reader. Only this package imports pypdfium2. It runs in the worker process."""
