"""Where speed is judged."""
