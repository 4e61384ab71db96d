"""Values -> HTML: a service. It knows nothing of the files that will be written."""
