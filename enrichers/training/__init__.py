"""How the models are made and measured; a running pipeline needs none of it."""
