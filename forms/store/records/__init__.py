"""Records of contacts: the ledger's rows, their transactions, and what is derived from them."""
