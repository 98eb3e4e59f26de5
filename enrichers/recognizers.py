"""Who looks for names that nobody listed: our own taggers, or a spaCy pipeline that is installed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from enrichers.models.features import mode_of
from enrichers.models.tagger import Tagger
from enrichers.names import Found, Token, label_of
from enrichers.normal_form import normal_form
from streams.errors import ConfigError, StorageError
from streams.mention import Label

MODELS = Path(__file__).parent / "models"
COMPONENT = "resonanz_names"
LANGUAGES = ("de", "en")

SPACY_LABELS: Mapping[str, Label] = {
    "PER": "PER", "PERSON": "PER", "ORG": "ORG", "LOC": "LOC", "GPE": "LOC", "FAC": "LOC", "PRODUCT": "PROD",
    "PROD": "PROD", "MISC": "MISC", "WORK_OF_ART": "MISC", "EVENT": "MISC", "LAW": "MISC",
}  # fmt: skip
"""Labels of the official pipelines (CoNLL and OntoNotes) as ours; NORP, dates, amounts and numbers are no names."""

_NO_NAME = ("http", "www.")


class Recognizer(Protocol):
    """Finds names in texts whose words are known already. `version`: changes with the model."""

    version: str

    def find(self, texts: Sequence[str], words: Sequence[Sequence[Token]]) -> list[list[Found]]:
        """The names in each text, in order."""
        ...


class OwnTagger:
    """The tagger that comes along (`models/entities.md`). Raises StorageError if a file of it is damaged."""

    def __init__(self, language: str) -> None:
        folder = MODELS / f"entities_{language}" / COMPONENT
        try:
            self._tagger = Tagger.load(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"a file in {folder} is damaged ({error}); install resonanz anew") from None
        self.version = self._tagger.parts.version

    def find(self, texts: Sequence[str], words: Sequence[Sequence[Token]]) -> list[list[Found]]:
        """The names in each text, in order; links and lone signs are none."""
        tagged = self._tagger.names(words)
        found = []
        for text, of_text, names in zip(texts, words, tagged, strict=True):
            mode = mode_of(of_text) if names else "C"
            places = [(of_text[first], of_text[last], label) for first, last, label in names]
            found.append(
                [
                    self._found(text[first.start : last.end], first.start, label, mode)
                    for first, last, label in places
                    if not first.text.startswith(_NO_NAME)
                    and any(map(str.isalnum, text[first.start : last.end]))
                ]
            )
        return found

    def _found(self, written: str, start: int, label: str, mode: str) -> Found:
        ours = label_of(label, "model")
        return Found(
            start, start + len(written), ours, normal_form(written, ours, mode, self._tagger.lexicon)
        )


class SpacyPipeline:
    """An installed spaCy pipeline, by its name or folder. Raises ConfigError if there is none, or it finds no names.

    `labels`: more of its labels as ours, for pipelines with labels of their own.
    """

    def __init__(self, name: str, option: str, labels: Mapping[str, Label]) -> None:
        import spacy

        try:
            self._nlp = spacy.load(name)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f'[enrichers.entities] {option}: "{name}" cannot be loaded ({str(error).splitlines()[0]}); '
                f'install it with `python -m spacy download {name}`, or write {option} = "" for our own'
            ) from None
        if not any("doc.ents" in self._nlp.get_pipe_meta(pipe).assigns for pipe in self._nlp.pipe_names):
            raise ConfigError(
                f'[enrichers.entities] {option}: "{name}" has no part that finds names, such as ner'
            )
        self._labels = {**SPACY_LABELS, **labels}
        self.version = f"{self._nlp.meta['lang']}_{self._nlp.meta['name']}-{self._nlp.meta['version']}"

    def find(self, texts: Sequence[str], words: Sequence[Sequence[Token]]) -> list[list[Found]]:  # noqa: ARG002
        """The names in each text, in order. What the pipeline's vocabulary learns is forgotten at once."""
        whole = [
            text.encode("utf-8", "replace").decode() for text in texts
        ]  # a lone surrogate is no text to spaCy
        found = []
        with self._nlp.memory_zone():
            for doc in self._nlp.pipe(whole):
                entities = [(e.start_char, e.end_char, self._labels.get(e.label_), e.text) for e in doc.ents]
                found.append(
                    [
                        Found(start, end, label, normal_form(text, label, "C"))
                        for start, end, label, text in entities
                        if label and any(map(str.isalnum, text))
                    ]
                )
        return found
