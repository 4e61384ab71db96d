"""HTML of bodies, templates and static files: tokens, bodies with holes, shortcodes, elements."""
