"""S08: people whose use drops once they have stopped to discover features. The detector looks at
each person once a week; specification 1.4.

An evaluation at T (the end of a complete week) is a function of its 28 weeks alone. Some of them
say nothing and are as if they had not been: weeks of the quiet season, weeks that an outage of the
source swallowed, weeks before the person came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.signals.base import Bools, Floats, Frames
from metrics.signals.weeks import QUIET_SEASON, active_days, exposed, season

Places = npt.NDArray[np.intp]

WEEKDAYS = 5
WINDOW, REFERENCE_END = 28, 8  # reference: weeks [T-28, T-8); recent weeks lie in [T-8, T)
RECENT_WEEKS, MIN_REFERENCE_WEEKS, MIN_REFERENCE_DAYS = 4, 8, 1.0
MIN_TENURE_DAYS, MIN_FEATURES, MAX_DISCOVERIES = 26 * 7, 3, 1
LAPSE_WEEKS, LONGEST_HOLIDAY = 4, 3
REGULAR_SHARE = 0.55
MAX_SHARE_LEFT, MAX_Z, OVERDISPERSION = 0.70, -2.33, 1.3
EVALUATIONS = 25  # the oldest ends 24 weeks before the newest: 52 weeks hold its window


@dataclass(frozen=True, kw_only=True)
class History:
    """What the detector reads, of P people and W weeks: days [P, W] active weekdays / g, came
    [P, W], speaks [P, W] weeks that say something, tenure [P] days before t, ends [W + 1] how many
    days before t each T lies (ends[W]: the newest), and one row per person and feature: who found
    it, how many days before t.
    """

    days: Floats
    came: Bools
    speaks: Bools
    tenure: Floats
    ends: npt.NDArray[np.int64]
    finder: Places
    found: npt.NDArray[np.int64]

    def discovered(self, *, since: int, until: int) -> npt.NDArray[np.intp]:
        """Features each person used for the first time from `since` to `until` days before t."""
        rows = (self.found <= since) & (self.found > until)
        return np.bincount(self.finder[rows], minlength=len(self.tenure))


def history(frames: Frames) -> History:
    """The weeks and discoveries of everybody."""
    act, g = active_days(frames), season(frames)
    mondays = np.array([(frames.day - week).days for week in frames.weeks], dtype=np.int64)
    unheard = frames.unheard[frames.people["account"].to_numpy(dtype=np.intp)]
    return History(
        days=act / g,
        came=act > 0,
        speaks=exposed(frames) & (g >= QUIET_SEASON) & ~unheard,
        tenure=np.nan_to_num(frames.people["tenure_days"].to_numpy(dtype=np.float64)),
        ends=np.append(mondays, mondays[-1] - 7),
        finder=frames.feature_use["person"].to_numpy(dtype=np.intp),
        found=frames.feature_use["first_days_ago"].to_numpy(dtype=np.int64),
    )


def eligible(past: History, *, ago: int = 0) -> Bools:
    """Step 1, so many days before t [P]: half a year with the product, three features ever."""
    ever = past.discovered(since=np.iinfo(np.int64).max, until=ago)
    old: Bools = (past.tenure - ago >= MIN_TENURE_DAYS) & (ever >= MIN_FEATURES)
    return old


def flags(past: History, who: Places, *, back: int = 0) -> tuple[Bools, Bools]:
    """Who of `who` carries a flag at the evaluation `back` weeks before the newest, and whose
    evaluation says "lapsed" there.

    Step 6: two evaluations in a row that hold set the flag, two that do not clear it, and
    one alone changes nothing. So the newest two in a row that agree decide; where none
    agree in the EVALUATIONS weeks that the frames reach back, there is no flag.
    """
    newer, lapsed = holds(past, who, back=back)
    flagged = np.zeros(len(who), dtype=bool)
    open_ = np.arange(len(who))
    for older in range(back + 1, EVALUATIONS):
        now, _ = holds(past, who[open_], back=older)
        agree = now == newer
        flagged[open_[agree]] = now[agree]
        open_, newer = open_[~agree], now[~agree]
        if not len(open_):
            break
    return flagged, flagged & lapsed


def levels(past: History, who: Places) -> tuple[Floats, Floats]:
    """Active days a week before and in the recent weeks of the newest evaluation, [len(who)] each:
    the two sides of step 5. NaN where no week says anything.
    """
    weeks = _Weeks.of(past, who, end=len(past.ends) - 1)
    recent, reference = weeks.compared()
    usual = _median(weeks.days, reference, reference.sum(axis=1))
    last, counted = (weeks.days * recent).sum(axis=1), recent.sum(axis=1)
    now = np.where(counted > 0, last / np.maximum(counted, 1), np.nan)
    return np.where(np.isfinite(usual), usual, np.nan), now


def holds(past: History, who: Places, *, back: int) -> tuple[Bools, Bools]:
    """Steps 1 to 5 at one evaluation: whether a drop shows, and whether it is a lapse. Both
    [len(who)].
    """
    end = len(past.ends) - 1 - back
    since, until = int(past.ends[end - REFERENCE_END]), int(past.ends[end])
    asked = eligible(past, ago=until)[who]
    asked &= (past.discovered(since=since, until=until) <= MAX_DISCOVERIES)[who]
    drop, lapse = np.zeros(len(who), dtype=bool), np.zeros(len(who), dtype=bool)
    weeks = _Weeks.of(past, who[asked], end=end)
    lapse[asked] = weeks.lapsed()
    drop[asked] = weeks.declined()
    return drop | lapse, lapse


@dataclass(frozen=True, kw_only=True)
class _Weeks:
    """The 28 weeks of some people, those that say nothing moved to the front, out of the way: days,
    came, speaks, and whether each is one of the last 8. All [N, 28]; silent [N]: empty weeks since
    the last active one, of whatever kind; ago [N, 28]: place before T, 1 for the last.
    """

    days: Floats
    came: Bools
    speaks: Bools
    ago: Places
    silent: Places

    @classmethod
    def of(cls, past: History, who: Places, *, end: int) -> _Weeks:
        """The weeks before `end` of some people."""
        window = slice(end - WINDOW, end)
        days, came = past.days[who, window], past.came[who, window]
        speaks = past.speaks[who, window]
        silent = np.where(came.any(axis=1), came[:, ::-1].argmax(axis=1), WINDOW)
        ago = np.tile(np.arange(WINDOW, 0, -1), (len(who), 1))
        gaps = np.flatnonzero(~speaks.all(axis=1))
        order = np.argsort(speaks[gaps], axis=1, kind="stable")
        rows = gaps[:, None]
        days[gaps], came[gaps], speaks[gaps] = (
            days[rows, order],
            came[rows, order],
            speaks[rows, order],
        )
        ago[gaps] = ago[rows, order]
        return cls(days=days, came=came, speaks=speaks, ago=ago, silent=silent)

    def lapsed(self) -> Bools:
        """Step 3: not seen since the first of the last four weeks that say something."""
        lapsed: Bools = self.speaks[:, -LAPSE_WEEKS] & (self.silent >= self.ago[:, -LAPSE_WEEKS])
        return lapsed

    def declined(self) -> Bools:
        """Steps 4 and 5."""
        recent, reference = self.compared()
        n = reference.sum(axis=1)
        middle = _median(self.days, reference, n)
        enough = (recent.sum(axis=1) == RECENT_WEEKS) & (n >= MIN_REFERENCE_WEEKS)
        enough &= middle >= MIN_REFERENCE_DAYS
        last = (self.days * recent).sum(axis=1)
        usual = (self.days * reference).sum(axis=1) / np.maximum(n, 1)
        declined: Bools = enough & (last / RECENT_WEEKS <= MAX_SHARE_LEFT * middle)
        return declined & (_z(last, usual / WEEKDAYS, n) < MAX_Z)

    def compared(self) -> tuple[Bools, Bools]:
        """The recent weeks of each person, and those that they are held against [N, 28]."""
        kept, late = self._kept(), self.ago <= REFERENCE_END
        from_the_end = np.cumsum(kept[:, ::-1], axis=1)[:, ::-1]
        return kept & late & (from_the_end <= RECENT_WEEKS), kept & ~late

    def _kept(self) -> Bools:
        """Weeks that are no holiday. A run of at most 3 empty weeks is one for who was active in
        more than 55 % of the weeks.
        """
        empty = self.speaks & ~self.came
        long = np.zeros_like(empty)
        size = LONGEST_HOLIDAY + 1
        run = np.logical_and.reduce(
            [empty[:, shift : WINDOW - size + 1 + shift] for shift in range(size)]
        )
        for shift in range(size):
            long[:, shift : WINDOW - size + 1 + shift] |= run
        active = (self.came & self.speaks).sum(axis=1)
        regular = active > REGULAR_SHARE * self.speaks.sum(axis=1)
        kept: Bools = self.speaks & ~(empty & ~long & regular[:, None])
        return kept


def _median(values: Floats, chosen: Bools, n: Places) -> Floats:
    """Median of the chosen values of each row; infinite where none is."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    lower, upper = np.maximum(n - 1, 0) // 2, np.minimum(n // 2, last)
    middle: Floats = (ordered[rows, lower] + ordered[rows, upper]) / 2
    return np.where(n > 0, middle, np.inf)


def _z(last: Floats, share: Floats, weeks: Places) -> Floats:
    """How unlikely `last` active days of 20 are, where `share` of the days of the reference weeks
    were active. Who came every day (or more: a low season counts each of them as more than one)
    can only fall: then any fall is infinitely unlikely.
    """
    tried, before = WEEKDAYS * RECENT_WEEKS, WEEKDAYS * np.maximum(weeks, 1)
    variance = tried * share * (1 - share) * OVERDISPERSION * (1 + tried / before)
    fall = last - tried * share
    with np.errstate(divide="ignore", invalid="ignore"):
        z = fall / np.sqrt(variance)
    return np.where(variance > 0, z, np.where(fall < 0, -np.inf, 0.0))
