"""Faust's Kafka transport with our hand-over; importing this registers it for `resonanz-kafka://host:port`."""

from faust.transport import drivers
from faust.transport.drivers import aiokafka

from streams.log.handover import Handover

SCHEME = "resonanz-kafka"


class Consumer(Handover, aiokafka.Consumer):
    """Faust's consumer of Kafka, without four tasks a message."""


class Transport(aiokafka.Transport):
    """Faust's transport of Kafka with that consumer."""

    Consumer = Consumer


drivers.TRANSPORTS.data[SCHEME] = f"{__name__}:Transport"
