"""From a file in the inbox to rows in a raw table: contract, decoding, checking, loading."""
