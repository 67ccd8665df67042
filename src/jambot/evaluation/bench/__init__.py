"""The whole program from outside: latencies, processor time, hours of faults, and its rivals."""
