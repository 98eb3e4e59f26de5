"""HTTP: the API, webhooks in, health, metrics and the page."""
