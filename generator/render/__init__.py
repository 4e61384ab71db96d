"""Renders values as HTML, without knowing which files will be written."""
