"""Play a newcomer's first ten minutes with real JACK and a real browser, and take pictures."""
