"""Counts, baselines, episodes, severity: pure functions over what was counted."""
