"""Bytes -> folders: staged, and exchanged whole."""
