# %% [markdown]
# # Where assistants help, and where they get in the way
#
# A research session from a question to its answer. It needs the package `blueplane[all]` and nothing from a network: the
# people here do not exist, `examples/sample/organisation.py` makes them, 24 of them and four weeks.
#
# Two kinds of store are asked. The first is one person's own, with every fact, for this person only. The second is what
# the organisation published: sums of at least three people, rounded, and nobody in it.

# %%
import os
import pathlib
import sys
import tempfile

import matplotlib.pyplot as plt

import blueplane as bp

folder = pathlib.Path(os.environ.get("BLUEPLANE_SAMPLE") or tempfile.mkdtemp())
if not (folder / "acme.db").exists():
    sys.path.insert(0, os.path.join("..", "..", "examples", "sample"))
    import organisation

    organisation.make(folder)
os.environ.update(HOME=str(folder / "home-01"), BLUEPLANE_STORE=str(folder / "m-01.db"), TZ="UTC")
MARCH = {"since": "2026-03-02", "until": "2026-03-29"}

# %% [markdown]
# ## One's own weeks
#
# The default store, what is new in it, the catalogue, a question.

# %%
s = bp.open()
s

# %%
report = s.sync()
report

# %%
bp.metrics.search("accept")

# %%
r = s.metric("cost", "output_tokens", by=["time.week", "model"], **MARCH)
r

# %%
df = r.df()
df.groupby("time.week")["output_tokens"].sum()

# %%
r.plot()
plt.show()

# %% [markdown]
# What the numbers mean and rest on, and what a row is made of:

# %%
r.explain()

# %%
sessions = r.drill(0, by="session")
sessions

# %% [markdown]
# ## Features most and least used
#
# The share of one's own tasks in which a feature was used, with its interval: of 60 tasks none is not never.

# %%
features = s.metric("feature_usage", by="feature", order="-feature_usage", **MARCH)
features

# %%
features.plot()
plt.show()

# %% [markdown]
# Among everybody: the share of members who used a feature in a week, in tenths. It is there for ten members or more, so
# that nobody is a tenth of anything.

# %%
o = bp.open(folder / "acme.db", access="research")
adoption = o.metric("feature_adoption", by="time.week", period="all")
adoption

# %%
used = {column.name.split(".")[1]: adoption[column.name][-1] for column in adoption.columns
        if column.name.count(".") == 1 and column.name.startswith("feature_adoption")}
most, *_, least = sorted(used, key=lambda name: (-used[name], name))
most, least, used

# %% [markdown]
# ## Friction
#
# Calls that failed, that a person refused or stopped, that were tried again; week by week, then by what the tool does.

# %%
friction = o.metric("tool_success_rate", "rejection_rate", "interruption_rate", "retry_rate", "api_error_rate",
                    by="time.week", period="all")
friction

# %%
friction.plot(["rejection_rate", "interruption_rate", "retry_rate", "api_error_rate"])
plt.show()

# %%
by_category = o.metric("tool_success_rate", "retry_rate", by="tool_category", period="all")
by_category

# %% [markdown]
# ## Task types
#
# A task is a stretch of work on one thing (`docs/tasks.md`). What kinds there are, how they end, what they cost:

# %%
own_tasks = s.metric("tasks", "resolution_rate", "cost_per_task", by="task_type", **MARCH)
own_tasks

# %%
task_types = o.metric("resolution_rate", "time_to_resolution", by="task_type", period="all")
task_types

# %%
task_types.plot("resolution_rate")
plt.show()

# %% [markdown]
# ## By experience
#
# Levels are those of the roster. The published sums are of six people or more, so they are rounded, and the true
# number lies between `at_least` and `at_most`. Before one explains a difference one looks whether the two ranges overlap.
# Where some team does not publish a rate by level, the rate is that of the others and has no range: it explains nothing.

# %%
experience = o.metric("prompts", "tool_success_rate", "resolution_rate", "retry_rate", by="experience", period="all")
experience

# %%
levels = experience["experience"]
values, low, high = (experience[name] for name in ("prompts", "prompts.at_least", "prompts.at_most"))
plt.errorbar(levels, values, yerr=[[v - l for v, l in zip(values, low)], [h - v for v, h in zip(values, high)]],
             fmt="o", capsize=6)
plt.ylabel("Prompts")
plt.ylim(0, 1.1 * max(high))
plt.show()

# %% [markdown]
# ## Failure modes
#
# How calls end, by what the tool does. `unknown` is a call whose end no line tells.

# %%
endings = s.metric("tool_calls", by=["tool_category", "outcome"], where={"outcome": "!ok"}, **MARCH)
endings

# %%
endings.plot()
plt.show()

# %%
tools = s.metric("tool_success_rate", "retry_rate", "recovery_rate", by="tool", **MARCH)
tools

# %% [markdown]
# ## Journeys
#
# Which kind of tool follows which within a task, and how tasks with that step ended.

# %%
journeys = s.metric("tool_transitions", "transition_resolution_rate", order="-tool_transitions", limit=10, **MARCH)
journeys

# %%
journeys.plot("tool_transitions")
plt.show()

# %%
patterns = s.metric("task_patterns", "pattern_resolution_rate", order="-task_patterns", limit=10, **MARCH)
patterns

# %% [markdown]
# ## What may not be asked
#
# A researcher gets no single person, and no cell that too few stand behind. Neither is an empty table: both say why.

# %%
try:
    o.metric("prompts", by="session", period="all")
except bp.DeniedError as why:
    print(why)
