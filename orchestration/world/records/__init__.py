"""How a person or a company is written down: the same one in as many spellings as there are clerks and forms."""
