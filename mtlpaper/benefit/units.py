"""Units of networks: the two tasks, their data, the students, and their training."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

from mtlpaper.errors import require
from mtlpaper.tasks import LabelRule, NoiseReading
from mtlpaper.training import Activation

Inputs = Literal["separate", "shared"]
InitialKind = Literal["orthogonal", "gaussian"]
#: One number for all directions of a teacher, or one number for each.
Values = float | tuple[float, ...]


@dataclass(frozen=True)
class Problem:
    """A main task A, several auxiliary tasks B, and one dataset of each.

    Attributes
    ----------
    N1, N3 : int
        Inputs and classes.
    rank : int
        Rank of the teachers whose singular values are given as one number.
    sigma : float
        Noise level.
    noise : {"weight", "sample", "output"}
        Reading of the noise, see `mtlpaper.tasks.Teacher`.
    label_rule : {"argmax", "soft", "sample"}
        Rule of the training labels.
    inputs : {"separate", "shared"}
        Whether task B has inputs of its own or shares those of task A; the smaller of two unequal
        sets is the first part of the larger.
    n_train, n_aux : int
        Training points of A and of B.
    S_A : float or tuple of float
        Singular values of teacher A.
    S_B : tuple of float
        Singular values of auxiliary teachers.
    r_AB : tuple of float
        Levels of relatedness; every pair (S_B, r_AB) is an auxiliary task.
    seed, replicate : int
        Seed of the random streams and number of the dataset, see `mtlpaper.randomness.Streams`.
    pairs : tuple of (S_B, r_AB)
        Further auxiliary tasks, whose singular values and relatedness may differ from direction to
        direction, see `mtlpaper.tasks.make_teacher_pair`.
    noisy_train, noisy_test : float
        Shares of noisy labels among training and test points.
    pool : int
        Training points of the pool whose subsets the replicates are, with one pair of teachers and
        one test set; 0 gives every replicate teachers, inputs and test points of its own.
    test_set : int
        Points of the test set; 0 averages over all inputs.
    """

    N1: int
    N3: int
    rank: int
    sigma: float
    noise: NoiseReading
    label_rule: LabelRule
    inputs: Inputs
    n_train: int
    n_aux: int
    S_A: Values
    S_B: tuple[float, ...]
    r_AB: tuple[float, ...]
    seed: int
    replicate: int
    pairs: tuple[tuple[Values, Values], ...] = ()
    noisy_train: float = 1.0
    noisy_test: float = 0.0
    pool: int = 0
    test_set: int = 0

    def __post_init__(self) -> None:
        most = max(self.n_train, self.n_aux)
        require(not self.pool or self.pool >= most, "pool", self.pool, f"0, or at least {most}")

    @property
    def auxiliary(self) -> list[tuple[Values, Values]]:
        """All pairs (S_B, r_AB), the relatedness varying fastest, and the further ones."""
        return [*product(self.S_B, self.r_AB), *self.pairs]

    @property
    def n_networks(self) -> int:
        """One single-task network, and one for every auxiliary task."""
        return 1 + len(self.S_B) * len(self.r_AB) + len(self.pairs)


@dataclass(frozen=True)
class Training:
    """How networks are trained, and when their losses are evaluated (a look).

    Attributes
    ----------
    learning_rate : float
        1/tau.
    t_max : float
        Longest training, in units of tau.
    look_every : float
        Least time between two looks, in units of tau; at least a step.
    look_growth : float
        The next look comes after this share of the time passed, if that is more.
    batch_size : int
        Points of each task in a step of linear students; 0 takes all.
    alternating : bool
        Whether the tasks update linear students in turn, task B as often as its loss weight says;
        else their weighted gradients are summed.
    n_test : int
        Test points in a group; a power of two for linear students.
    n_groups : int
        Groups of test points.
    n_validation : int
        Points of the validation sets; with 0 training stops by the test loss only.
    stop_early : bool
        Whether a network stops training once its losses have passed their minima.
    curves : bool
        Whether to return the loss at every look.
    device : {"cpu", "cuda"}
    dtype : {"float32", "float64"}
    """

    learning_rate: float
    t_max: float
    look_every: float
    n_test: int
    n_groups: int
    n_validation: int
    device: str
    dtype: Literal["float64", "float32"]
    stop_early: bool = True
    curves: bool = False
    look_growth: float = 0.0
    batch_size: int = 0
    alternating: bool = False


@dataclass(frozen=True)
class Unit:
    """Linear students of one problem.

    Attributes
    ----------
    problem : Problem
    training : Training
    N2 : int
        Hidden units.
    s0 : float
        Initial singular value of the composite weights (`orthogonal`), or scale of the layers
        whose composite weight has about that value (`gaussian`).
    initial : {"orthogonal", "gaussian"}
    alpha_B : float
        Weight of the auxiliary task's loss in the multitask networks; an integer where the tasks
        alternate.
    biases : bool
        Whether the layers have biases, see `mtlpaper.students.with_biases`.
    layers : int
        Layers of the trunk.
    """

    problem: Problem
    training: Training
    N2: int
    s0: float
    initial: InitialKind
    alpha_B: float = 1.0
    biases: bool = False
    layers: int = 1

    def __post_init__(self) -> None:
        whole = self.alpha_B >= 1 and self.alpha_B == int(self.alpha_B)
        fits = whole or not self.training.alternating
        require(fits, "alpha_B", self.alpha_B, "an integer >= 1 where the tasks alternate")


@dataclass(frozen=True)
class TheoryUnit:
    """The same students under a theory of the averaged gradient, without biases.

    Attributes
    ----------
    unit : Unit
    data : {"finite", "cavity", "infinite"}
        The finite-sample flow (T 7b), the one with the response of students to their own training
        points (T 7e), which is for argmax and sampled labels, or the flow with infinite data (T 6).
    n_points : int
        Sobol points of the averages over logits, a power of two; with `cavity` the fresh inputs,
        at least N1 and at least the number of training points.
    """

    unit: Unit
    data: Literal["finite", "cavity", "infinite"]
    n_points: int


@dataclass(frozen=True)
class DeepUnit:
    """Deep ReLU students of one problem.

    Attributes
    ----------
    problem : Problem
    training : Training
    N2 : int
        Units of every hidden layer.
    depth : int
        Hidden layers.
    activation : {"every", "between"}
        Where the ReLUs are, see `mtlpaper.training.ReLUDescent`.
    scale : float
        Scale of the initial weights, see `mtlpaper.training.deep_student`.
    initial : {"orthogonal", "gaussian"}
    biases : bool
        Whether the layers have biases, see `mtlpaper.training.deep_student`.
    """

    problem: Problem
    training: Training
    N2: int
    depth: int
    activation: Activation
    scale: float
    initial: InitialKind = "gaussian"
    biases: bool = False


AnyUnit = Unit | DeepUnit | TheoryUnit
"""What `mtlpaper.benefit.solve` solves."""
