from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mtlpaper.companion.parameters import Parameters, parameter


class Toy(Parameters):
    """Random numbers, and every kind of parameter."""

    name = "toy"
    title = "A toy experiment"
    presets: ClassVar = {"paper": {}, "quick": {"n": 5, "sizes": (2, 3)}}

    n: int = parameter(20, "points", status="stated", source="nowhere", ge=1)
    ratio: float = parameter(0.5, "a ratio", status="inferred", source="a guess", ge=0, le=1)
    rate: float = parameter(0.1, "a rate", unit="1/s", status="ours", source="us", gt=0)
    rule: Literal["soft", "argmax"] = parameter("soft", "labels", status="unknown", source="none")
    sizes: tuple[Annotated[int, Field(ge=2)], ...] = parameter(
        (2, 20), "sizes", status="ours", source="us", min_length=1
    )
    cap: int | None = parameter(None, "at most", status="ours", source="us", ge=1)
    flag: bool = parameter(True, "a switch", status="ours", source="us")
    seed: int = parameter(1, "seed", status="ours", source="us", ge=0)
    device: Literal["cpu", "cuda"] = parameter("cpu", "device", status="ours", source="us")
    fault: Literal["none", "raise", "die", "wait"] = parameter(
        "none", "what goes wrong", status="ours", source="us"
    )

    @model_validator(mode="after")
    def _room_for_sizes(self) -> "Toy":
        if max(self.sizes) > 10 * self.n:
            raise ValueError(
                f"`sizes` must not exceed ten times `n`, got {list(self.sizes)} and {self.n}"
            )
        return self
