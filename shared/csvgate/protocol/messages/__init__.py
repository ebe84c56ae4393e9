"""The messages between the functions: each module both writes and reads the messages of a topic."""
