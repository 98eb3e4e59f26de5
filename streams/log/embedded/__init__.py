"""A durable log in one SQLite file, and the Faust transport on it: `sqlite:///data/log.db`."""
