"""The options of the commands that read PDFs and build the index."""

from pathlib import Path

import click

PATHS = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path, readable=False)
)  # so that the error can give the reason
JOBS = click.option("--jobs", type=click.IntRange(min=1), help="Number of processes. [default: one per core]")
STRICT = click.option(
    "--strict", is_flag=True, help="Exit with code 3 if a file could not be read or a folder is missing."
)
TRUST = click.option(
    "--trust-hidden-text", is_flag=True, help="Include text under black boxes. Pass it on every run of this library."
)
COPIES = click.option(
    "--allow-copies", is_flag=True, help="Also read files whose text is almost the same as that of a removed report."
)
