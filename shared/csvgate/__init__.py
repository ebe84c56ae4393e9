"""The runtime library of csvgate, which a deploy copies into every function."""
