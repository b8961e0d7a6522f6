/* work.c: generates a week of a fictional person's work with assistants: sessions of tasks; tasks
 * of prompts, responses, reading, editing, running, failing and retrying. People with more
 * experience fail less, teams differ, and habits spread over the weeks. All choices come from a
 * random generator that is seeded with the person and the week, so they are reproducible. Knows
 * native events, but not stores. */
#include "made.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)

static uint64_t draw(worker *w) {
  w->chance ^= w->chance << 13;
  w->chance ^= w->chance >> 7;
  w->chance ^= w->chance << 17;
  return w->chance * UINT64_C(0x2545F4914F6CDD1D) >> 11;
}

static int between(worker *w, int least, int most) {
  return least + (int)(draw(w) % (uint64_t)(most - least + 1));
}

static bool happens(worker *w, int percent) {
  return between(w, 1, 100) <= percent;
}

typedef struct assistant {
  const char *platform, *model;
} assistant;

static const assistant assistants[] = {{"claude_code", "claude-sonnet-4-5"},
                                       {"claude_code", "claude-opus-4-5"},
                                       {"codex", "gpt-5"},
                                       {"cursor", "claude-sonnet-4-5"},
                                       {"gemini_cli", "gemini-2.5-pro"}};
static const char *const folders[] = {"checkout", "search",   "billing",
                                      "mobile",   "platform", "docs"};
static const struct {
  const char *language, *ending;
} languages[] = {
    {"typescript", "ts"}, {"python", "py"}, {"go", "go"}, {"rust", "rs"}, {"java", "java"}};

typedef struct session {
  text *out;
  worker *w;
  int64_t at; /* current time */
  const assistant *with;
  char id[32];
  int events, language, week, errors; /* errors: percentage of calls */
} session;

/* Writes the beginning of an event with an id; the caller writes the rest. */
static void begin(session *s, const char *kind) {
  s->at += between(s->w, 4, 45) * SECOND;
  text_addf(
      s->out,
      "{\"blueplane\":1,\"kind\":\"%s\",\"platform\":\"%s\",\"session\":\"%s\",\"id\":\"%s-%d\","
      "\"time\":%lld",
      kind, s->with->platform, s->id, s->id, s->events++, (long long)s->at);
}

static void happen(session *s, const char *event) {
  begin(s, "event");
  text_addf(s->out, ",\"event\":\"%s\"%s}\n", event,
            strcmp(event, "slash_command") == 0 ? ",\"command\":\"review\""
            : strcmp(event, "api_error") != 0   ? ""
            : happens(s->w, 70)                 ? ",\"detail\":\"overloaded\""
                                                : ",\"detail\":\"rate_limit\"");
}

/* Whether the person has a habit; habits spread over the weeks. */
static bool has_habit(const session *s, int which) {
  int person = (s->w->number * 37 + which * 23) % 100;
  return person < 20 + 9 * s->w->experience + s->week;
}

static void prompt(session *s) {
  bool plans = has_habit(s, 1) && happens(s->w, 25);
  begin(s, "prompt");
  text_addf(s->out, ",\"characters\":%d,\"mode\":\"%s\",\"features\":[%s]}\n",
            between(s->w, 20, 900), plans ? "plan" : "default",
            has_habit(s, 2) && happens(s->w, 10) ? "\"image\""
            : happens(s->w, 40)                  ? "\"file\""
                                                 : "");
}

/* The response time, as the developer's telemetry reports it. */
static void take_time(session *s) {
  int us = between(s->w, 700, 4000) * 1000 * (happens(s->w, 12) ? between(s->w, 4, 16) : 1);
  begin(s, "event");
  text_addf(s->out, ",\"event\":\"response_time\",\"value\":%d}\n", us);
}

static void response(session *s) {
  int size = between(s->w, 120, 900), context = between(s->w, 20000, 150000);
  begin(s, "response");
  text_addf(s->out,
            ",\"model\":\"%s\",\"input_tokens\":%d,\"output_tokens\":%d,\"cache_read_tokens\":%d,"
            "\"cache_write_5m_tokens\":%d,\"stop\":\"tool_use\"}\n",
            s->with->model, context / (s->w->team % 3 == 0 ? 6 : 20), size, context, context / 12);
  if (s->w->number == 0) take_time(s);
}

/* Returns whether the call succeeded. */
static bool call(session *s, const char *tool, const char *category, const char *more, int errors) {
  bool fails = happens(s->w, errors), rejected = !fails && happens(s->w, 2);
  response(s);
  begin(s, "tool_call");
  text_addf(s->out,
            ",\"tool\":\"%s\",\"category\":\"%s\",\"outcome\":\"%s\",\"duration_us\":%d%s}\n", tool,
            category,
            fails      ? "error"
            : rejected ? "rejected"
                       : "ok",
            between(s->w, 40, 4000) * 1000, more);
  return !fails;
}

