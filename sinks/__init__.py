"""One module a destination; see the `resonanz.sinks` entry points."""
