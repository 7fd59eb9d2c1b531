"""What the paper prints and its figures' axes show, as plain numbers."""

#: First and last tick of Figure 1's vertical axis: the student's largest singular value.
FIGURE1_SINGULAR_VALUE = (1.0, 1.6)
#: First tick that this axis would show if its curves went higher; its ticks are 0.1 apart.
FIGURE1_NEXT_TICK = 1.7
#: First and last tick of Figure 1's horizontal axis, t/tau.
FIGURE1_TIME = (0.0, 5.0)
