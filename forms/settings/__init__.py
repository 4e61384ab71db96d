"""Settings from the environment, keys, rate limits and the log."""
