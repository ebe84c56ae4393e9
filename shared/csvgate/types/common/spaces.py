"""The characters that csvgate takes for spaces around a value."""

from typing import Final

SPACES: Final = (
    "\t\n\v\f\r \x85\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters that Unicode calls white space, line breaks among them. `str.strip()` also removes
the control characters 1C to 1F, which are not."""
