"""The log, two ways: Apache Kafka and one SQLite file."""
