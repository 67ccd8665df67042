"""Put every key figure on one page."""
