"""What only the makers of JAM_BOT run: `python -m lab` lists it, `python -m lab NAME` runs it."""
