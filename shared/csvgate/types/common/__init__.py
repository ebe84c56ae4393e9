"""Parts that several field types share."""
