"""What a prepared dataset holds: counted, measured, drawn."""
