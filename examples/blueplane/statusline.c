/* statusline.c: prints today in one line beside the person's average, and the cost of the current
 * session if the assistant passes it. Of Claude Code's status line input it knows only that member,
 * and it never waits for input. */
#include "commands.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "listing.h"
#include "system.h"

#define INPUT_MAX ((size_t)1 << 20)
#define WAIT_MS 50
#define NOT_TOLD (-1.0)

/* Reads standard input as far as it is available without delay. */
static text read_input(void) {
  char piece[4096];
  text t = {0};
  size_t got;
  while (t.length < INPUT_MAX && (got = read_soon(piece, sizeof piece, WAIT_MS)) > 0)
    text_add_bytes(&t, piece, got);
  return t;
}

/* In US dollars, at list prices, as the assistant computes it. */
static double session_cost(void) {
  if (is_terminal(stdin)) return NOT_TOLD;
  text said = read_input();
  if (said.length > 0) json_mend_halves(said.data);
  cJSON *status = said.length > 0 ? cJSON_Parse(said.data) : NULL;
  const cJSON *cost = cJSON_GetObjectItemCaseSensitive(status, "cost");
  const cJSON *usd = cJSON_GetObjectItemCaseSensitive(cost, "total_cost_usd");
  double dollars = cJSON_IsNumber(usd) && usd->valuedouble >= 0 ? usd->valuedouble : NOT_TOLD;
  cJSON_Delete(status);
  text_free(&said);
  return dollars;
}

static void put_part(text *t, const screen *s, const char *said) {
  if (t->length > 0) text_add(t, s->ascii ? " | " : " · ");
  text_add(t, said);
}

static void put_session(text *t, const screen *s, double dollars) {
  text part = {0};
  if (dollars < 0) return;
  text_add(&part, "session ");
  put_number(&part, s, "nUSD", dollars * 1e9, false);
  put_part(t, s, part.data);
  text_free(&part);
}

/* The cost of today, and of an average day. */
static char *cost_part(const screen *s, const bp_result *r) {
  int average = find_column(r, "baseline", "cost");
  char *cost = figure(s, r, 0, find_column(r, "metric", "cost"));
  if (!has_value(r, 0, average)) return cost;
  char *usual = figure(s, r, 0, average);
  char *both = print_text("%s (average day %s)", cost, usual);
  free(usual);
  free(cost);
  return both;
}

static void put_today(text *t, const screen *s, const bp_result *r) {
  int interactions = find_column(r, "metric", "interactions");
  if (!has_value(r, 0, interactions) || bp_result_int(r, 0, (size_t)interactions) == 0) {
    put_part(t, s, "today: nothing yet");
    return;
  }
  int at = find_column(r, "metric", "sessions"), lines = find_column(r, "metric", "lines_added");
  char *count = figure(s, r, 0, at), *added = figure(s, r, 0, lines), *cost = cost_part(s, r);
  char *removed = figure(s, r, 0, find_column(r, "metric", "lines_removed"));
  char *active = figure(s, r, 0, find_column(r, "metric", "active_time"));
  char *sessions =
      print_text("today %s session%s", count, bp_result_int(r, 0, (size_t)at) == 1 ? "" : "s");
  char *edits = has_value(r, 0, lines) ? print_text("+%s -%s", added, removed) : copy_text("+0 -0");
  put_part(t, s, sessions);
  put_part(t, s, active);
  if (strcmp(edits, "+0 -0") != 0) put_part(t, s, edits);
  put_part(t, s, cost);
  char *const all[] = {count, added, cost, removed, active, sessions, edits};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free(all[i]);
}

static int ask_today(bp_result **out, const program *p) {
  static const char *const shown[] = {"sessions", "active_time",  "lines_added", "lines_removed",
                                      "cost",     "interactions", NULL};
  question q = {.metrics = shown, .period = "today", .compare = "average"};
  return ask(out, p, &q);
}

int put_statusline(text *t, const program *p) {
  bp_result *r = NULL;
  int code = ask_today(&r, p);
  if (code == EXIT_OK) {
    put_today(t, &p->screen, r);
    text_add(t, "\n");
  }
  bp_result_free(r);
  return code;
}

int run_statusline(program *p) {
  const screen *s = &p->screen;
  bp_result *r = NULL;
  text t = {0};
  if (is_table(s)) {
    put_session(&t, s, session_cost());
    int code = put_statusline(&t, p);
    if (code == EXIT_OK) return write_out(&t);
    text_free(&t);
    return code;
  }
  int code = ask_today(&r, p);
  if (code == EXIT_OK) code = write_result(s, r, LISTING_TABLE);
  bp_result_free(r);
  return code == EXIT_NOTHING ? EXIT_OK : code;
}
