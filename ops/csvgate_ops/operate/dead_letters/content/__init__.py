"""The content of dead letters: parsed, masked and described."""
