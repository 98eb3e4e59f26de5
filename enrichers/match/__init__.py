"""The query language: folding, tokens, grammar, matcher."""
