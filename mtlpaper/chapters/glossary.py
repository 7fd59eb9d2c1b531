"""The glossary: every parameter's symbol, with its meaning, unit and range, said once.

A parameter's annotation names its entry, for one value (``N3: g.N3``) or for several
(``N3: Increasing[g.N3]``). `mtlpaper show`, the settings ledger and the page on notation read it
here. An experiment gives a meaning of its own where it uses a symbol in a more special sense.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

from mtlpaper.companion.parameters import Symbol, parameter

T = TypeVar("T")
# The least and the largest value; the values between them are taken evenly in the logarithm.
Span = tuple[T, T]


def _power_of_two(value: int) -> int:
    if value & (value - 1):
        raise ValueError("must be a power of two")
    return value


_Inputs = Annotated[int, Field(ge=2, le=2000)]
_Points = Annotated[int, Field(ge=2, le=100_000)]
_Repetitions = Annotated[int, Field(ge=2, le=10_000)]
_Sobol = Annotated[int, Field(ge=64, le=2**20), AfterValidator(_power_of_two)]
_SingularValue = Annotated[float, Field(gt=0, le=1000)]
_Start = Annotated[float, Field(gt=0, le=100)]
_NonNegative = Annotated[float, Field(ge=0, le=100)]
_Rate = Annotated[float, Field(gt=0, le=10)]
_Tolerance = Annotated[float, Field(gt=0, lt=1)]
_Share = Annotated[float, Field(gt=0, le=1)]

# ------------------------------------------------------------------------------ teachers and inputs

N1 = Annotated[_Inputs, Symbol("inputs", letter="N_1")]
N3 = Annotated[int, Field(ge=2, le=1000), Symbol("number of classes of a task", letter="N_3")]
rank = Annotated[int, Field(ge=1, le=1000), Symbol("rank of the teachers", letter=r"\bar N_2")]
s_bar = Annotated[_Start, Symbol("singular value of the noise-free teacher", letter=r"\bar s")]
S_A = Annotated[_SingularValue, Symbol("singular value of the main task's teacher", letter="S_A")]
S_B = Annotated[
    _SingularValue, Symbol("singular value of the auxiliary task's teacher", letter="S_B")
]
S_main = Annotated[
    S_A, Symbol("singular value of the main task of drawn and of trained pairs; one of S_A")
]
S_low = Annotated[float, Field(gt=0, le=1), Symbol("singular value of teachers of low SNR")]
S_high = Annotated[float, Field(gt=1, le=1000), Symbol("singular value of teachers of high SNR")]
spread = Annotated[
    float,
    Field(gt=1, le=1e6),
    Symbol("largest over smallest singular value where they are unequal"),
]
r_AB = Annotated[float, Field(ge=0, le=1), Symbol("relatedness", letter="r_{AB}", equation="eq-4")]
weak = Annotated[_Tolerance, Symbol("relatedness up to which tasks count as weakly related")]
sigma = Annotated[
    _NonNegative,
    Symbol("noise level: the noise has variance sigma^2 / N1", letter=r"\sigma"),
]
sigmas_large = Annotated[
    sigma,
    Symbol(
        "noise levels at n_train_large; 0 makes the noisy teacher rank one, as Eq. (3) presumes"
    ),
]
noise = Annotated[
    Literal["weight", "sample", "output"],
    Symbol(
        "noise: once on the weights; such noise afresh for every input; or afresh on every output, "
        "of standard deviation sigma / sqrt(N1)"
    ),
]
noisy_train = Annotated[
    float, Field(ge=0, le=1), Symbol("share of training labels that bear the teacher's noise")
]
noisy_test = Annotated[
    float, Field(ge=0, le=1), Symbol("share of test labels that bear the teacher's noise")
]
inputs = Annotated[
    Literal["separate", "shared"], Symbol("whether the auxiliary task has inputs of its own")
]
shown_N1 = Annotated[N1, Symbol("number of inputs whose trajectories are drawn; one of N1")]
label_rule = Annotated[
    Literal["argmax", "soft", "sample"], Symbol("how noisy teachers label the training inputs")
]
label_rules = Annotated[label_rule, Symbol("label rules compared")]
labelled_by = Annotated[
    Literal["first mode", "all modes"],
    Symbol("which singular modes of the noisy teachers label the training inputs"),
]

# ------------------------------------------------------------------------------------------- points

n_train = Annotated[_Points, Symbol("training points of each task", letter="N", equation="eq-1")]
n_train_left = Annotated[n_train, Symbol("training points of each task in Figure 2 left")]
n_train_right = Annotated[n_train, Symbol("training points of each task in Figure 3 right")]
n_train_large = Annotated[
    n_train,
    Symbol("training points where the infinite-data theory of argmax labels is put to the test"),
]
n_large = Annotated[
    int,
    Field(ge=2, le=1_000_000),
    Symbol("training points of each task where the flow is checked"),
]
n_main = Annotated[_Points, Symbol("training points of the main task in Figure 3 left")]
n_aux = Annotated[_Points, Symbol("training points of the auxiliary task")]
batch_points = Annotated[
    n_train, Symbol("training points of each task where the script's batches are followed")
]
limited = Annotated[_Points, Symbol("training points up to which data count as limited")]
pool = Annotated[
    int,
    Field(ge=0, le=1_000_000),
    Symbol(
        "training points of one pool whose subsets the datasets are; 0 gives every dataset "
        "teachers and points of its own"
    ),
]
test_set = Annotated[
    int,
    Field(ge=0, le=1_000_000, multiple_of=4),
    Symbol("points of the test set; 0 averages over all inputs"),
]
n_validation = Annotated[_Points, Symbol("points of the validation sets")]
n_test = Annotated[_Sobol, Symbol("test points of each of four groups; a power of two")]

# ----------------------------------------------------------------------------------------- students

N2 = Annotated[int, Field(ge=1, le=2000), Symbol("hidden units of the students", letter="N_2")]
depth = Annotated[int, Field(ge=1, le=20), Symbol("hidden layers of the deep ReLU students")]
activation = Annotated[
    Literal["every", "between"],
    Symbol("ReLU after every hidden layer, or only between two of them"),
]
s0 = Annotated[
    _Start, Symbol("initial singular value of the students' composite weights", letter="s_0")
]
s0_rest = Annotated[_Start, Symbol("initial value of all but the largest of the n_modes")]
starts = Annotated[
    _Start, Symbol("initial singular values from which the agreement is checked as well")
]
n_modes = Annotated[
    int,
    Field(ge=2),
    Symbol("singular values of the student that start above zero, at most N3 of them"),
]
imbalance = Annotated[
    _NonNegative,
    Symbol(
        "difference of the squared norms of trunk and head in every mode",
        letter="c",
        equation="eq-T6c",
    ),
]
rho = Annotated[
    float,
    Field(ge=0, lt=1),
    Symbol(
        "overlap of the heads of unrelated tasks; results are means over both signs",
        letter=r"\rho",
        equation="eq-T15",
    ),
]
initial = Annotated[
    Literal["orthogonal", "gaussian"],
    Symbol("initial weights: balanced with equal singular values, or independent Gaussian"),
]
n_starts = Annotated[
    int, Field(ge=1, le=1000), Symbol("random initial weights from which each student is trained")
]
biases = Annotated[bool, Symbol("whether the students' layers have biases, which are trained")]
layers = Annotated[int, Field(ge=1, le=20), Symbol("layers of the linear students' trunk")]
scale = Annotated[_Rate, Symbol("scale of deep students' initial weights, 1 after He et al.")]

# ----------------------------------------------------------------------------------------- training

learning_rate = Annotated[_Rate, Symbol("learning rate 1/tau", letter=r"1/\tau", equation="eq-2")]
deep_learning_rate = Annotated[_Rate, Symbol("learning rate 1/tau of the deep students")]
decay = Annotated[
    float,
    Field(gt=0, le=10),
    Symbol("weight decay: weight of the squared weights beside the loss", letter=r"\lambda"),
]
decays = Annotated[decay, Symbol("weight decays that are tried")]
small_decays = Annotated[decay, Symbol("weight decays as they vanish")]
widths = Annotated[N2, Symbol("hidden units of the trunks that are compared")]
n_coupled = Annotated[n_train, Symbol("training points of each task where couplings are measured")]
n_soft = Annotated[n_train, Symbol("training points of each task with soft labels")]
S_soft = Annotated[S_B, Symbol("singular values of teachers that give soft labels")]
batch_size = Annotated[
    int,
    Field(ge=0, le=100_000),
    Symbol("training points a step, without replacement; 0 takes all of them"),
]
script_batch = Annotated[
    int, Field(ge=1, le=100_000), Symbol("points of a batch in the authors' script")
]
script_rate = Annotated[_Rate, Symbol("learning rate in the authors' script", letter=r"1/\tau")]
epochs = Annotated[
    int,
    Field(ge=0, le=10_000_000),
    Symbol(
        "passes through the main task's points, so that training lasts epochs times the script's "
        "rate times the batches in a pass; 0 trains until past the minimum of the loss"
    ),
]
updates = Annotated[
    Literal["flow", "alternating", "summed"],
    Symbol(
        "all points at once in large steps; or the script's batches and rate, one task after the "
        "other or both at once"
    ),
]
auxiliary_weight = Annotated[
    Literal["steps", "one"],
    Symbol(
        "weight of the auxiliary loss: as many steps of it as n_aux // n_train to one of the main "
        "task's, or one"
    ),
]
n_steps = Annotated[int, Field(ge=1, le=10_000_000), Symbol("steps of the training")]
t_end = Annotated[float, Field(gt=0, le=200), Symbol("length of the training", "tau")]
t_max = Annotated[float, Field(gt=0, le=1e6), Symbol("longest training", "tau")]
t_infinite = Annotated[t_max, Symbol("length of the flow with infinite data", "tau")]
protocol = Annotated[
    Literal["test", "validation", "noisy validation"],
    Symbol("loss that chooses the time of a minimum"),
]
n_records = Annotated[
    int, Field(ge=2, le=10_001), Symbol("times at which trajectories are recorded")
]
n_looks = Annotated[
    int, Field(ge=3, le=1000), Symbol("times at which trained students are looked at")
]
device = Annotated[Literal["cpu", "cuda"], Symbol("device that trains the students")]
dtype = Annotated[Literal["float64", "float32"], Symbol("precision of the training")]

# ------------------------------------------------------------------------------------ wide networks

n_kinks = Annotated[int, Field(ge=1, le=100), Symbol("kinks of a task's broken line")]
label_noise = Annotated[_NonNegative, Symbol("standard deviation of the noise on the labels")]
width = Annotated[
    int,
    Field(ge=1, le=100_000),
    Symbol("neurons of the hidden layer", letter="n", equation="eq-W1"),
]
between = Annotated[
    Literal["identity", "tanh"],
    Symbol(
        "activation of the bottleneck between two stacks",
        letter=r"\tilde\sigma",
        equation="eq-W14",
    ),
]
prior_scale = Annotated[
    _Start,
    Symbol(
        "scale of a wide Bayesian network's prior: its covariance is the arc-cosine kernel times "
        "the square of it",
        letter="s",
        equation="eq-W13",
    ),
]
n_draws = Annotated[
    int,
    Field(ge=100, le=10_000_000, multiple_of=10),
    Symbol("first layers drawn from the prior of a Bayesian network"),
]

# ------------------------------------------------------------------------- methods and real data

flip_A = Annotated[
    float, Field(ge=0, le=0.9), Symbol("share of the main task's training labels that are turned")
]
flip_B = Annotated[
    float, Field(ge=0, le=0.9), Symbol("share of the auxiliary task's labels that are turned")
]
n_deep = Annotated[_Points, Symbol("training points of the deep students' main task")]
n_inputs = Annotated[
    int,
    Field(ge=8, le=1_000_000),
    Symbol("inputs, of which few are used", letter="p"),
]
n_levels = Annotated[
    int, Field(ge=2, le=1000), Symbol("equally likely levels into which a label is cut")
]
n_pairs = Annotated[_Repetitions, Symbol("pairs of regressions")]
n_shared = Annotated[
    int, Field(ge=0, le=1000), Symbol("inputs that both tasks use, of the n_used that each does")
]
n_used = Annotated[int, Field(ge=2, le=1000), Symbol("inputs that a task uses", letter="s")]
overlap = Annotated[
    float, Field(ge=0, le=1), Symbol("cosine of what tells domains apart and what tells classes")
]
r = Annotated[
    float, Field(ge=0, le=1), Symbol("correlation of the weights of two regressions", letter="r")
]
reversal = Annotated[_NonNegative, Symbol("weight of the reversed gradient of the domain head")]
rules = Annotated[str, Symbol("rules that combine the gradients of two tasks")]
sample_ratio = Annotated[
    float,
    Field(gt=0, le=100),
    Symbol("points of each task over s log(p - s)", letter=r"\theta"),
]
strength = Annotated[
    float,
    Field(gt=0, le=10),
    Symbol("factor of a norm of the coefficients beside the squared errors", letter=r"\lambda"),
]
structures = Annotated[str, Symbol("ways of sharing weights between two tasks")]
weights = Annotated[
    float,
    Field(gt=0, le=1000),
    Symbol("weights of the auxiliary task's loss beside 1 of the main task's", letter=r"\alpha_B"),
]

# ------------------------------------------------------------------------- repetitions and averages

seed = Annotated[int, Field(ge=0), Symbol("seed from which all randomness is spawned")]
n_seeds = Annotated[_Repetitions, Symbol("datasets")]
n_worlds = Annotated[
    _Repetitions, Symbol("pairs of teachers, each with a pool, a test set and initial weights")
]
n_subsets = Annotated[_Repetitions, Symbol("training subsets of each pool")]
n_trials = Annotated[int, Field(ge=24, le=10_000), Symbol("combinations of flags that are trained")]
n_datasets = Annotated[int, Field(ge=1, le=1000), Symbol("datasets, of which each setting has one")]
n_trained = Annotated[_Repetitions, Symbol("datasets of trained networks")]
n_teachers = Annotated[_Points, Symbol("teachers whose spectra are drawn")]
n_points = Annotated[
    _Sobol, Symbol("Sobol points of the theory's Gaussian averages, a power of two")
]
n_cavity = Annotated[
    int, Field(ge=1, le=1000), Symbol("datasets whose students the cavity theory follows")
]
n_fresh = Annotated[
    _Sobol,
    Symbol(
        "fresh inputs of the cavity theory, at least as many as training points; a power of two"
    ),
]
n_settings = Annotated[
    int,
    Field(ge=2, le=2**20),
    AfterValidator(_power_of_two),
    Symbol("settings, a power of two"),
]
s_min = Annotated[float, Field(gt=0, le=100), Symbol("smallest singular value")]
s_max = Annotated[float, Field(gt=0, le=300), Symbol("largest singular value")]
n_s = Annotated[
    int, Field(ge=2, le=100_000), Symbol("singular values, evenly spaced in the logarithm")
]

# ------------------------------------------------------------------------------ bins and thresholds

bins = Annotated[
    Literal["halves", "ends"],
    Symbol("low and high S_B: the lower and upper half of the values, or the first and the last"),
]
n_high = Annotated[
    int,
    Field(ge=1, le=1000),
    Symbol("how many main tasks, from the largest S_A down, count as high SNR"),
]
tolerance = Annotated[
    _Tolerance, Symbol("largest relative gap of theory and training that counts as agreement")
]
slope_tolerance = Annotated[
    _Tolerance, Symbol("largest distance of gradient descent's fitted slope from one")
]
share = Annotated[
    _Share,
    Symbol("largest admissible ratio of the finite-sample theory's gap to that of Eq. (3)"),
]
least_correlation = Annotated[_Share, Symbol("correlation of theory and measurement asked for")]
least_sign = Annotated[
    _Share, Symbol("share of clear cells whose sign the theory has to get right")
]
least_benefit = Annotated[
    float,
    Field(gt=0),
    Symbol("benefit from which on the tightness of the bound is told", "nats"),
]

# ----------------------------------------------------------------- declared alike wherever they are

SEED = parameter(2019, "ours", "any seed would do; it is fixed so that results can be made again")
DEVICE = parameter("cpu", "ours", "the processor, which every machine has")
