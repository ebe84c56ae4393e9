"""What all parts of the contract's model share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
Scalar = str | bool | int | Finite


class Model(BaseModel):
    """Unknown properties are mistakes: a misspelt rule must not pass for a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
