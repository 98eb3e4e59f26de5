"""`resonanz spikes`: a stream in, a stream out, nothing invented for what cannot be read."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from streams.commands.spikes import HEADER, read, scan, spikes

BEGIN = datetime(2026, 11, 1)  # noqa: DTZ001 - as the public series write it
APP = typer.Typer()
APP.command()(spikes)


def lines(counts: list) -> list[str]:
    return [f"{BEGIN + timedelta(minutes=5 * step)},{count}\n" for step, count in enumerate(counts)]


def scanned(given: list[str]) -> tuple[list[dict[str, str]], list[str]]:
    out, err = io.StringIO(), io.StringIO()
    scan(given, out, err)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue().splitlines()


def test_a_burst_alarms_once_and_carries_a_severity():
    rows, bad = scanned(["timestamp,value\n", *lines([4, 5, 3, 4] * 250 + [90, 300, 400])])
    assert bad == []
    assert list(rows[0]) == list(HEADER)
    assert [row["alarm"] for row in rows[:1000]] == ["0"] * 1000
    assert [row["alarm"] for row in rows[1000:]] == ["1", "0", "0"]
    assert {row["severity"] for row in rows[:1000]} == {"0"}
    assert int(rows[1001]["severity"]) >= 2
    assert float(rows[1000]["score"]) > 0
    assert float(rows[1000]["expected"]) == pytest.approx(4, rel=0.1)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=60), st.data())
def test_what_comes_later_changes_nothing_that_was_said(counts, data):
    cut = data.draw(st.integers(1, len(counts)))
    assert scanned(lines(counts))[0][:cut] == scanned(lines(counts[:cut]))[0]


def test_each_line_is_answered_before_the_next_is_read():
    out, seen = io.StringIO(), []

    def given() -> Iterator[str]:
        for line in lines([1, 2, 3]):
            seen.append(out.getvalue().count("\n"))
            yield line

    scan(given(), out, io.StringIO())
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-11-01 10:00:00", "has 1 fields; write timestamp,value"),
        (f"2026-11-01 10:00:00,{'9' * 200_000}", "field larger than field limit"),
        ("2026-11-01 10:00:00,1,2", "has 3 fields; write timestamp,value"),
        ("yesterday 3 pm,4", "the timestamp cannot be read; write 2026-11-01T10:00:00Z"),
        ("inf,4", "the timestamp is not finite"),
        ("2026-11-01 10:00:00,", "the value is no number; write a count"),
        ("2026-11-01 10:00:00,four", "the value is no number; write a count"),
        ("2026-11-01 10:00:00,-1", "the value is no count; write a number from 0 on"),
        ("2026-11-01 10:00:00,nan", "the value is no count"),
        ("2026-11-01 10:00:00,inf", "the value is no count"),
        ("2026-11-01 00:00:00,3", "its timestamp repeats the one above it"),
        ("2026-10-31 00:00:00,3", "its timestamp lies before the one above it"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_the_rest_goes_on(line, reason):
    rows, bad = scanned(
        ["timestamp,value\n", "2026-11-01 00:00:00,1\n", f"{line}\n", "2026-11-02 00:00:00,2\n"]
    )
    assert [row["value"] for row in rows] == ["1", "2"]
    assert len(bad) == 1
    assert bad[0].startswith(f"line 3: {reason}")


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-01T10:00:00Z",
        "2026-11-01 10:00:00",
        "2026-11-01T11:00:00+01:00",
        "1793527200",
        "1793527200.0",
    ],
)
def test_a_time_may_be_written_in_several_ways_and_stays_as_written(written):
    [reading] = read([f"{written},3\n"])
    assert (reading.timestamp, reading.at) == (written, 1793527200.0)


def test_header_byte_order_mark_and_empty_lines_are_no_readings():
    assert [one.value for one in read(["\ufefftimestamp,value\r\n", "\n", "1,2\r\n", "2,3"])] == [2, 3]
    assert [one.value for one in read(["1,2\n"])] == [2]
    assert [one.value for one in read(["Zeit,Anzahl\n", "1,2\n"])] == [2]


def test_bytes_that_are_no_text_are_one_bad_line():
    result = CliRunner().invoke(APP, input=b"1,2\n\xff\xfe,3\n2,3\n")
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 3


def test_the_exit_code_tells_of_bad_lines():
    good = CliRunner().invoke(APP, input="1,2\n2,3\n")
    bad = CliRunner().invoke(APP, input="1,2\nx\n2,3\n")
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert bad.stdout.count("\n") == good.stdout.count("\n") == 3
    assert bad.stderr == "line 2: has 1 fields; write timestamp,value\n"
