"""Trained models, the code that reads them, and the scripts that made them."""
