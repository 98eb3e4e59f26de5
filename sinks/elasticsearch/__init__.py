"""The mention index on Elasticsearch 9."""
