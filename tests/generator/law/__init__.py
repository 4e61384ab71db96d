"""The law of builds on what is known: a site, what may happen to it, and who builds it."""
