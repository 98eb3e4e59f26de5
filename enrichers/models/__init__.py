"""Trained models, their cards, and the code that reads them."""
