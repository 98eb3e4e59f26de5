"""Posts labelled with aspects, their categories mapped to ours; measures the cue words on them.

`python -m enrichers.training.aspect_data DATA_FOLDER` prints precision and recall of each aspect on the third of the
posts (by checksum) that no cue was chosen on. Corpora: GermEval 2017 (Wojatzki et al. 2017), MobASA (DFKI).
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from enrichers.aspects import aspects

GERMEVAL = {
    "Atmosphäre#Beleuchtung": "comfort",
    "Atmosphäre#Geruch": "cleanliness",
    "Atmosphäre#Lautstärke": "comfort",
    "Atmosphäre#Sauberkeit_allgemein": "cleanliness",
    "Atmosphäre#Temperatur": "comfort",
    "Auslastung_und_Platzangebot": "comfort",
    "Barrierefreiheit": "accessibility",
    "Connectivity": "technology",
    "DB_App_und_Website": "technology",
    "Informationen": "information",
    "Komfort_und_Ausstattung": "comfort",
    "Service_und_Kundenbetreuung": "service",
    "Service_und_Kundenbetreuung#Zugbetreuung": "staff",
    "Sicherheit": "safety",
    "Sonstige_Unregelmässigkeiten": "disruption",
    "Ticketkauf": "price",
    "Toiletten": "cleanliness",
    "Zugfahrt#Anschlusserreichung": "punctuality",
    "Zugfahrt#Pünktlichkeit": "punctuality",
    "Zugfahrt#Technische_Schäden_und_Störungen_am_Zug": "quality",
}
"""By category with its part, or by category alone. What is missing (image, travel in general) has no counterpart."""
MOBASA = {
    "accidents": "safety",
    "acoustic signal": "accessibility",
    "barrier general": "accessibility",
    "barrier others": "accessibility",
    "construction site": "disruption",
    "escalator": "accessibility",
    "ground level access": "accessibility",
    "guiding routes": "accessibility",
    "info": "information",
    "info acoustic": "information",
    "info display": "information",
    "lift": "accessibility",
    "lighting": "comfort",
    "ramp": "accessibility",
    "security": "safety",
    "space": "comfort",
}
HELD_OUT = 3  # one in so many


@dataclass(frozen=True)
class Labelled:
    """A post and the aspects that people found in it."""

    text: str
    aspects: frozenset[str]

    @property
    def held_out(self) -> bool:
        """Whether it only measures."""
        return crc32(self.text.encode()) % HELD_OUT == 0


def germeval(folder: Path) -> Iterator[Labelled]:
    """GermEval 2017, development part."""
    for line in (folder / "germeval2017_db" / "dev_v1.4.tsv").read_text(encoding="utf-8").splitlines():
        if not line:
            continue
        _, text, _, _, *found = [*line.split("\t"), ""]
        categories = [one.rpartition(":")[0] for one in found[0].split()]
        mapped = (GERMEVAL.get(one) or GERMEVAL.get(one.partition("#")[0]) for one in categories)
        yield Labelled(text, frozenset(filter(None, mapped)))


def mobasa(folder: Path) -> Iterator[Labelled]:
    """MobASA, training and development part."""
    for part in ("train", "dev"):
        for line in (folder / "mobasa" / f"{part}.json").read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            mapped = (MOBASA.get(category) for category, _, _ in item["labels"])
            yield Labelled(item["text"], frozenset(filter(None, mapped)))


def measure(
    rows: Sequence[Labelled], guess: Callable[[str], Sequence[str]] = aspects
) -> dict[str, tuple[int, float, float]]:
    """Number of posts, precision and recall by aspect; only of aspects that are labelled here; `all`: micro-average."""
    labelled = set().union(*(row.aspects for row in rows))
    counts = {name: [0, 0, 0] for name in [*sorted(labelled), "all"]}
    for row in rows:
        ours = guess(row.text)
        for name in labelled:
            guessed, gold = name in ours, name in row.aspects
            for key in (name, "all"):
                counts[key] = [
                    n + one for n, one in zip(counts[key], (guessed and gold, guessed, gold), strict=True)
                ]
    return {
        name: (gold, hit / max(1, guessed), hit / max(1, gold))
        for name, (hit, guessed, gold) in counts.items()
    }


def main(folder: str) -> None:
    """Print the table of the card."""
    for name, read in (("GermEval 2017", germeval), ("MobASA", mobasa)):
        for aspect, (posts, precision, recall) in measure(
            [row for row in read(Path(folder)) if row.held_out]
        ).items():
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"{name}, {aspect}: {posts} posts, P {precision:.2f} R {recall:.2f} F1 {f1:.2f}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
