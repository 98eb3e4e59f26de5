"""Files: formats, resuming, files that grow, are cut or replaced."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestors.file import File, FileConfig
from streams.components import Page
from streams.errors import UsageError


def line(n, **more):
    return json.dumps(
        {"id": f"t:{n}", "source": "t", "created_at": "2026-11-01T10:00:00Z", "text": f"Nr {n}", **more}
    )


async def read(path, cursor=None, **options) -> list[Page]:
    file = File(FileConfig(path=str(path), **options))
    return [page async for page in file.pages(cursor)]


def ids(pages):
    return [post.id for page in pages for post in page.posts]


def bad(pages):
    return [item for page in pages for item in page.unreadable]


async def test_a_bad_line_is_named_by_its_number_and_the_rest_is_read(tmp_path: Path):
    path = tmp_path / "a.ndjson"
    path.write_text(line(1) + "\n\nnonsense\n" + json.dumps({"source": "t"}) + "\n" + line(2))
    pages = await read(path)
    assert ids(pages) == ["t:1", "t:2"]
    assert [item.where for item in bad(pages)] == [f"{path}, line 3", f"{path}, line 4"]
    assert "`id`" in bad(pages)[1].reason
    assert pages[-1].last


async def test_a_half_written_line_waits_for_its_end(tmp_path: Path):
    path = tmp_path / "a.ndjson"
    whole = line(1, text="Größe") + "\n"
    second = (line(2, text="Straße") + "\n").encode()
    path.write_bytes(whole.encode() + second[:-3])
    pages = await read(path, follow=True)
    assert ids(pages) == ["t:1"]
    assert not pages[-1].last
    assert pages[-1].not_before is not None
    path.write_bytes(whole.encode() + second)
    assert ids(await read(path, pages[-1].cursor, follow=True)) == ["t:2"]


async def test_a_last_line_without_its_end_counts_when_nothing_more_comes(tmp_path: Path):
    path = tmp_path / "a.ndjson"
    path.write_text(line(1))
    assert ids(await read(path)) == ["t:1"]


@pytest.mark.parametrize("replacement", [line(7) + "\n", "\n".join(line(n) for n in range(10, 40)) + "\n"])
async def test_a_file_that_was_cut_or_replaced_is_read_from_its_beginning(tmp_path: Path, replacement):
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join(line(n) for n in range(3)) + "\n")
    cursor = (await read(path, follow=True))[-1].cursor
    path.write_text(replacement)
    assert ids(await read(path, cursor, follow=True))[0] == json.loads(replacement.splitlines()[0])["id"]


async def test_a_followed_file_may_come_later_and_a_replayed_one_must_be_there(tmp_path: Path):
    path = tmp_path / "late.ndjson"
    await File(FileConfig(path=str(path), follow=True)).open()
    with pytest.raises(UsageError, match="follow = true"):
        await File(FileConfig(path=str(path))).open()
    assert ids(await read(path, follow=True)) == []


@pytest.mark.parametrize("delimiter", [";", ","])
async def test_a_table_of_german_excel_is_read(tmp_path: Path, delimiter):
    path = tmp_path / "a.csv"
    rows = [
        ["id", "source", "created_at", "text", "author.id", "author.followers", "rating.value", "event"],
        [
            "t:1",
            "t",
            "2026-11-01T11:00:00+01:00",
            '"Müller; sagt, ""nein""\nund geht"',
            "t:a",
            "12",
            "4.5",
            "",
        ],
        ["t:2", "t", "2026-11-01T10:00:00Z", "", "", "", "", "delete"],
        ["", "t", "2026-11-01T10:00:00Z", "ohne", "", "", "", ""],
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(delimiter.join(row) for row in rows).encode())
    pages = await read(path)
    first, second = (post for page in pages for post in page.posts)
    assert first.text == 'Müller; sagt, "nein"\nund geht'
    assert first.created_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert first.author is not None
    assert (first.author.id, first.author.followers) == ("t:a", 12)
    assert first.rating is not None
    assert first.rating.value == 4.5
    assert (second.event, second.author) == ("delete", None)
    assert [item.where for item in bad(pages)] == [f"{path}, line 5"]


async def test_a_table_says_what_to_write_instead(tmp_path: Path):
    path = tmp_path / "a.csv"
    head = "id;source;created_at;text\n"
    good = "t:9;t;2026-11-01T10:00:00Z;gut\n"
    path.write_bytes(
        head.encode()
        + "t:1;t;2026-11-01T10:00:00Z;Stra\u00dfe\n".encode("cp1252")
        + b"t:2;t;2026-11-01T10:00:00Z;a;b\n"
        + b't:3;t;2026-11-01T10:00:00Z;"offen "x\n'
        + b"t:4;t;2026-11-01T10:00:00;ohne Zone\n"
        + good.encode()
    )
    pages = await read(path)
    assert ids(pages) == ["t:9"]
    said = [item.reason for item in bad(pages)]
    for expected, reason in zip(["CSV UTF-8", "in quotes", "written twice", "time zone"], said, strict=True):
        assert expected in reason


async def test_an_overlong_line_costs_itself_alone(tmp_path: Path):
    path = tmp_path / "a.ndjson"
    path.write_text(line(1, text="x" * 3_000_000) + "\n" + line(2) + "\n")
    pages = await read(path)
    assert ids(pages) == ["t:2"]
    assert "longer than" in bad(pages)[0].reason


async def test_the_mode_of_the_option_wins(tmp_path: Path):
    path = tmp_path / "a.ndjson"
    path.write_text(line(1))
    assert [post.mode for page in await read(path, mode="backfill") for post in page.posts] == ["backfill"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), max_size=8
    ),
    cuts=st.lists(st.integers(0, 3000), max_size=6),
    kind=st.sampled_from(["ndjson", "csv"]),
)
async def test_a_growing_file_is_read_once_whatever_the_moments_of_looking(tmp_path: Path, texts, cuts, kind):
    path = tmp_path / f"grow.{kind}"
    if kind == "csv":
        quoted = [text.replace('"', '""').replace("\r", " ") for text in texts]
        rows = [f't:{n};t;2026-11-01T10:00:00Z;"{text}"' for n, text in enumerate(quoted)]
        content = "".join(f"{row}\n" for row in ["id;source;created_at;text", *rows]).encode()
    else:
        content = "".join(f"{line(n, text=text)}\n" for n, text in enumerate(texts)).encode()
    cursor, seen = None, []
    for cut in [*sorted(cut for cut in cuts if cut < len(content)), len(content)]:
        path.write_bytes(content[:cut])
        pages = await read(path, cursor, follow=True, page_posts=2)
        assert not bad(pages)
        seen += ids(pages)
        cursor = json.loads(json.dumps(pages[-1].cursor))
    assert seen == [f"t:{n}" for n in range(len(texts))]
