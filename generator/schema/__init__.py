"""Read YAML and validate it with pydantic, reporting every error at once with its place and a fix.

Import from the modules: `yaml_text` loads PyYAML, `validate` loads pydantic, and `scalar` neither.
"""
