"""The statement of an effect, and the query for its conflicts."""

from csvgate.effects.model import (
    Delete,
    Effect,
    Insert,
    InsertUnique,
    Merge,
    Replace,
    ReplaceBy,
    ReplaceTable,
)
from csvgate.effects.sql import inserts, merges, replacements
from csvgate.effects.sql.query import Query
from csvgate.effects.sql.tables import Names


def statement_of(effect: Effect, project: str) -> Query:
    """Return the statement that carries out an effect in a project. It is atomic."""
    names, statement = Names(project, effect), effect.statement
    match statement:
        case Insert():
            return inserts.insert(names, statement)
        case InsertUnique():
            return inserts.insert_unique(names, statement)
        case Replace():
            return replacements.replace(names, statement)
        case ReplaceBy():
            return replacements.replace_by(names, statement)
        case ReplaceTable():
            return replacements.replace_table(names, statement)
        case Merge():
            return merges.merge(names, statement)
        case Delete():
            return replacements.delete(names, statement)


def conflicts_of(effect: Effect, statement: InsertUnique, project: str, most: int) -> Query:
    """Return the query for the conflicts of this statement of an effect (`inserts.conflicts`)."""
    return inserts.conflicts(Names(project, effect), statement, most)
