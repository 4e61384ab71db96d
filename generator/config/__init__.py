"""The settings of a site and of one build."""
