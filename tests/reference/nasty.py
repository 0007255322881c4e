"""Rows written by hand, for what an invented world does not do. The night is 5 November 2025 in New
York, three days after the clocks were set back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

NIGHT = dt.date(2025, 11, 5)  # a Wednesday
# id, name, domain, segment, industry, plan, seats, arr, currency, start, renewal, notice days,
# owner, parent, notice, churned, reason
ACCOUNTS = """
n-back,Come Back,,SMB,,Team,6,100,EUR,2025-01-15,2026-01-15,30,,,,,
n-logins,Only Logins,,,,,4,,,2024-12-01,,,,,,,
n-nobody,Nobody Named,,,,,10,,,2025-02-01,,,,,,,
n-undated,No Dates,,,,,5,,,2025-06-01,,,,,,,
n-seats,Other Seats,,,,,5,500,EUR,2024-11-01,2025-06-01,,,,,,
n-seats,,,,,,8,,,2025-06-01,2025-09-01,,,,,,
n-seats,Other Seats,,,,,3,300,EUR,2025-10-20,2026-06-01,,,,,,
n-support,Many Tickets,,,,,9,,,2025-03-03,,,,,,,
n-answers,Many Answers,,,,,9,,,2025-03-03,,,,,,,
n-outage,Sources Down,,,,,4,,,2025-01-06,,,,,,,
n-hushed,Quiet Since Before,,,,,4,,,2025-01-06,,,,,,,
n-gone,Gone Before,,,,,4,,,2025-01-06,,,,,,,
n-late,Sources Late,,,,,4,,,2025-01-06,,,,,,,
n-zero,No Seats,,,,,0,,,2025-01-06,,,,,,,
n-unknown,Seats Unknown,,,,,,,,2025-01-06,,,,,,,
n-one,One Seat,,,,,1,,,2025-01-06,2025-11-05,0,,,,,
n-tomorrow,Begins Tomorrow,,,,,5,,,2025-11-06,,,,,,,
n-today,Begins Today,,,,,5,,,2025-11-05,,,,,,,
n-left,Left Yesterday,,,,,5,,,2024-02-29,,,,,,2025-11-04,
n-leaves,Leaves Today,,,,,5,,,2024-02-29,,,,,2025-11-04,2025-11-05,price
n-warns,Leaves Tomorrow,,,,,5,,,2024-02-29,,,,,2025-11-05,2025-11-06,price
n-tasks,Odd Tasks,,,,,5,,,2025-08-20,,,,,,,
n-courses,Odd Courses,,,,,5,,,2025-01-06,,,,,,,
n-robots,Robots,,,,,5,,,2025-01-06,,,,,,,
n-champion,Champion Gone,,,,,12,,,2024-06-01,,,,,,,
"""
# id, account, e-mail, name, group, persona, level, intended, champion, decides, came, left
PEOPLE = """
b1,n-back,ann@back.example,Ann,North,analyst,,yes,no,no,2025-01-15T09:00:00-05:00,2025-08-01T18:00:00-04:00
b2,n-back,ann@back.example,Ann again,North,analyst,,yes,,,2025-09-29T00:10:00-04:00,
b3,n-back,bo@back.example,Bo,South,manager,,1,1,,2025-01-16,
b4,n-back,cy@back.example,Cy,,,,f,,,2025-01-20T23:59:59-05:00,
b5,n-back,di@back.example,Di,East,analyst,,true,,,2025-11-04T23:59:00-05:00,
b6,n-back,ed@back.example,Ed,East,analyst,,true,,,2025-11-05T00:01:00-05:00,
l1,n-logins,,Lo,North,,,,,,2024-12-01,
l2,n-logins,,Li,South,,,,,,2024-12-02,
u1,n-undated,,Un,North,,,yes,,,,
u2,n-undated,,Us,South,,,yes,,,,
u3,n-undated,,Ur,South,,,,,,,2025-10-30
u4,n-undated,,Ut,West,,,,,,,
s1,n-seats,,Sa,,,,,,,2024-11-02,
s2,n-seats,,Se,,,,,,,2024-11-02,
s3,n-seats,,Si,,,,,,,2024-11-02,
s4,n-seats,,So,,,,,,,2025-07-01,2025-10-19
t1,n-support,,Ta,A,,,,,,2025-03-03,
t2,n-support,,Te,B,,,,,,2025-09-15,
t3,n-support,,Ti,B,,,,,,,
a1,n-answers,,Al,,,,,,yes,2025-03-03,
a2,n-answers,,Am,,,,,yes,,2025-03-03,
a3,n-answers,,An,,,,,,,2025-03-03,
a4,n-answers,,Ao,,,,,,yes,2025-03-03,2025-10-01
o1,n-outage,,Oa,A,,,,,,2025-01-06,
o2,n-outage,,Ob,B,,,,,,2025-01-06,
o3,n-outage,,Oc,B,,,,,,2025-01-06,
o6,n-hushed,,Of,,,,,,,2025-01-06,
o7,n-hushed,,Og,,,,,,,2025-01-06,
o8,n-gone,,Oh,,,,,,,2025-01-06,
o9,n-gone,,Oi,,,,,,,2025-01-06,
o4,n-late,,Od,A,,,,,,2025-01-06,
o5,n-late,,Oe,B,,,,,,2025-01-06,
z1,n-zero,,Za,,,,,,,2025-01-06,
z2,n-unknown,,Zb,,,,,,,2025-01-06,
z3,n-unknown,,Zc,,,,,,,2025-01-06,
z4,n-one,,Zd,,,,,yes,yes,2025-01-06,
v1,n-left,,Va,,,,,,,2024-02-29,
v2,n-leaves,,Vb,,,,,,,2024-02-29,
v3,n-leaves,,Vc,,,,,,,2024-02-29,2025-11-04T23:30:00-05:00
v4,n-warns,,Vd,,,,,,,2024-02-29,2025-11-05T00:30:00-05:00
m1,n-tasks,,Ma,,,,,,,2025-08-25,
m2,n-tasks,,Mb,,,,,,,2025-10-08,
c1,n-courses,,Ca,,lead,,,,,2025-01-06,
c2,n-courses,,Cb,,lead,,,,,2025-01-06,
c3,n-courses,,Cc,,cook,,,,,2025-01-06,
c4,n-courses,,Cd,,,,,,,2025-09-01,
c5,n-courses,,Ce,,cook,,,,,2025-08-20,
r1,n-robots,,Ra,A,analyst,,,,,2025-01-06,
r2,n-robots,,Rb,B,analyst,,,,,2025-01-06,
r3,n-robots,,Nightly export,C,service,,yes,yes,yes,2025-01-06,
r4,n-robots,,Support access,D,Vendor,,yes,,,2025-01-06,
h1,n-champion,,Ha,,,,,yes,,2024-06-01,2025-09-20
h2,n-champion,,Hb,,,,,yes,,2024-06-01,2025-10-06
h3,n-champion,,Hc,,,,,,,2024-06-01,
"""
FEATURES = """
edge56,Eight weeks old,advanced,,2025-09-10
edge55,Not yet,advanced,,2025-09-11
tomorrow,Not released,core,,2025-11-06
leads,For leads,advanced,lead; cook,
login,A log-in,core,,
"""
# event id, account, person, feature, moment, count
USAGE = """
x1,n-back,b3,records,2025-11-02T01:30:00-04:00,1
x2,n-back,b3,records,2025-11-02T01:30:00-05:00,1
x3,n-back,b3,leads,2025-11-04T23:30:00-05:00,1
x4,n-back,b4,records,2025-11-05T00:30:00-05:00,1
x5,n-back,b4,edge56,2025-11-05T04:59:59Z,3
x5,n-back,b4,edge55,2025-11-04T12:00:00Z,3
x6,n-back,b2,secret,2025-10-04T03:59:59+00:00,1
x7,n-back,b2,records,2025-10-27T09:59:00+05:30,
x8,n-back,b5,records,2025-11-04T23:59:30-05:00,1
x9,n-back,,records,2025-11-03T09:00:00,1
,n-back,b4,records,2025-10-11T12:00:00,2
,n-back,b4,records,2025-10-11T12:00:00,2
y1,n-robots,r3,api,2025-11-04T02:00:00-05:00,500
y2,n-robots,r4,records,2025-11-04T12:00:00-05:00,5
y3,n-zero,z1,records,2025-10-10T12:00:00,1
y4,n-champion,h3,records,2025-10-07T00:30:00-04:00,1
y5,n-champion,h3,later,2025-11-05T00:30:00-05:00,1
y6,n-champion,h9,ghost,2025-10-07T00:30:00-04:00,1
y7,n-one,h3,ghost,2025-10-07T00:30:00-04:00,1
"""
# id, account, person, opened, answered, solved, severity, topic, maturity, escalated, reopens,
# channel, csat, comment
TICKETS = """
k1,n-support,t1,2025-08-13T23:45:00-04:00,2025-08-14T09:30:00-04:00,2025-08-15T10:00:00-04:00,normal,,intro,no,0,Email,4,
k2,n-support,t2,2025-10-03T16:30:00-04:00,2025-10-06T09:10:00-04:00,2025-10-06T12:00:00-04:00,Sev-1,,intro,,,Chat,2,
k2,n-support,t2,2025-10-03T16:30:00-04:00,,2025-10-20T12:00:00-04:00,,,,,1,,,
k2,n-support,t2,2025-10-03T16:30:00-04:00,,2025-11-01T12:00:00-04:00,,,,yes,2,,,
k3,n-support,,2025-10-10T10:00:00-04:00,2025-10-10T10:02:00-04:00,,low,,unknown,no,0,Phone,,
k3,n-support,,2025-10-10T10:00:00-04:00,,2025-11-04T22:00:00-05:00,,,advanced,,,,5,
k4,n-support,t3,2025-10-27T10:00:00-04:00,,,P 1,,advanced,no,0,portal,,
k5,n-support,t1,2025-11-04T23:45:00-05:00,2025-11-05T00:10:00-05:00,2025-11-05T00:20:00-05:00,,,advanced,no,0,,5,
k6,n-support,t1,2025-11-05T00:05:00-05:00,,,urgent,,intro,yes,0,,1,
k7,n-support,t2,2025-05-07T12:00:00-04:00,2025-05-07T16:00:00-04:00,2025-05-07T17:00:00-04:00,,,intro,no,3,email,3,
k8,n-support,t2,2025-09-27T12:00:00-04:00,2025-09-28T12:00:00-04:00,2025-10-17T17:00:00-04:00,,,advanced,no,0,email,3.5,
k9,n-answers,a1,2025-10-27T10:00:00-04:00,,,,,,,,,,
k10,n-robots,r3,2025-10-27T10:00:00-04:00,2025-10-27T11:00:00-04:00,,,,,,,email,,
"""
# id, account, person, kind, sent, answered, score, comment, followed up
SURVEYS = """
w1,n-answers,a3,nps,2025-10-01T09:00:00-04:00,2025-10-02T15:00:00-04:00,3,,
w2,n-answers,a3,nps,2025-10-01T09:00:00-04:00,2025-10-02T09:00:00-04:00,10,,
w3,n-answers,a2,nps,2025-09-01T09:00:00-04:00,2025-09-02T09:00:00-04:00,10,,
w4,n-answers,a2,nps,2025-09-01T09:00:00-04:00,2025-09-02T17:00:00-04:00,0,,
w5,n-answers,a1,nps,2025-10-31T09:00:00-04:00,,,,
w5,n-answers,a1,nps,,2025-11-04T23:30:00-05:00,6,Hm,
w6,n-answers,,nps,,2025-07-02T17:00:00-04:00,9,,
w7,n-answers,,nps,,2025-07-02T17:00:00-04:00,9,,
w8,n-answers,a4,nps,2025-09-01T09:00:00-04:00,2025-09-02T17:00:00-04:00,0,,
w9,n-answers,a1,csat,2025-10-31T09:00:00-04:00,2025-11-01T00:30:00-04:00,4,,
w10,n-answers,a3,csat,2025-10-31T09:00:00-04:00,2025-11-05T00:30:00-05:00,1,,
w11,n-answers,a3,ces,2025-10-31T09:00:00-04:00,2025-11-02T12:30:00-05:00,7,,2025-11-03
w12,n-answers,a3,csat,2025-11-05T00:30:00-05:00,,,,
w13,n-one,z4,nps,2025-10-01,2025-10-02,2,,
w13,n-one,z4,nps,2025-10-01,2025-10-02,2,,2025-10-20T10:00:00-04:00
w14,n-robots,r1,nps,2024-11-04T12:00:00-05:00,2024-11-05T12:00:00-05:00,9,,
w15,n-robots,r1,nps,2024-11-03T12:00:00-05:00,2024-11-04T12:00:00-05:00,9,,
"""
# account, name, due, done, value
MILESTONES = """
n-tasks,Kick-off,2025-08-20,2025-08-18,no
n-tasks,Connected,2025-09-20,,no
n-tasks,Connected,2025-10-01,2025-11-04,
n-tasks,No due day,,2025-09-01,no
n-tasks,First report,,2025-10-10,yes
n-tasks,Second report,2025-11-10,2025-11-05,yes
n-tasks,Third report,2025-11-30,,yes
n-today,Everything,2025-11-05,,yes
n-back,Too late,2025-04-20,2025-04-16,yes
"""
# id, person, course, persona, level, status, completed, score
TRAINING = """
e1,c1,Leading,lead,,enrolled,,
e2,c2,Basics,,,completed,2025-03-01T12:00:00-05:00,
e3,c3,Cooking,cook,,failed,2025-03-01,
e3,c3,Cooking,cook,,passed,2025-04-01,80
e3,c3,Cooking,cook,,enrolled,,
e4,c4,Basics,,,completed,2025-11-04T23:00:00-05:00,
e5,c5,Cooking,cook,,completed,2025-09-01,
e5,c5,Cooking,cook,,expired,2025-10-01,
e6,r1,Basics,,,assigned,,
e6,r1,Basics,,,completed,2025-05-01,
e7,r2,Basics,,,completed,,
e8,m1,Basics,,,completed,2025-11-05T00:30:00-05:00,
"""
# source, account, from, to, state
STATUS = """
usage,n-outage,2025-08-11,2025-08-25,broken
usage,n-outage,2025-09-13,2025-09-16,late
usage,n-hushed,2025-09-29,2025-10-20,broken
usage,n-gone,2025-09-29,2025-10-20,late
tickets,n-outage,2025-10-31,,broken
surveys,n-outage,2025-01-01,,not_bought
milestones,n-outage,2025-01-01,2025-11-05,broken
training,n-late,2025-10-22,,late
tickets,n-late,2025-10-21,,late
usage,n-late,2025-11-01,2025-11-04,broken
usage,n-late,2025-11-02,2025-11-06,late
people,n-late,2025-10-01,2025-11-04,broken
"""
HAND = {
    "accounts": ACCOUNTS, "people": PEOPLE, "features": FEATURES, "usage": USAGE,
    "tickets": TICKETS, "surveys": SURVEYS, "milestones": MILESTONES, "training": TRAINING,
    "source_status": STATUS,
}  # fmt: skip


def add_nasty_rows(folder: Path) -> None:
    """Appends them to the files of a folder."""
    for name, rows in HAND.items():
        path = folder / f"{name}.csv"
        kept = path.read_text("utf-8")
        more = "".join(f"{line}\n" for line in regular_usage()) if name == "usage" else ""
        path.write_text(kept + rows.lstrip("\n") + more, encoding="utf-8")


def regular_usage() -> Iterator[str]:
    """Who comes how often: (account, person or nobody, feature, weekdays, first day, last day)."""
    every = range(7)
    for account, person, feature, weekdays, begin, end in (
        ("n-back", "b1", "records", (0, 2), 290, 97),
        ("n-back", "b2", "dashboards", (0, 5, 6), 37, 1),
        ("n-back", "b3", "records", (4, 5, 6), 280, 1),
        ("n-back", "b4", "secret", (6,), 200, 30),
        ("n-logins", "l1", "login", (0, 1, 2), 330, 1),
        ("n-logins", "l2", "", (4,), 200, 40),
        ("n-nobody", "", "records", (1,), 250, 33),
        ("n-undated", "u1", "records", every, 120, 1),
        ("n-undated", "u2", "login", (3,), 150, 1),
        ("n-undated", "u3", "records", (3,), 150, 1),
        ("n-seats", "s1", "records", (0, 1), 300, 1),
        ("n-seats", "s2", "records", (2,), 300, 20),
        ("n-seats", "s3", "records", (3,), 300, 60),
        ("n-seats", "s4", "records", (3,), 120, 10),
        ("n-support", "t1", "records", (0, 1, 2, 3, 4), 240, 1),
        ("n-support", "t2", "edge56", (2,), 50, 1),
        ("n-support", "t3", "leads", (1,), 90, 1),
        ("n-answers", "a1", "records", (1,), 240, 1),
        ("n-answers", "a2", "records", (1, 5), 240, 1),
        ("n-outage", "o1", "records", (0, 3), 300, 1),
        ("n-outage", "o2", "records", (1,), 300, 87),
        ("n-outage", "o2", "records", (1,), 70, 1),
        ("n-outage", "o3", "records", (2,), 300, 100),
        # nobody for 27 business days, 15 of them in an outage: R1 waits; for 42, and it does not
        ("n-hushed", "o6", "records", (0, 4), 300, 40),
        ("n-hushed", "o7", "records", (2,), 300, 42),
        ("n-gone", "o8", "records", (4,), 300, 61),
        ("n-gone", "o9", "records", (1, 4), 300, 61),
        ("n-late", "o4", "records", (0, 3), 300, 5),
        ("n-late", "o5", "records", every, 300, 5),
        ("n-unknown", "z2", "records", (0, 6), 300, 1),
        ("n-unknown", "z3", "records", (0,), 300, 1),
        ("n-one", "z4", "records", (0,), 300, 1),
        ("n-leaves", "v2", "records", (0,), 330, 1),
        ("n-leaves", "v3", "records", (0,), 330, 1),
        ("n-warns", "v4", "records", (0,), 330, 1),
        ("n-tasks", "m1", "records", (0, 1), 70, 1),
        ("n-tasks", "m2", "records", (0, 1), 25, 1),
        ("n-courses", "c1", "leads", (0, 1), 300, 1),
        ("n-courses", "c4", "leads", (0, 1), 60, 1),
        ("n-courses", "c5", "records", (0, 1), 75, 1),
        ("n-robots", "r1", "records", (0, 1), 300, 1),
        ("n-robots", "r2", "records", (0, 1), 300, 1),
        ("n-robots", "r3", "api", every, 300, 1),
        ("n-champion", "h3", "login", every, 300, 1),
    ):
        if account == "n-outage" and person == "o1":
            days = [ago for ago in range(end, begin + 1) if not 73 <= ago <= 86]
        else:
            days = list(range(end, begin + 1))
        for ago in days:
            day = NIGHT - dt.timedelta(days=ago)
            if day.weekday() in weekdays:
                at = f"{day}T{(ago * 7) % 24:02d}:{ago % 60:02d}:00"
                yield f"{account}-{person}{feature}{ago},{account},{person},{feature},{at},1"
