"""One module a source; see the `resonanz.ingestors` entry points."""
