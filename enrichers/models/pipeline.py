"""The entity tagger as a component of spaCy pipelines: `spacy.load(FOLDER)`, where FOLDER is `entities_de` here.

The enricher itself reads the same files without spaCy's documents, which is faster and leaves no vocabulary behind.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import ensure_path, filter_spans, minibatch

from enrichers.models.tagger import Tagger
from enrichers.names import tokens

FACTORY = "resonanz_names"


class NamesPipe:
    """Sets `doc.ents`. Has its own idea of words: a span takes all spaCy tokens that it touches."""

    def __init__(self, tagger: Tagger | None = None) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """The document with its names."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128) -> Iterator[Doc]:
        """The documents with their names, in order."""
        if self.tagger is None:
            raise ValueError(f"{FACTORY} has no model yet; load it with from_disk")
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            words = [tokens(doc.text) for doc in docs]
            for doc, of_doc, names in zip(docs, words, self.tagger.names(words), strict=True):
                spans = [
                    doc.char_span(of_doc[first].start, of_doc[last].end, label, alignment_mode="expand")
                    for first, last, label in names
                ]
                doc.ents = filter_spans([span for span in spans if span is not None])
                yield doc

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002 - spaCy asks for it
        """To its files."""
        if self.tagger is not None:
            self.tagger.save(ensure_path(path))

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> "NamesPipe":  # noqa: ARG002
        """From its files. Raises OSError, ValueError, KeyError."""
        self.tagger = Tagger.load(ensure_path(path))
        return self


@Language.factory(FACTORY, assigns=["doc.ents"])
def make_names(nlp: Language, name: str) -> NamesPipe:  # noqa: ARG001 - what spaCy calls a factory with
    """An empty one; the model comes from disk."""
    return NamesPipe()


def save(tagger: Tagger, language: str, folder: Path) -> None:
    """A whole pipeline with the tagger in it."""
    nlp = spacy.blank(language)
    nlp.meta |= {"name": "resonanz_names", "version": tagger.parts.version, "license": "see entities.md"}
    pipe = nlp.add_pipe(FACTORY)
    pipe.tagger = tagger  # type: ignore[attr-defined]
    nlp.to_disk(folder)
