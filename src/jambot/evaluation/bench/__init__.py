"""The whole program from outside: latencies, silences and processor time."""
