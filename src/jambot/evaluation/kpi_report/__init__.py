"""Everything that was measured on one page that a stranger can check."""
