"""Build the list of names that comes along: `python -m enrichers.models.build_names DATA_FOLDER`.

From the training parts of GermEval 2014 NER and MobIE (both CC BY 4.0): organisations, places and titles that occur
in at least `MIN_TEXTS` texts and are nearly always a name there. No persons: names of people who happened to be in a
corpus are nobody's list.
"""

import sys
from collections import Counter
from pathlib import Path

from enrichers.models.corpora import Example, germeval_train, mobie_train
from enrichers.names import Name, Names, tokens

MIN_TEXTS = 3
MIN_PRECISION = 0.9
MIN_CHARS = 4
LABELS = ("ORG", "LOC", "MISC")
HEADER = "# Names from GermEval 2014 NER and MobIE, CC BY 4.0; made by enrichers/models/build_names.py\n"


def candidates(data: list[Example]) -> dict[str, str]:
    """Names written with a capital, with their commonest label."""
    seen: Counter[tuple[str, str]] = Counter()
    for text, spans in data:
        seen.update({(text[a:b].lstrip("#"), label) for a, b, label in spans if label in LABELS})
    best: dict[str, str] = {}
    for (name, label), count in seen.most_common():
        plain = name[:1].isupper() and len(name) >= MIN_CHARS and "@" not in name
        if count >= MIN_TEXTS and plain and name not in best:
            best[name] = label
    return best


def reliable(names: dict[str, str], data: list[Example]) -> list[Name]:
    """Those whose finds are, in the same texts, that entity."""
    listed = Names([Name(name, label) for name, label in names.items()], exact=True)  # type: ignore[arg-type]
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for text, spans in data:
        for one in listed.find(tokens(text)):
            found[one.name] += 1
            right[one.name] += (one.start, one.end, one.label) in spans
    kept = sorted(name for name in names if right[name] >= MIN_PRECISION * max(1, found[name]))
    return [Name(name, names[name]) for name in kept]  # type: ignore[arg-type]


def main(folder: str) -> None:
    """Write `names.tsv` beside this file."""
    data = [*germeval_train(Path(folder)), *mobie_train(Path(folder))]
    names = reliable(candidates(data), data)
    target = Path(__file__).with_name("names.tsv")
    target.write_text(HEADER + "".join(f"{n.text}\t{n.label}\n" for n in names), encoding="utf-8")
    print(f"{target.name}: {len(names)} names")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
