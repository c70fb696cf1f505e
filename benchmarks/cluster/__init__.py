"""`make bench-cluster`: Twinbell's engine and its peers on one real broker, in turn, held to the same answer."""
