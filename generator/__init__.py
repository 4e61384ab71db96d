"""Markdown -> site: the static site generator of Atrae."""
