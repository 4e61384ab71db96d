"""HTTP: the routes, the guards in front of them, and the pages that they return."""
