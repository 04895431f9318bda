"""Documents → ranked clauses; knows nothing of conversation."""
