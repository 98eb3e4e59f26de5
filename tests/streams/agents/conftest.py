"""What is put off is repeated without a pause."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def _no_pauses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.log.delivery.FIRST_PAUSE_SECS", 0.0)
        patch.setattr("streams.agents.outbox.FIRST_PAUSE_SECS", 0.0)
        yield
