"""How good the enrichers are, measured on data that is not part of the repository."""
