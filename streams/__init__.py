"""The pipeline: its records, contracts, services, agents and command line."""
