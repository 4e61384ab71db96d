"""`atrae serve`: pages on demand, live reload, working forms, and an inbox for their emails."""
