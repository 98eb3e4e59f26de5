"""The folder: words in tantivy, versions in SQLite. Blocking, and for one thread, but for `index`.

A batch is settled in this order: words committed, versions committed, outcome told. After a crash in between,
the batch comes again, finds its versions unknown, and replaces its words by the same.
"""

import errno
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import tantivy

from sinks.tantivy.schema import ANALYZER, analyzer, document, schema
from sinks.tantivy.versions import State, Versions
from streams.errors import StorageError
from streams.mention import Mention

HEAP_BYTES = 50_000_000


class Change(NamedTuple):
    """A post as it must be from an edition on; no mention: gone."""

    edition: int
    mention: Mention | None = None
    body: bytes = b""

    @property
    def state(self) -> State:
        """What decides which of two changes wins."""
        return State(self.edition, self.mention is None)


class Store:
    """Reads and writes one folder, which it owns while it is open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words = folder / "words"
        self._versions = Versions(folder)
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None

    def open(self) -> None:
        """Claim the folder, and create what is missing. Raises InUseError or StorageError."""
        with self.failures():
            self._words.mkdir(parents=True, exist_ok=True)
        try:
            with self.failures():
                used = self._versions.open()
                if used and not tantivy.Index.exists(str(self._words)):
                    raise StorageError(f"{self._words} is missing; {self._advice}")
                index = tantivy.Index(schema(), path=str(self._words), reuse=True)
                index.register_tokenizer(ANALYZER, analyzer())
                if not used and index.searcher().num_docs:
                    raise StorageError(f"{self._folder / 'versions.db'} is missing; {self._advice}")
                self._writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
                self._versions.create()
                self._index = index
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Finish merging and let go of the folder."""
        writer, self._writer = self._writer, None
        self._index = None
        try:
            if writer is not None:
                with self.failures():
                    writer.wait_merging_threads()
        finally:
            self._versions.close()

    def write(self, changes: Mapping[str, Change], gone: Mapping[str, int], now_ms: int) -> None:
        """Settle the newest change of each post, and note the authors that are gone, by key. Raises StorageError."""
        with self.failures():
            known = self._versions.posts(changes)
            news = {
                post: change
                for post, change in changes.items()
                if change.state > known.get(post, State(-1, False))
            }
            if news:
                self._write_words(news)
            self._versions.write({post: change.state for post, change in news.items()}, gone, now_ms)

    def _write_words(self, news: Mapping[str, Change]) -> None:
        index, writer = self._opened()
        for post, change in news.items():
            writer.delete_documents_by_term("id", post)
            if change.mention is not None:
                writer.add_document(document(change.mention, change.body))
        writer.commit()
        index.reload()

    def gone_authors(self, keys: Sequence[str]) -> dict[str, int]:
        """Up to which edition the posts of these authors are gone, by key."""
        with self.failures():
            return self._versions.authors(keys)

    def posts_of(self, author: str, edition: int) -> dict[str, int]:
        """The editions of an author's posts up to that edition, by id."""
        index, _ = self._opened()
        with self.failures():
            searcher = index.searcher()
            query = tantivy.Query.term_query(index.schema, "author", author)
            hits = searcher.search(query, max(searcher.num_docs, 1), count=False).hits
            ids = [searcher.doc(address)["id"][0] for _, address in hits]
            known = self._versions.posts(ids)
        return {post: state.edition for post, state in known.items() if state.edition <= edition}

    def sweep(self, before_ms: int) -> int:
        """Forget who and what was gone before then; how many."""
        with self.failures():
            return self._versions.sweep(before_ms)

    @property
    def index(self) -> tantivy.Index:
        """What is searched. Raises StorageError when not open."""
        return self._opened()[0]

    def _opened(self) -> tuple[tantivy.Index, tantivy.IndexWriter]:
        if self._index is None or self._writer is None:
            raise StorageError("the index is not open")
        return self._index, self._writer

    @property
    def _advice(self) -> str:
        return f"move {self._folder} away; the next start begins a new one, without the mentions so far"

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Whatever SQLite, tantivy (a ValueError) or the system says, as a sentence."""
        try:
            yield
        except (sqlite3.Error, ValueError, OSError) as error:
            if _disk_is_full(error):
                raise StorageError(f"no space left for {self._folder}; free some and start again") from None
            raise StorageError(f"{self._folder} cannot be used ({error}); {self._advice}") from None


def _disk_is_full(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return (
        code == sqlite3.SQLITE_FULL
        or getattr(error, "errno", None) == errno.ENOSPC
        or "os error 28" in str(error)
    )
