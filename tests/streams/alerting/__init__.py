"""Tests of the counts, the detector, the episodes and what is told of them."""
