"""The log and the index that a benchmark runs on: of one process, or a real Kafka and a real Elasticsearch."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.servers import Elasticsearch, Kafka, running


@contextmanager
def stores(kind: str) -> Iterator[tuple[Path, str, str]]:
    """A folder, the URL of a fresh log and that of a fresh index; `kind`: "embedded" or "cluster"."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "embedded":
            yield folder, f"sqlite:///{name}/log.db", f"tantivy:///{name}/index"
        else:
            with running(Kafka(folder / "kafka")) as kafka, running(Elasticsearch(folder / "es")) as found:
                yield folder, kafka.url, found.url
