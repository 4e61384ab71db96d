"""Publishes rendered files: staged beside the output folder, then put in place as a whole."""
