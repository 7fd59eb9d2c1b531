"""Gradient flow of linear students with a shared trunk, in full matrix form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from mtlpaper.errors import require
from mtlpaper.students import Student
from mtlpaper.theory.forces import Force


class IntegrationError(RuntimeError):
    """A flow that could not be integrated to its end.

    Attributes
    ----------
    t : float
        Time reached, in units of tau.
    state : array
        Last state.
    """

    def __init__(self, message: str, t: float, state: np.ndarray) -> None:
        super().__init__(f"the flow stopped at t/tau = {t:g}: {message}")
        self.t = t
        self.state = state


def integrate(
    velocity: Callable[[float, np.ndarray], ArrayLike],
    span: tuple[float, float],
    start: ArrayLike,
    **options: Any,
) -> Callable[[ArrayLike], np.ndarray]:
    """Solve d state / dt = velocity(t, state) by `scipy.integrate.solve_ivp`, with dense output.

    Returns
    -------
    callable
        From a time, or from several (time,), to the state, or to the states (state, time).

    Raises
    ------
    IntegrationError
        If the integrator gives up.
    """
    found = solve_ivp(velocity, span, start, dense_output=True, **options)
    if not found.success:
        raise IntegrationError(found.message, float(found.t[-1]), found.y[:, -1])
    return found.sol


@dataclass(frozen=True)
class Flow:
    """Solution of a gradient flow, with dense output.

    Attributes
    ----------
    t : (time,) array
        Times asked for, in units of tau.
    student_at : callable
        Weights at any time between the first and the last, as a `Student`.
    """

    t: Float[np.ndarray, " time"]
    student_at: Callable[[float], Student]

    def W(self, task: int = 0) -> Float[np.ndarray, "time N3 N1"]:
        """Composite weight of one task at the times asked for."""
        return np.stack([self.student_at(t).W(task) for t in self.t])

    def singular_values(self, task: int = 0) -> Float[np.ndarray, "time k"]:
        """Singular values of the composite weight, largest first."""
        return np.linalg.svd(self.W(task), compute_uv=False)


def _pack(student: Student) -> Float[np.ndarray, " state"]:
    return np.concatenate([W.ravel() for W in (student.W21, *student.W32)])


def _unpacker(like: Student) -> Callable[[np.ndarray], Student]:
    shapes = [W.shape for W in (like.W21, *like.W32)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]

    def unpack(state: np.ndarray) -> Student:
        parts = np.split(state, ends)
        trunk, *heads = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        return Student(trunk, tuple(heads))

    return unpack


def solve_flow(
    student: Student,
    forces: Sequence[Force],
    t: Float[np.ndarray, " time"],
    *,
    alphas: Sequence[float] | None = None,
    method: str = "RK45",
    rtol: float = 1e-7,
    atol: float = 1e-9,
) -> Flow:
    """Integrate tau dW32/dt = alpha D W21^T, tau dW21/dt = sum_tasks alpha W32^T D.

    Parameters
    ----------
    student : Student
        Initial weights, one head a task.
    forces : sequence of Force
        D(W) of every task, in the order of the heads.
    t : (time,) array
        Increasing times in units of tau, starting with the initial one.
    alphas : sequence of float, optional
        Weights alpha of the tasks' losses; all 1 by default.
    method, rtol, atol
        Passed to `scipy.integrate.solve_ivp`.

    Returns
    -------
    Flow

    Raises
    ------
    ValueError
        If the numbers of heads, forces and weights differ or the times do not increase.
    IntegrationError
        If the integrator gives up; carries the time and the state reached.

    Notes
    -----
    Source: Eq. (2) of the paper; :eq:`eq-T6`.
    """
    weights = [1.0] * len(forces) if alphas is None else list(alphas)
    n_tasks = len(student.W32)
    layers = 1 + len(student.further)
    require(layers == 1, "student", f"a trunk of {layers} layers", "a trunk of one layer")
    require(len(forces) == n_tasks, "forces", len(forces), f"{n_tasks} in number, one a head")
    require(len(weights) == n_tasks, "alphas", alphas, f"{n_tasks} weights, one a head")
    require(t.size >= 2 and bool((np.diff(t) > 0).all()), "t", t, "at least two increasing times")
    unpack = _unpacker(student)

    def velocity(_: float, state: np.ndarray) -> np.ndarray:
        now = unpack(state)
        D = [
            a * force(W32 @ now.W21) for a, force, W32 in zip(weights, forces, now.W32, strict=True)
        ]
        trunk = sum(W32.T @ D_task for W32, D_task in zip(now.W32, D, strict=True))
        return np.concatenate([np.ravel(trunk), *((D_task @ now.W21.T).ravel() for D_task in D)])

    span = (float(t[0]), float(t[-1]))
    state_at = integrate(velocity, span, _pack(student), method=method, rtol=rtol, atol=atol)
    return Flow(t, lambda time: unpack(state_at(time)))
