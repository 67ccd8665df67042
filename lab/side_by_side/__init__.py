"""Measure how soon the next note is there, for JAM_BOT and for other systems."""
