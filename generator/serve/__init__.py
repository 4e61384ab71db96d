"""The whole loop on one machine: pages on demand, live reload, forms that work, an inbox."""
