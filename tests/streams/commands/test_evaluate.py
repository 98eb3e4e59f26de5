"""`resonanz evaluate` and `resonanz train` on files of labelled posts."""

import pytest
import typer
from typer.testing import CliRunner

from streams.commands import evaluate, train
from streams.commands.labelled import read
from streams.errors import UsageError
from streams.measures import quality

APP = typer.Typer()  # not the whole command line, which sets up logging for the process
APP.command()(evaluate.evaluate)
APP.command()(train.train)


@pytest.fixture
def csv(tmp_path):
    def write(text):
        file = tmp_path / "posts.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def run(*arguments):
    return CliRunner().invoke(APP, [str(one) for one in arguments], catch_exceptions=False)


def test_each_source_and_all_are_reported(csv):
    rows = "text,label,source\n" + "Einfach nur super danke!,positive,a\nSo ein Mist, wieder kaputt\n"
    file = csv(rows.replace("So ein Mist, wieder kaputt", '"So ein Mist, wieder kaputt",negative,b'))
    done = run("evaluate", file, "--by", "source")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[::5]] == ["source a", "source b", "all"]
    assert "all: 2 posts, accuracy 1.000, macro-F1 100.0" in done.stdout


def test_a_row_with_a_name_is_about_the_tone_toward_it(csv):
    text = '"Alpha war super, danke, aber Beta ist einfach nur schlecht"'
    done = run("evaluate", csv(f"text,label,subscription\n{text},positive,alpha\n{text},negative,Beta\n"))
    assert done.stdout.startswith("all: 2 posts, accuracy 1.000")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column"),
        ("text;label\na;positive\n", 'line 1: no column "text"'),
        ("text,label\n", "has no rows"),
        ("text,label\na,positive\nb,posittive\n", 'line 3: "posittive" is no label; write one of negative'),
        ("text,label\na\n", "line 2"),
        ("text,label\na,b,positive\n", "line 2: not as many fields"),
        ('text,label\n"a,positive\n', "line 2: unexpected end of data; quote"),
        ("text,label,subscription\na,positive,Bahn\n", 'line 2: "Bahn" does not stand in the text'),
        (b"text,label\n\xff,positive\n", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_line(csv, text, said):
    with pytest.raises(UsageError, match=said):
        read(csv(text))


def test_texts_over_several_lines_and_labels_in_capitals_are_fine(csv):
    (row,) = read(csv('\ufefftext,label,language\n"eins\nzwei",Positive,de\n'))
    assert (row.mention.text, row.label, row.mention.language_hint) == ("eins\nzwei", "positive", "de")


@pytest.mark.parametrize("arguments", [[], ["posts.csv", "--data", "."]])
def test_evaluate_wants_a_file_or_a_folder(arguments):
    with pytest.raises(UsageError, match=r"evaluate FILE\.csv"):
        run("evaluate", *arguments)


def test_a_folder_without_the_data_is_named(tmp_path):
    with pytest.raises(UsageError, match="--data is the data folder"):
        run("evaluate", "--data", tmp_path)


def test_only_what_can_be_trained_is_trained(csv):
    with pytest.raises(UsageError, match='no "influence" in the chain that can be trained'):
        run("train", "influence", csv("text,label\na,positive\n"), "--out", "m.npz")


def test_a_trained_model_is_written_and_its_configuration_told(csv, tmp_path):
    rows = "".join(f"Murkel {n},positive\nKniffel {n},negative\n" for n in range(60))
    out = tmp_path / "own.npz"
    done = run("train", "sentiment", csv(f"text,label\n{rows}"), "--out", out, "--domain", "shop")
    assert f'[enrichers.sentiment]\nmodel = "{out}"\ndomain = "shop"' in done.stdout
    settings = tmp_path / "resonanz.toml"
    settings.write_text(f'[enrichers.sentiment]\nmodel = "{out}"\ndomain = "shop"\n')
    done = run("evaluate", csv(f"text,label\n{rows}"), "--config", settings)
    assert done.stdout.startswith("all: 120 posts, accuracy 1.000")


def test_measures_follow_from_counts():
    import numpy as np

    chances = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3]])
    found = quality([0, 1, 2, 1], chances, [True, True, False, False])
    assert found.confusion == ((1, 0, 0), (1, 1, 0), (0, 0, 1))
    assert (found.accuracy, found.labelled, found.labelled_accuracy) == (0.75, 0.5, 0.5)
    assert found.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert found.calibration_error == pytest.approx((0.2 + 0.6 + 0.3 + 0.5) / 4)
