"""`resonanz spikes < counts.csv`: how unusual each count of a series is, judged by what came before it alone."""

import csv
import io
import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

import typer

from streams.alerting.detector import Detector, Score
from streams.alerting.severity import Measures, severity
from streams.errors import EXIT_BAD_LINES

HEADER = ("timestamp", "value", "expected", "score", "severity", "alarm")
MAX_COUNT = 1e12


class Reading(NamedTuple):
    """One line: the timestamp as it was written, and the count."""

    timestamp: str
    at: float
    value: float


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is left out, its number from 1, and what is wrong with it."""

    number: int
    reason: str


def spikes() -> None:
    """Read `timestamp,value` lines (CSV), write `timestamp,value,expected,score,severity,alarm`.

    The values are consecutive steps of five minutes; a gap in the timestamps is not filled. A score of 0 is as
    rare as once in a week for this series, 1 ten times rarer. An alarm is told once a day, and not in the first
    750 steps (2.6 days). A bad line is told on standard error and left out; the exit code is then 1.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    if scan(sys.stdin, sys.stdout, sys.stderr):
        raise typer.Exit(EXIT_BAD_LINES)


def scan(lines: Iterable[str], out: TextIO, err: TextIO) -> int:
    """Judge each line as it comes; how many were bad."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    detector, bad = Detector(), 0
    for item in read(lines):
        if isinstance(item, BadLine):
            bad += 1
            err.write(f"line {item.number}: {item.reason}\n")
            continue
        learning = detector.learning
        score = detector.update(item.value)
        writer.writerow(_row(item, score, learning=learning))
        out.flush()
    return bad


def read(lines: Iterable[str]) -> Iterator[Reading | BadLine]:
    """The readings in their order; a header is skipped, empty lines too."""
    last: float | None = None
    for number, line in enumerate(lines, start=1):
        text = line.strip("\ufeff\r\n \t")
        if not text or (number == 1 and _is_header(text)):
            continue
        try:
            reading = _reading(text)
            if last is not None and reading.at <= last:
                what = "repeats" if reading.at == last else "lies before"
                raise ValueError(f"its timestamp {what} the one above it; sort the lines and keep one each")
        except (ValueError, csv.Error) as error:
            yield BadLine(number, str(error))
            continue
        last = reading.at
        yield reading


def _reading(text: str) -> Reading:
    fields = [field.strip() for field in next(csv.reader([text]))]
    if len(fields) != 2:
        raise ValueError(f"has {len(fields)} fields; write timestamp,value")
    return Reading(fields[0], _seconds(fields[0]), _count(fields[1]))


def _is_header(text: str) -> bool:
    """Whether the first line names its fields instead of filling them."""
    return text.replace(" ", "").replace('"', "").lower() == "timestamp,value" or (
        text.count(",") == 1 and not any(character.isdigit() for character in text)
    )


def _seconds(text: str) -> float:
    """Seconds of 1970 of a time in ISO 8601 (without a zone: UTC) or in seconds of 1970 already."""
    try:
        secs = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(
                "the timestamp cannot be read; write 2026-11-01T10:00:00Z, 2026-11-01 10:00:00 or seconds of 1970"
            ) from None
        secs = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(secs):
        raise ValueError("the timestamp is not finite; write seconds of 1970")
    return secs


def _count(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("the value is no number; write a count, as in 12") from None
    if not 0 <= value <= MAX_COUNT:  # NaN compares false
        raise ValueError("the value is no count; write a number from 0 on")
    return value


def _row(reading: Reading, score: Score, *, learning: bool) -> tuple[str | int, ...]:
    unusual = score.score >= 0 and not learning
    growth = reading.value / max(score.expected, 1.0)
    level = max(severity(Measures(int(reading.value), growth=growth)).step, 1) if unusual else 0
    value = f"{reading.value:.15g}"
    return (reading.timestamp, value, f"{score.expected:.4g}", f"{score.score:.4f}", level, int(score.alarm))
