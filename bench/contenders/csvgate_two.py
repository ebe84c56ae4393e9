"""csvgate end to end on two processors."""

from functools import partial
from typing import Final

from bench.contenders import csvgate_encoded

run: Final = partial(csvgate_encoded.run, processors=2)
