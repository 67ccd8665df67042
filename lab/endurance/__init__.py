"""Play a day of jamming with faults in minutes, and check that the stage holds."""
