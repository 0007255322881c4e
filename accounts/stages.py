"""Stage of an account by its age, and how stages blend. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STAGES = ("onboarding", "adoption", "mature")
# a change of stage is blended linearly over these ages (days), so that no score jumps at a birthday
ADOPTION_BLEND = (76.0, 104.0)
MATURE_BLEND = (351.0, 379.0)
ADOPTION_FROM = 91
MATURE_FROM = 366

Floats = npt.NDArray[np.float64]


def stage_mix(age_days: Floats) -> Floats:
    """Shares [A, 3] of onboarding, adoption and mature at an age in days; rows sum to 1."""
    adoption = np.interp(age_days, ADOPTION_BLEND, (0.0, 1.0))
    mature = np.interp(age_days, MATURE_BLEND, (0.0, 1.0))
    return np.stack([1.0 - adoption, adoption - mature, mature], axis=-1)


def stage_of(age_days: float) -> str:
    """The stage that a page names: onboarding to day 90, adoption to day 365, then mature."""
    if age_days < ADOPTION_FROM:
        return STAGES[0]
    return STAGES[1] if age_days < MATURE_FROM else STAGES[2]
