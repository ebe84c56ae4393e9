"""What the web pages that csvgate serves on loopback have in common: who may ask, and serving."""
