"""One asset a model: features in, a table of answers out."""