static bool edit(session *s, int file) {
  char more[200];
  int added = between(s->w, 2, 38);
  snprintf(more, sizeof more, ",\"file\":\"src/part%d.%s\",\"lines_added\":%d,\"lines_removed\":%d",
           file, languages[s->language].ending, added, between(s->w, 0, added));
  if (happens(s->w, 60)) {
    begin(s, "decision");
    text_addf(s->out, ",\"decision\":\"edit\",\"accepted\":%s,\"language\":\"%s\",\"lines\":%d}\n",
              happens(s->w, 74 + 5 * s->w->experience) ? "true" : "false",
              languages[s->language].language, added);
  }
  return call(s, "edit_file", "edit", more, s->errors / 2);
}

static bool run_program(session *s, const char *program) {
  char more[64];
  snprintf(more, sizeof more, ",\"program\":\"%s\"", program);
  return call(s, "run", "command", more, s->errors);
}

/* Calls and events that only some people have. */
static void extras(session *s) {
  if (has_habit(s, 3) && happens(s->w, 20)) {
    call(s, "task", "agent", "", 3);
    happen(s, "subagent");
  }
  if (has_habit(s, 1) && happens(s->w, 15)) call(s, "plan", "plan", "", 2);
  if (has_habit(s, 4) && happens(s->w, 20)) call(s, "skill", "skill", "", 3);
  if (has_habit(s, 5) && happens(s->w, 25)) call(s, "mcp__tracker__find", "mcp", "", 8);
  if (has_habit(s, 6) && happens(s->w, 25)) happen(s, "slash_command");
  if (happens(s->w, 12)) call(s, "web_search", "web", "", 5);
  if (happens(s->w, 4)) happen(s, "compaction");
  if (happens(s->w, 5)) happen(s, "api_error");
  if (happens(s->w, 4)) happen(s, "interrupt");
}

/* One task. Most end with a passing test, some are given up. */
static void work_on(session *s) {
  int file = between(s->w, 1, 12);
  prompt(s);
  for (int i = between(s->w, 1, 3); i > 0; i--)
    call(s, happens(s->w, 60) ? "read_file" : "search", happens(s->w, 60) ? "read" : "search", "",
         2);
  extras(s);
  if (happens(s->w, 15)) return; /* just a question */
  for (int i = between(s->w, 1, 3); i > 0; i--)
    if (!edit(s, file)) edit(s, file);
  for (int tries = 0; !run_program(s, "test"); tries++) {
    if (tries == 2 || happens(s->w, 22)) return; /* given up */
    if (happens(s->w, 30)) prompt(s);
    edit(s, file);
  }
  if (happens(s->w, 20)) {
    begin(s, "commit");
    text_addf(s->out, ",\"type\":\"%s\",\"assisted\":true,\"lines_added\":%d,\"files\":2}\n",
              happens(s->w, 70) ? "feature" : "fix", between(s->w, 5, 160));
  }
}

static void put_session(text *out, worker *w, int week, int64_t at, int number) {
  int errors = 26 - 5 * w->experience + w->team % 4 * 3 - week / 4;
  session s = {.out = out, .w = w, .at = at, .week = week, .errors = errors < 4 ? 4 : errors};
  int habit = (w->number * 7 + w->team) % 10;
  s.with = &assistants[happens(w, 82) ? (habit < 5   ? habit % 2
                                         : habit < 7 ? 2
                                         : habit < 9 ? 3
                                                     : 4)
                                      : between(w, 0, 4)];
  s.language = (w->team + (happens(w, 80) ? 0 : 1)) % 5;
  snprintf(s.id, sizeof s.id, "%d-%d-%d", w->number, week, number);
  text_addf(
      out,
      "{\"blueplane\":1,\"kind\":\"session\",\"platform\":\"%s\",\"session\":\"%s\",\"time\":%lld,"
      "\"workspace\":\"/work/%s\",\"branch\":\"main\"}\n",
      s.with->platform, s.id, (long long)at,
      folders[happens(w, 75) ? w->team % 6 : between(w, 0, 5)]);
  for (int tasks = between(w, 1, 3); tasks > 0; tasks--) {
    work_on(&s);
    s.at += between(w, 1, 40) * MINUTE;
  }
}

/* People join in different weeks, and are on leave every eleventh week. put_week ignores this for a
 * whole week of seven days, which must have data. */
static bool is_there(const worker *w, int week) {
  int begins = w->number * 13 % 25 - 12;
  return week >= begins && (w->number * 5 + week) % 11 != 0;
}

void put_week(text *t, worker *w, int week, int64_t monday_us, int days) {
  int number = 0, busy = w->number == 0 ? 100 : 55 + 10 * w->experience + w->team;
  w->chance = (uint64_t)(w->number + 1) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)week * 7919 + 1;
  for (int i = 0; i < 8; i++)
    draw(w);
  if (!is_there(w, week) && days == 5) return;
  for (int day = 0; day < days; day++) {
    if (!happens(w, busy)) continue;
    int64_t at = monday_us + day * DAY_US + between(w, 7 * 60, 11 * 60) * MINUTE;
    int more = (week % 13 == 12 ? 1 : 0) +
               (w->number == 0 ? 2 : 0); /* end of a quarter; the developer */
    for (int i = between(w, 1, 3) + more; i > 0; i--) {
      put_session(t, w, week, at, number++);
      at += between(w, 90, 200) * MINUTE;
    }
  }
}
