"""What the paper prints and its figures' axes show, as plain numbers."""

#: First and last tick of Figure 1's vertical axis: the student's largest singular value.
FIGURE1_SINGULAR_VALUE = (1.0, 1.6)
#: First tick that this axis would show if its curves went higher; its ticks are 0.1 apart.
FIGURE1_NEXT_TICK = 1.7
#: First and last tick of Figure 1's horizontal axis, t/tau.
FIGURE1_TIME = (0.0, 5.0)
#: First and last tick of the vertical axes of Figures 2 and 3: the multitask benefit, in nats.
BENEFIT_AXES = {
    "Figure 2, left": (-0.03, 0.18),
    "Figure 2, right": (-0.04, 0.17),
    "Figure 3, left": (-0.08, 0.34),
    "Figure 3, right": (-0.21, 0.15),
}
#: What counts as no benefit, in nats: a tenth of the width of Figure 2's left axis, below which its
#: curves cannot be told from zero by eye. A rule on the published axis alone.
NEGLIGIBLE = round(0.1 * (BENEFIT_AXES["Figure 2, left"][1] - BENEFIT_AXES["Figure 2, left"][0]), 4)
