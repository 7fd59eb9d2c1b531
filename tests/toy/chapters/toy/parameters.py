from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mtlpaper.companion.parameters import Distinct, Parameters, Symbol, parameter


class Toy(Parameters):
    """Random numbers, and every kind of parameter."""

    name = "toy"
    title = "A toy experiment"
    presets: ClassVar = {"paper": {}, "quick": {"n": 5, "sizes": (2, 3)}}

    n: Annotated[int, Field(ge=1), Symbol("points")] = parameter(20, "stated", "nowhere")
    ratio: Annotated[float, Field(ge=0, le=1), Symbol("a ratio")] = parameter(
        0.5, "inferred", "a guess"
    )
    rate: Annotated[float, Field(gt=0), Symbol("a rate", "1/s")] = parameter(0.1, "ours", "us")
    rule: Annotated[Literal["soft", "argmax"], Symbol("labels")] = parameter(
        "soft", "unknown", "none"
    )
    sizes: Distinct[Annotated[int, Field(ge=2), Symbol("sizes")]] = parameter((2, 20), "ours", "us")
    cap: Annotated[int | None, Field(ge=1), Symbol("at most")] = parameter(None, "ours", "us")
    flag: Annotated[bool, Symbol("a switch")] = parameter(True, "ours", "us")
    seed: Annotated[int, Field(ge=0), Symbol("seed")] = parameter(1, "ours", "us")
    device: Annotated[Literal["cpu", "cuda"], Symbol("device")] = parameter("cpu", "ours", "us")
    fault: Annotated[Literal["none", "raise", "die", "wait"], Symbol("what goes wrong")] = (
        parameter("none", "ours", "us")
    )

    @model_validator(mode="after")
    def _room_for_sizes(self) -> "Toy":
        if max(self.sizes) > 10 * self.n:
            raise ValueError(
                f"`sizes` must not exceed ten times `n`, got {list(self.sizes)} and {self.n}"
            )
        return self
