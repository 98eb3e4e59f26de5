"""The checks every component must pass, and what tests are made of."""
