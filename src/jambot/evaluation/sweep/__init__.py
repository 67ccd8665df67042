"""Settings turned one against another: every cell of a grid plays the same bars."""
