"""The JSON interface under `/api/`; described by `openapi.json` beside it."""
