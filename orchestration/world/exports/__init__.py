"""One module a system: what people do, written the way that system would export it. Nothing is decided here twice."""
