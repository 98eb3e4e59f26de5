"""The Faust agents, one a module, and the loop they share."""
