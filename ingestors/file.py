"""Posts from files: a replay, an export of another tool, or a file that somebody keeps writing to."""

import asyncio
import glob
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, ClassVar, Final, Literal, cast

from ingestors.lines import Format, Lines, ndjson, table
from streams.clock import Clock, system_clock
from streams.codec import DecodeError
from streams.components import Page, Unreadable
from streams.errors import StorageError, UsageError
from streams.post import Json, Mode, Post

HEAD_BYTES: Final = 4096
LOOK_AGAIN: Final = timedelta(seconds=1)
FORMATS: Final[dict[str, Format]] = {"ndjson": ndjson, "csv": table}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConfig:
    """Where posts lie, and how.

    `path`: a file, or a pattern such as `exports/*.csv`; files are read in the order of their names.
    `format`: `ndjson` or `csv`; without it, a name that ends in `.csv` is a table, any other NDJSON.
    `mode`: `live` or `backfill` for all posts; without it, as each post says.
    `follow`: wait for more at the end, and read a file that was replaced from its beginning.
    `page_posts`: posts a page.
    """

    path: str
    format: Literal["ndjson", "csv"] | None = None
    mode: Mode | None = None
    follow: bool = False
    page_posts: int = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a file has been read, and the hash of its beginning, by which a replaced one is told apart."""

    offset: int = 0
    line: int = 0
    head: str = ""


class File:
    """Read posts from NDJSON (the JSON of a post a line) or CSV (a column a field, `author.handle` for nested ones).

    Output      pages of `page_posts` posts in the order of the file. A missing `observed_at` stays missing, so a
                repeat is the same version.
    Errors      a line that is no post is Unreadable, with its number; no such file: UsageError.
    Resume      by byte offset, and the hash of the first 4 KiB: a file that was cut or replaced is read anew.
                What was written to a followed file after the last look and before it was moved away is read only
                if the pattern of `path` also fits its new name.
    """

    name: ClassVar[str] = "file"
    Config: ClassVar[type] = FileConfig

    def __init__(self, config: FileConfig, clock: Clock = system_clock) -> None:
        self._config = config
        self._clock = clock

    async def open(self) -> None:
        """Look whether there is anything to read, unless it may still come. Raises UsageError."""
        if not self._config.follow and not await asyncio.to_thread(self._paths):
            raise UsageError(
                f"there is no file {self._config.path}; write the path of one, or `follow = true`"
            )

    async def close(self) -> None:
        """Nothing stays open between pages."""

    async def pages(self, cursor: Json) -> AsyncIterator[Page]:
        """What was added to the files since; see `streams.components.Ingestor`."""
        asked_at = self._clock()
        saved = cast("dict[str, dict[str, int | str]]", cursor or {})
        marks = {path: Mark(**saved.get(path, {})) for path in await asyncio.to_thread(self._paths)}  # type: ignore[arg-type]
        for path, before in marks.items():
            mark, reached = None, before
            while mark != reached:
                mark = reached
                posts, unreadable, reached = await asyncio.to_thread(self._read, path, mark)
                if mark != reached:
                    marks[path] = reached
                    yield Page(posts=posts, cursor=_cursor(marks), unreadable=unreadable)
        if self._config.follow:
            yield Page(
                posts=(), cursor=_cursor(marks), not_before=asked_at + LOOK_AGAIN, complete_until=asked_at
            )
        else:
            yield Page(posts=(), cursor=_cursor(marks), last=True)

    def _paths(self) -> list[str]:
        found = glob.glob(self._config.path, recursive=True)  # noqa: PTH207 - a pattern may be absolute
        return sorted(path for path in found if Path(path).is_file())

    def _read(self, path: str, mark: Mark) -> tuple[list[Post], list[Unreadable], Mark]:
        posts: list[Post] = []
        unreadable: list[Unreadable] = []
        try:
            with Path(path).open("rb") as file:
                if file.seek(0, 2) < mark.offset or _head(file, mark.offset) != mark.head:
                    mark = Mark()
                lines = Lines(file, mark.offset, mark.line, self._config.follow)
                for row in self._format(path)(lines):
                    try:
                        posts.append(self._in_mode(row.read()))
                    except DecodeError as error:
                        unreadable.append(Unreadable(str(error), f"{path}, line {row.number}", row.raw))
                    if len(posts) + len(unreadable) >= self._config.page_posts:
                        break
                return posts, unreadable, Mark(lines.offset, lines.number, _head(file, lines.offset))
        except FileNotFoundError:
            return [], [], mark
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from None

    def _format(self, path: str) -> Format:
        suffix = "csv" if path.lower().endswith(".csv") else "ndjson"
        return FORMATS[self._config.format or suffix]

    def _in_mode(self, post: Post) -> Post:
        return post if self._config.mode is None else replace(post, mode=self._config.mode)


def _head(file: BinaryIO, offset: int) -> str:
    """The hash of what was read of the first 4 KiB; empty before anything was."""
    if offset == 0:
        return ""
    file.seek(0)
    return hashlib.sha256(file.read(min(offset, HEAD_BYTES))).hexdigest()


def _cursor(marks: dict[str, Mark]) -> Json:
    return {path: {"offset": m.offset, "line": m.line, "head": m.head} for path, m in marks.items()}
