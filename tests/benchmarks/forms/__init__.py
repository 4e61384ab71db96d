"""How fast and how big the form handler is."""
