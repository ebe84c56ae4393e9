"""Says whether the contract that rejected rows is still the current one.

If it is, validating the rows again has the same result. The command says so for each letter. A
confirmation page asks for thousands of letters at once, so letters of the same dataset and plan,
which were read under the same contract, share one read.
"""

from collections import Counter
from collections.abc import Iterable

from csvgate.contracts.hashing import contract_hash
from csvgate.protocol.dead_letters import PREFIX
from csvgate_ops.operate.dead_letters.content.masking import pinned_contract
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter


def is_unchanged(letter: DeadLetter, context: DeadLetterContext) -> bool:
    """Return whether the contract under which the letter's upload was read is still the current
    one; False if one of the two is not known."""
    pinned = pinned_contract(letter, context)
    current = context.contracts.for_dataset(letter.dataset)
    return bool(pinned and current and contract_hash(pinned) == contract_hash(current))


def number_unchanged(letters: Iterable[DeadLetter], context: DeadLetterContext) -> int:
    """Return for how many of the letters the contract is unchanged, with one read from the ledger
    for each plan."""
    examples: dict[tuple[str, str], DeadLetter] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for letter in letters:
        if letter.is_rejection:
            key = (letter.dataset, letter.attributes[f"{PREFIX}plan"])
            examples.setdefault(key, letter)
            counts[key] += 1
    return sum(counts[key] for key, letter in examples.items() if is_unchanged(letter, context))
