"""The mention index as files of this machine: tantivy, with the versions in SQLite beside it."""
