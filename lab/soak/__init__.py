"""Hours of a real jam over JACK, with real faults at random moments, heard from outside."""
