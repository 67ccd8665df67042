"""Play hours of a real jam over JACK with real faults, and listen from outside."""
