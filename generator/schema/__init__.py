"""YAML -> pydantic model: every complaint has its place and a way out, and all come at once.

What makes a model of it is asked for by its own name, `schema.model`: it loads pydantic, and a
text of YAML is read without.
"""

from .yaml_text import Parsed, dump, load_flat, parse, plain

__all__ = ["Parsed", "dump", "load_flat", "parse", "plain"]
