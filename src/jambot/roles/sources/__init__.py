"""Readers of corpora: each turns one item (a file, a line of a collection) into a `Piece`."""
