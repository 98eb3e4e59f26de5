"""Faust on the log: `broker="sqlite:///data/log.db"` in place of `kafka://…`.

Topics must exist before, as on Kafka; an unknown one is refused. Tables and the leader topic are not offered.
"""

from typing import ClassVar, cast

from faust.transport import base
from faust.types.transports import ConsumerT, ProducerT

from streams.log.embedded.consumer import Consumer
from streams.log.embedded.producer import Producer


class Transport(base.Transport):
    """Messages through a SQLite file in this process."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer
    Producer: ClassVar[type[ProducerT]] = cast("type[ProducerT]", Producer)
    driver_version = "sqlite"
