"""PDFium, the first reader: the only package that imports pypdfium2. It runs in the worker process."""
