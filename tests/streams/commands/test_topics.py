"""`resonanz topics`: what is missing is shown, then created."""

from streams.topics import TOPICS
from tests.streams.commands.typed import lines, on_log, resonanz


def test_plan_lists_what_is_missing_and_changes_nothing(tmp_path):
    done = resonanz(tmp_path, "topics", "plan")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [f"~ {topic.name}: is missing" for topic in TOPICS]
    assert list(tmp_path.iterdir()) == []


def test_after_apply_there_is_nothing_left_to_plan(tmp_path):
    settled = f"= {len(TOPICS)} topics are as they must be"
    applied = lines(resonanz(tmp_path, "topics", "apply", LOG_PARTITIONS="3"))
    assert applied == [*(f"~ {topic.name}: is missing" for topic in TOPICS), settled]
    assert lines(resonanz(tmp_path, "topics", "plan", LOG_PARTITIONS="3")) == [settled]
    assert set(on_log(tmp_path, lambda log: log.ends("posts.v1"))) == {0, 1, 2}


def test_another_number_of_partitions_is_told_and_not_applied(tmp_path):
    lines(resonanz(tmp_path, "topics", "apply", LOG_PARTITIONS="3"))
    planned = resonanz(tmp_path, "topics", "plan", LOG_PARTITIONS="4")
    assert planned.returncode == 1
    assert planned.stdout.startswith("! posts.v1: ")
    assert resonanz(tmp_path, "topics", "apply", LOG_PARTITIONS="4").returncode == 69
    assert set(on_log(tmp_path, lambda log: log.ends("posts.v1"))) == {0, 1, 2}
