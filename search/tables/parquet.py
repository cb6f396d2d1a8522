"""Write rows to a Parquet file with typed columns, in constant memory. Needs pyarrow: the extra `parquet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from search.tables.column_types import Type

_GROUP = 20_000  # rows that are kept in memory and written together


def arrow() -> tuple[Any, Any]:
    """Return the modules pyarrow and pyarrow.parquet. Raises UsageError if pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "Parquet and Arrow need pyarrow, which is not installed. "
            "Run `pip install 'safeguarding-reviews[parquet]'`, or write .csv or .jsonl instead."
        ) from error
    return pyarrow, pyarrow.parquet


def _schema(pyarrow: Any, types: Mapping[str, Type]) -> Any:
    of = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_(), str: pyarrow.string()}
    return pyarrow.schema([(name, of[type_]) for name, type_ in types.items()])


def arrow_table(rows: Sequence[Mapping[str, Any]], types: Mapping[str, Type]) -> Any:
    """Return the rows as a pyarrow Table. Raises UsageError if pyarrow is not installed."""
    pyarrow, _ = arrow()
    columns = {name: [_cell(row.get(name), type_) for row in rows] for name, type_ in types.items()}
    return pyarrow.table(columns, schema=_schema(pyarrow, types))


@contextmanager
def parquet_rows(path: Path, types: Mapping[str, Type]) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Open a new file, and yield a function that adds a row. None becomes null."""
    pyarrow, parquet = arrow()
    schema = _schema(pyarrow, types)
    group: dict[str, list[Any]] = {name: [] for name in types}
    held = 0

    with parquet.ParquetWriter(path, schema, compression="zstd") as file:

        def flush() -> None:
            nonlocal held
            file.write_table(pyarrow.table(group, schema=schema))
            for column in group.values():
                column.clear()
            held = 0

        def write(row: Mapping[str, Any]) -> None:
            nonlocal held
            for name, type_ in types.items():
                group[name].append(_cell(row.get(name), type_))
            held += 1
            if held == _GROUP:
                flush()

        yield write
        if held:
            flush()


def _cell(value: Any, type_: Type) -> Any:
    """Return a value for a cell. In text, characters that UTF-8 cannot encode become question marks, as in CSV."""
    return str(value).encode("utf-8", "replace").decode() if type_ is str and value is not None else value
