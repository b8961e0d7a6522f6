/* recommend.c: recommendations, each made by a stated rule. A rule compares the bounds of the
 * published numbers, so that it holds however they were rounded; if ranges overlap, there is no
 * recommendation. */
#include "executive.h"

#include <stdlib.h>
#include <string.h>

#include "spans.h"

typedef bool (*rule)(const executive *e, point_made *out);

static const char *group_of(const bp_result *r, size_t row) {
  return bp_result_text(r, row, 0, NULL);
}

static size_t rows_of(const bp_result *r) {
  return r == NULL ? 0 : bp_result_rows(r);
}

/* Finds the group whose range of a metric lies above (or below) that of all by a factor, the most
 * extreme first; false if there is none. Skips "other", which pools several teams. */
static bool stands_out(const executive *e, const bp_result *r, const char *metric, bool above,
                       double times, size_t *at) {
  span all = span_of(e->total, 0, metric, 1);
  double most = 0;
  bool found = false;
  for (size_t row = 0; row < rows_of(r); row++) {
    span one = span_of(r, row, metric, 1);
    bool clear = above ? is_above(&one, &all, times) : is_above(&all, &one, times);
    double distance = above ? one.value : -one.value;
    if (!clear || strcmp(group_of(r, row), "other") == 0 || (found && distance <= most)) continue;
    found = true;
    most = distance;
    *at = row;
  }
  return found;
}

static bool dearer_lines(const executive *e, point_made *out) {
  span now = span_of(e->total, 0, "cost_per_line", 1);
  span before = span_of(e->past, 0, "cost_per_line", 1);
  if (!is_above(&now, &before, 1.1)) return false;
  char *a = show_span(&e->screen, e->total, 0, "cost_per_line");
  char *b = show_span(&e->screen, e->past, 0, "cost_per_line");
  out->title = copy_text("Find out why a line costs more");
  out->text = print_text("Cost per line added is %s, after %s in %s.", a, b, e->before.name);
  out->rule = copy_text(
      "cost per line has risen by more than 10 % between the nearest ends of both ranges");
  free(a);
  free(b);
  return true;
}

#define SEATS_ENOUGH 0.7

static bool unused_seats(const executive *e, point_made *out) {
  size_t at = SIZE_MAX;
  double least = SEATS_ENOUGH;
  for (size_t row = 0; row < rows_of(e->platforms); row++) {
    span one = span_of(e->platforms, row, "license_utilization", 1);
    if (!one.has || !one.has_high || one.high >= least) continue;
    least = one.high;
    at = row;
  }
  if (at == SIZE_MAX) return false;
  char *use = show_span(&e->screen, e->platforms, at, "license_utilization");
  out->title = print_text("Give back seats of %s, or fill them",
                          word_title("platform", group_of(e->platforms, at)));
  out->text = print_text("Of its licensed seats %s were in use in an average week.", use);
  out->rule = copy_text(
      "even the upper end of a platform's licence utilisation is below 70 %; the lowest is named");
  free(use);
  return true;
}

static bool few_users(const executive *e, point_made *out) {
  span all = span_of(e->total, 0, "adoption_rate", 1);
  size_t at = 0;
  if (!all.has || !all.has_high || all.high >= 0.85) return false;
  char *share = show_span(&e->screen, e->total, 0, "adoption_rate");
  bool named = stands_out(e, e->teams, "adoption_rate", false, 1, &at);
  char *team = named ? show_span(&e->screen, e->teams, at, "adoption_rate") : NULL;
  out->title = copy_text("Bring in those who do not use assistants yet");
  out->text = named
                  ? print_text("In an average week %s of the roster were active; in %s it was %s.",
                               share, group_of(e->teams, at), team)
                  : print_text("In an average week %s of the roster were active.", share);
  out->rule = copy_text(
      "even the upper end of adoption is below 85 %; a team is named if its upper end is below the lower end of all");
  free(share);
  free(team);
  return true;
}

/* Recommendations for a team whose range lies apart from that of all. `title` takes the team,
 * `text` its figure and that of all. */
static const struct outlier {
  const char *metric;
  bool above;
  double times;
  const char *title, *text, *rule;
} outliers[] = {
    {"cost_per_task", true, 1.1, "Find out what makes tasks expensive in %s",
     "A task costs %s there, and %s over all teams.",
     "a team's cost per task lies more than 10 % above that of all, between the nearest ends; the most expensive such team is named"},
    {"cache_efficiency", false, 1.03, "Let %s use the cache",
     "%s of its input is read from the cache, compared with %s over all teams; reading from the cache costs a fraction.",
     "cache efficiency of all lies more than 3 % above a team's, between the nearest ends; the lowest such team is named"},
    {"acceptance_rate", false, 1.05, "Ask %s what it rejects",
     "%s of proposals are accepted there, and %s over all teams.",
     "acceptance of all lies more than 5 % above a team's, between the nearest ends; the lowest such team is named"}};

/* Replaces the first %s of the text by `first`, the second by `second`. */
static char *filled(const char *form, const char *first, const char *second) {
  const char *a = strstr(form, "%s"), *b = a == NULL ? NULL : strstr(a + 2, "%s");
  if (a == NULL) return copy_text(form);
  if (b == NULL) return print_text("%.*s%s%s", (int)(a - form), form, first, a + 2);
  return print_text("%.*s%s%.*s%s%s", (int)(a - form), form, first, (int)(b - a - 2), a + 2, second,
                    b + 2);
}

static bool outlying(const executive *e, const struct outlier *o, point_made *out) {
  size_t at = 0;
  if (!stands_out(e, e->teams, o->metric, o->above, o->times, &at)) return false;
  char *one = show_span(&e->screen, e->teams, at, o->metric);
  char *all = show_span(&e->screen, e->total, 0, o->metric);
  out->title = filled(o->title, group_of(e->teams, at), "");
  out->text = filled(o->text, one, all);
  out->rule = copy_text(o->rule);
  free(one);
  free(all);
  return true;
}

static bool dear_tasks(const executive *e, point_made *out) {
  return outlying(e, &outliers[0], out);
}

static bool little_cache(const executive *e, point_made *out) {
  return outlying(e, &outliers[1], out);
}

static bool often_rejected(const executive *e, point_made *out) {
  return outlying(e, &outliers[2], out);
}

static bool pays_off(const executive *e, point_made *out) {
  span r = span_of(e->total, 0, "roi", 1);
  if (!r.has || !r.has_low || !r.has_high || (r.low <= 1 && r.high >= 1)) return false;
  bool pays = r.low > 1;
  out->title = copy_text(pays ? "Keep up the investment" : "Do not widen the rollout yet");
  out->text = print_text("The return is %.1f to %.1f times the cost%s.", r.low, r.high,
                         pays ? ", above it even with the cautious assumptions"
                              : ", below it even with the generous assumptions");
  out->rule = copy_text("both ends of the return on cost lie on one side of 1");
  return true;
}

/* In order of priority. */
static const rule rules[] = {dearer_lines, unused_seats,   few_users, dear_tasks,
                             little_cache, often_rejected, pays_off};

size_t recommend(point_made *out, size_t most, const executive *e) {
  size_t made = 0;
  for (size_t i = 0; i < sizeof rules / sizeof *rules && made < most; i++)
    if (rules[i](e, &out[made])) made++;
  return made;
}
