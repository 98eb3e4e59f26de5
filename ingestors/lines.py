"""Lines of a file by byte offset, so that reading can go on at any of them; NDJSON and CSV made from them."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NamedTuple

from streams.codec import MAX_POST_BYTES, DecodeError, decode_post, post_of
from streams.post import Post

LONGEST: Final = MAX_POST_BYTES + 1
BOM: Final = b"\xef\xbb\xbf"

Format = Callable[["Lines"], Iterator["Row"]]


class Row(NamedTuple):
    """What a post is made of: its bytes, the number of its first line, and how to read it (raises DecodeError)."""

    raw: bytes
    number: int
    read: Callable[[], Post]


@dataclass(slots=True)
class Lines:
    """Whole lines from an offset on. `growing`: a last line without its end is not a line yet."""

    file: BinaryIO
    offset: int
    number: int
    growing: bool

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next line; of one longer than `LONGEST` bytes only its beginning. Raises StopIteration."""
        self.file.seek(self.offset)
        line = part = self.file.readline(LONGEST)
        while len(part) == LONGEST and not part.endswith(b"\n"):
            part = self.file.readline(LONGEST)
        if not line or (self.growing and not part.endswith(b"\n")):
            raise StopIteration
        self.offset = self.file.tell()
        self.number += 1
        return line.removeprefix(BOM) if self.number == 1 else line


def ndjson(lines: Lines) -> Iterator[Row]:
    """One post a line, as JSON."""
    for line in lines:
        if line.strip():
            yield Row(line, lines.number, lambda line=line: decode_post(line))  # type: ignore[misc]


def table(lines: Lines) -> Iterator[Row]:
    """One post a row; the header names its fields, with dots for nested ones. `;` or `,`, whichever it has more of."""
    first = Lines(lines.file, 0, 0, lines.growing)
    header = next(first, b"").decode(errors="replace")
    delimiter = max(";,", key=header.count)
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    if lines.number == 0:
        lines.offset, lines.number = first.offset, first.number
    while (row := _next_row(lines, names, delimiter)) is not None:
        if row.raw.strip():
            yield row


def _next_row(lines: Lines, names: list[str], delimiter: str) -> Row | None:
    """The next row; a quoted cell may go over several lines."""
    start = (lines.offset, lines.number)
    taken: list[bytes] = []
    reader = csv.reader(_text(lines, taken), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        lines.offset, lines.number = start
        if lines.growing and "unexpected end" in str(error):
            return None
        return Row(next(lines), lines.number, _refusing(f"{error}; a quote within a cell is written twice"))
    raw = b"".join(taken)
    return Row(raw, start[1] + 1, lambda: _post(raw, names, cells))


def _text(lines: Lines, taken: list[bytes]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line.decode(errors="replace")


def _refusing(reason: str) -> Callable[[], Post]:
    def refuse() -> Post:
        raise DecodeError(reason)

    return refuse


def _post(raw: bytes, names: list[str], cells: list[str]) -> Post:
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise DecodeError('not UTF-8; save the table as "CSV UTF-8"') from None
    if len(cells) > len(names):
        raise DecodeError("more cells than the header names; put text that holds the delimiter in quotes")
    return post_of(nested(dict(zip(names, cells, strict=False))))


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"author.handle": "a"}` as `{"author": {"handle": "a"}}`; empty values are left out."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        branch = tree
        if value not in ("", None):
            for step in path:
                branch = branch.setdefault(step, {})
            branch[last] = value
    return tree
