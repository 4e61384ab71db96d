"""Plans: every output of a site, known before one is rendered, and three ways to make one."""
