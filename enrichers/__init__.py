"""One module a thing added to a post; see the `resonanz.enrichers` entry points."""
