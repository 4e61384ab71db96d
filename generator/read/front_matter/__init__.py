"""Front matter: the settings of a document, written in YAML at the top of its file."""
