"""Files that the build hands to the handler: the catalogue, templates and gated files."""
