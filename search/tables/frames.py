"""A table in memory with typed columns, for pandas, polars, Arrow and notebooks.

These libraries are optional, and only imported when they are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from search.tables.column_types import Type, types_of
from search.tables.parquet import arrow_table
from search.tables.writers import write_rows

_SHOWN = 20  # rows of a table in a notebook
_PANDAS = {int: "Int64", float: "float64", bool: "boolean", str: "string"}  # types that allow missing values


class Table:
    """Rows with named columns of known types (docs/columns.md).

    `text` and `whole` are the user's own columns that contain text, or whole numbers.
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, Any]],
        columns: Sequence[str],
        *,
        text: Collection[str] = (),
        whole: Collection[str] = (),
    ) -> None:
        self.columns = tuple(columns)
        self.own = frozenset((*text, *whole))
        self.rows = [{name: row.get(name) for name in self.columns} for row in rows]
        self.types: dict[str, Type] = types_of(self.columns, text=text, whole=whole)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame. Missing values are NA, and years remain whole numbers.

        Raises UsageError if pandas is not installed.
        """
        pandas = imported("pandas")
        frame = pandas.DataFrame(self.rows, columns=list(self.columns))
        return frame.astype({name: _PANDAS[type_] for name, type_ in self.types.items()})

    def to_polars(self) -> Any:
        """Return a polars DataFrame. Raises UsageError if polars is not installed."""
        polars = imported("polars")
        types = {int: polars.Int64, float: polars.Float64, bool: polars.Boolean, str: polars.String}
        schema = {name: types[type_] for name, type_ in self.types.items()}
        columns = {name: [_value(row[name], self.types[name]) for row in self.rows] for name in self.columns}
        return polars.DataFrame(columns, schema=schema)

    def to_arrow(self) -> Any:
        """Return a pyarrow Table. Raises UsageError if pyarrow is not installed."""
        return arrow_table(self.rows, self.types)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Export the rows to any library that supports the Arrow PyCapsule interface, such as duckdb or polars.

        Needs pyarrow.
        """
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def write(self, out: Path | str, *, raw: bool = False) -> int:
        """Write a .csv, .jsonl, .parquet or .xlsx file. Returns the number of rows.

        `raw` writes CSV for programs, without the guard against formulas.
        """
        return write_rows(Path(out), self.rows, self.columns, raw=raw)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(shown(row[name]))}</td>" for name in self.columns) + "</tr>"
            for row in self.rows[:_SHOWN]
        )
        rest = len(self.rows) - _SHOWN
        more = f"<p>and {rest:,} more rows</p>" if rest > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def imported(name: str) -> Any:
    """Import an optional library. Raises UsageError if it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(f"{name} is not installed. Run `pip install {name}`, or use the rows as they are.") from error


def shown(value: object) -> str:
    """Return a value as a notebook shows it."""
    return "" if value is None else str(value)


def _value(value: Any, type_: Type) -> Any:
    return value if value is None or type_ is not str else str(value)
