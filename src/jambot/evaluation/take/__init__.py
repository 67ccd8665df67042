"""One take, measured and told: from its log to figures, from figures to `report.html`."""
