/* executive.c: the executive report. Its first page can be read alone; the others show the data
 * behind it. */
#include "executive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../exits.h"
#include "report.h"
#include "spans.h"

/* --------------------------------------------------------------------------------------- answers */

static const char *const headline[] = {"cost",
                                       "lines_added",
                                       "sessions",
                                       "commits",
                                       "pull_requests",
                                       "cost_per_line",
                                       "cost_per_task",
                                       "cost_per_commit",
                                       "cost_per_session",
                                       "active_users",
                                       "adoption_rate",
                                       "license_utilization",
                                       "cost_per_active_seat",
                                       "roi",
                                       "acceptance_rate",
                                       "cache_efficiency",
                                       NULL};
static const char *const compared[] = {"lines_added",
                                       "cost",
                                       "cost_per_line",
                                       "cost_per_task",
                                       "active_users",
                                       "adoption_rate",
                                       "acceptance_rate",
                                       "cache_efficiency",
                                       NULL};
static const char *const of_projects[] = {
    "lines_added", "cost", "cost_per_line", "cost_per_session", "acceptance_rate", NULL};
static const char *const of_platforms[] = {"cost",
                                           "lines_added",
                                           "cost_per_line",
                                           "active_users",
                                           "license_utilization",
                                           "cost_per_active_seat",
                                           NULL};
static const char *const of_models[] = {"cost", "output_tokens", "cache_efficiency", NULL};

static int gather(executive *e) {
  const char *period = e->now.period;
  int code = EXIT_OK;
  const published *x = e->x;
  question total = {.metrics = headline, .period = period}, past = total, weeks = total,
           windows = total;
  question teams = {.metrics = compared, .by = {"team"}, .period = period, .order = "-lines_added"};
  question projects = {
      .metrics = of_projects, .by = {"project"}, .period = period, .order = "-lines_added"};
  question platforms = {
      .metrics = of_platforms, .by = {"platform"}, .period = period, .order = "-cost"};
  question models = {
      .metrics = of_models, .by = {"model_family"}, .period = period, .order = "-cost"};
  past.period = e->before.period;
  weeks.by[0] = "time.week";
  weeks.limit = e->now.reached;
  windows.by[0] = e->now.quarter ? "time.quarter" : "time.month";
  windows.period = "all";
  e->total = ask_published(x, total, &code);
  if (e->has_before) e->past = ask_published(x, past, &code);
  e->weeks = ask_published(x, weeks, &code);
  e->teams = ask_published(x, teams, &code);
  e->projects = ask_published(x, projects, &code);
  e->platforms = ask_published(x, platforms, &code);
  e->models = ask_published(x, models, &code);
  e->windows = ask_published(x, windows, &code);
  return code;
}

static void forget(executive *e) {
  bp_result *const all[] = {e->total,    e->past,      e->weeks,  e->teams,
                            e->projects, e->platforms, e->models, e->windows};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    bp_result_free(all[i]);
}

/* ------------------------------------------------------------------------------------ first page */

static char *no_change(const executive *e) {
  return copy_text(e->before.published > 0 ? "not every team has published both completely"
                                           : "nothing earlier is published");
}

/* The change since the window before; "" if there is none to give. Sums are compared by the week,
 * as the windows may have different numbers of weeks, and say so. */
static char *change_in(const executive *e, const char *metric, bool sum) {
  if (!e->has_before) return copy_text("");
  span now = span_of(e->total, 0, metric, sum ? e->now.published : 1);
  span before = span_of(e->past, 0, metric, sum ? e->before.published : 1);
  char *change = change_between(&now, &before);
  if (!sum || change[0] == '\0') return change;
  char *said = print_text("per week: %s", change);
  free(change);
  return said;
}

static char *change_of(const executive *e, const char *metric, bool sum) {
  if (!e->has_before) return no_change(e);
  char *change = change_in(e, metric, sum);
  char *said = change[0] == '\0' ? print_text("not known for %s", e->before.name)
                                 : print_text("%s against %s", change, e->before.name);
  free(change);
  return said;
}

static tile tile_of(const executive *e, const char *label, const char *metric, char *detail) {
  tile t = {.label = label, .result = e->total};
  t.detail = detail;
  t.column = find_column(e->total, "metric", metric);
  t.value = show_value(&e->screen, e->total, 0, t.column);
  if (t.value[0] == '\0') {
    free(t.value);
    t.value = copy_text("none");
  }
  return t;
}

/* The bounds of the return. If the cost is a lower bound, one of them is unknown. */
static char *return_range(const executive *e) {
  span r = span_of(e->total, 0, "roi", 1);
  if (!r.has) return copy_text("withheld");
  if (!r.has_low && !r.has_high) return copy_text("not known");
  return say_ends(r.has_low ? show_times("", r.low) : NULL,
                  r.has_high ? show_times("", r.high) : NULL);
}

static char *join(char *a, const char *between, char *b) {
  char *both = print_text("%s%s%s", a, a[0] != '\0' && b[0] != '\0' ? between : "", b);
  free(a);
  free(b);
  return both;
}

static void put_headline(paper *p, const executive *e) {
  const bp_result *r = e->total;
  const screen *s = &e->screen;
  span roi = span_of(r, 0, "roi", 1);
  char *commit = show_value(s, r, 0, find_column(r, NULL, "cost_per_commit"));
  char *task = show_value(s, r, 0, find_column(r, NULL, "cost_per_task"));
  tile tiles[] = {
      tile_of(e, "Cost, list price", "cost", change_of(e, "cost", true)),
      tile_of(e, "Lines added", "lines_added", change_of(e, "lines_added", true)),
      tile_of(e, "Commits", "commits", change_of(e, "commits", true)),
      tile_of(e, "Cost per line", "cost_per_line",
              print_text("per task %s, per commit %s", task, commit)),
      tile_of(
          e, "Adoption", "adoption_rate",
          join(show_ends(s, r, 0, "adoption_rate"), "; ", change_of(e, "adoption_rate", false))),
      tile_of(e, "Licence utilisation", "license_utilization",
              show_ends(s, r, 0, "license_utilization")),
      tile_of(e, "Cost per active member", "cost_per_active_seat",
              join(copy_text("a week"), "; ", show_ends(s, r, 0, "cost_per_active_seat"))),
      tile_of(e, "Return on cost", "roi",
              roi.has ? print_text("likely %.1f×; assumptions below", roi.value) : copy_text(""))};
  free(tiles[7].value);
  tiles[7].value = return_range(e);
  free(commit);
  free(task);
  paper_tiles(p, tiles, sizeof tiles / sizeof *tiles);
}

/* The assumptions of the return: the end of the notes, from "Assumed" on. */
static void put_assumptions(paper *p, const executive *e) {
  const char *notes = bp_result_meta(e->total, "notes");
  const char *assumed = notes == NULL ? NULL : strstr(notes, "Assumed for roi");
  if (assumed == NULL) return;
  const char *colon = strchr(assumed, ':');
  paper_take(
      p,
      print_text(
          "Return on cost is time saved at the assumed cost of an hour, divided by list price and seats. "
          "Assumed%s These are assumptions, not measurements; a file of your own can replace them.",
          colon != NULL ? colon : "."));
}

static void put_recommendations(paper *p, const executive *e) {
  point_made points[3] = {0};
  size_t count = recommend(points, 3, e);
  paper_section(p, "advice", "Recommendations");
  if (count == 0)
    paper_say(p, "The numbers support none: no rule holds for the whole of their ranges.");
  paper_points(p, points, count);
}

static void put_first_page(paper *p, const executive *e) {
  paper_section(p, "first", "At a glance");
  put_headline(p, e);
  put_assumptions(p, e);
  if (p->form == PAPER_HTML) paper_result(p, e->weeks, "line", true);
  if (p->form == PAPER_CSV) paper_result(p, e->total, NULL, false);
  put_recommendations(p, e);
}

/* ----------------------------------------------------------------------------------- other pages */

static const char *const shown_windows[] = {
    "cost",          "lines_added",     "commits",          "sessions",
    "cost_per_line", "cost_per_task",   "cost_per_session", "active_users",
    "adoption_rate", "acceptance_rate", "cache_efficiency", "roi"};
#define SHOWN_WINDOWS (sizeof shown_windows / sizeof *shown_windows)
#define WINDOWS_MOST 4

/* The number of rows up to the window's own: later ones do not belong in the report. */
static size_t rows_until(const bp_result *r, const window *w) {
  size_t rows = bp_result_rows(r);
  while (rows > 0 && strcmp(bp_result_text(r, rows - 1, 0, NULL), w->row) > 0)
    rows--;
  return rows;
}

/* "4 of 5": the published weeks of a window that was before this one, or is it. */
static char *weeks_of(const executive *e, const char *row) {
  window w = e->now, before;
  for (; strcmp(w.row, row) > 0; w = before)
    window_before(&before, e->x, &w);
  return print_text("%d of %d", w.published, w.weeks);
}

/* A table of the window after those before it, with the change from the last of these. */
static void put_windows(paper *p, const executive *e) {
  const bp_result *r = e->windows;
  size_t rows = rows_until(r, &e->now), first = rows > WINDOWS_MOST ? rows - WINDOWS_MOST : 0;
  size_t columns = rows - first + 2, lines = SHOWN_WINDOWS + 2, cells = columns * lines;
  char **texts = need(calloc(cells, sizeof *texts)), **weeks = texts + columns;
  texts[0] = copy_text("Figure"), weeks[0] = copy_text("Weeks published");
  texts[columns - 1] = copy_text("Change"), weeks[columns - 1] = copy_text("");
  for (size_t row = first; row < rows; row++) {
    const char *name = bp_result_text(r, row, 0, NULL);
    texts[row - first + 1] = copy_text(name);
    weeks[row - first + 1] = weeks_of(e, name);
  }
  for (size_t m = 0; m < SHOWN_WINDOWS; m++) {
    char **line = texts + (m + 2) * columns;
    int column = find_column(r, "metric", shown_windows[m]);
    bool sum = bp_result_type(r, (size_t)column) == BP_TYPE_INT &&
               strcmp(shown_windows[m], "active_users") != 0;
    line[0] = copy_text(bp_result_column(r, (size_t)column, "title"));
    for (size_t row = first; row < rows; row++)
      line[row - first + 1] = show_value(&e->screen, r, row, column);
    line[columns - 1] = change_in(e, shown_windows[m], sum);
  }
  paper_section(p, "sheet", e->now.quarter ? "Quarter over quarter" : "Month over month");
  char *change =
      e->has_before
          ? print_text(
                "The change is from %s to %s, for sums from mean week to mean week, and given only if the two ranges do not overlap.",
                e->before.name, e->now.name)
      : e->before.published > 0
          ? print_text("No change is given: not every team has published all of %s and %s.",
                       e->before.name, e->now.name)
          : print_text("No change is given: nothing just before %s is published.", e->now.name);
  paper_take(p, print_text("%s A week belongs to the %s that contains its Thursday.", change,
                           e->now.quarter ? "quarter" : "month"));
  free(change);
  paper_grid(p, "Side by side", (const char *const *)texts, columns, lines, 1);
  if (p->form == PAPER_CSV) paper_result(p, r, NULL, false);
  for (size_t i = 0; i < cells; i++)
    free(texts[i]);
  free(texts);
}

/* The teams with ranges as texts, where there are no bars to show them. */
static void put_team_ranges(paper *p, const executive *e) {
  const bp_result *r = e->teams;
  size_t columns = 1, rows = bp_result_rows(r) + 1;
  while (compared[columns - 1] != NULL)
    columns++;
  char **cells = need(calloc(columns * rows, sizeof *cells));
  cells[0] = copy_text("Team");
  for (size_t row = 1; row < rows; row++)
    cells[row * columns] = copy_text(bp_result_text(r, row - 1, 0, NULL));
  for (size_t i = 1; i < columns; i++) {
    int column = find_column(r, "metric", compared[i - 1]);
    cells[i] = copy_text(bp_result_column(r, (size_t)column, "title"));
    for (size_t row = 1; row < rows; row++)
      cells[row * columns + i] = show_span(&e->screen, r, row - 1, compared[i - 1]);
  }
  paper_grid(p, "Teams", (const char *const *)cells, columns, rows, 1);
  for (size_t i = 0; i < columns * rows; i++)
    free(cells[i]);
  free(cells);
}

static void put_teams(paper *p, const executive *e) {
  bool ranges = p->form == PAPER_MARKDOWN && bp_result_rows(e->teams) > 0;
  paper_section(p, "sheet", "Teams");
  paper_say(
      p, "From published cells only. Teams of fewer than three active members in a week are pooled "
         "in \"other\".");
  if (ranges) {
    paper_say(p, "In brackets is the range in which the true number lies.");
    put_team_ranges(p, e);
  } else {
    if (p->form == PAPER_HTML)
      paper_say(
          p, "The light part of a bar spans the range in which the true number lies; the mark is "
             "the published number.");
    paper_result(p, e->teams, "bars", false);
  }
}

static void put_comparisons(paper *p, const executive *e) {
  put_teams(p, e);
  paper_section(p, "sheet", "Projects");
  paper_result(p, e->projects, "bars", false);
  paper_section(p, "sheet", "Platforms and licences");
  paper_result(p, e->platforms, "share", false);
  paper_section(p, "sheet", "Models");
  paper_result(p, e->models, "share", false);
}

static const char *verdict(const span *own, double reference) {
  if (!own->has) return "not published";
  if (own->has_low && own->low > reference) return "above it";
  if (own->has_high && own->high < reference) return "below it";
  return "may be equal";
}

/* Extracts SOURCE, DATE from "Reference value of the organisation: SOURCE, DATE." */
static char *source_of(const bp_result *r, size_t column) {
  const char *said = bp_result_column(r, column, "definition");
  const char *colon = said == NULL ? NULL : strchr(said, ':');
  char *source = copy_text(colon != NULL ? colon + 2 : "");
  size_t length = strlen(source);
  if (length > 0 && source[length - 1] == '.') source[length - 1] = '\0';
  return source;
}

static void put_benchmark(paper *p, const executive *e) {
  const bp_result *r = e->total;
  char *cells[5 * 17];
  size_t rows = 0;
  static const char *const headings[] = {"Figure", "Source", "Here", "Reference", "Here is"};
  for (; rows < 5; rows++)
    cells[rows] = copy_text(headings[rows]);
  rows = 1;
  for (size_t i = 0; headline[i] != NULL; i++) {
    char *name = print_text("%s.benchmark", headline[i]);
    int at = find_column(r, NULL, name), metric = find_column(r, "metric", headline[i]);
    free(name);
    if (at < 0) continue;
    span own = span_of(r, 0, headline[i], 1);
    char **line = cells + 5 * rows++;
    line[0] = copy_text(bp_result_column(r, (size_t)metric, "title"));
    line[2] = show_span(&e->screen, r, 0, headline[i]);
    line[3] = show_value(&e->screen, r, 0, at);
    line[4] = copy_text(verdict(&own, bp_result_real(r, 0, (size_t)at)));
    line[1] = source_of(r, (size_t)at);
  }
  paper_section(p, "sheet", "Benchmark");
  if (rows == 1)
    paper_say(
        p, "None was supplied. With a file of your organisation's own references, they are shown "
           "beside these figures.");
  else
    paper_grid(p, "References that the organisation supplied", (const char *const *)cells, 5, rows,
               2);
  for (size_t i = 0; i < 5 * rows; i++)
    free(cells[i]);
}

/* A band of people as "16 to 22", or "3" for "3-3". */
static char *people_of(const bp_result *r) {
  const char *said = bp_result_text(r, 0, 0, NULL), *dash = said == NULL ? NULL : strchr(said, '-');
  if (dash == NULL) return copy_text(said != NULL ? said : "withheld");
  size_t length = (size_t)(dash - said);
  if (strncmp(said, dash + 1, length) == 0 && dash[1 + length] == '\0') return copy_text(dash + 1);
  return print_text("%.*s to %s", (int)length, said, dash + 1);
}

static char *subtitle_of(const executive *e) {
  char *people = people_of(e->total), *weeks = weeks_published(e->x, &e->now);
  char *subtitle = print_text("%s Contributors in the largest week: %s.", weeks, people);
  free(people);
  free(weeks);
  return subtitle;
}

static void compose(paper *p, const executive *e, paper_form form, const char *title) {
  char *subtitle = subtitle_of(e);
  paper_begin(p, form, title, subtitle);
  free(subtitle);
  put_first_page(p, e);
  put_comparisons(p, e);
  put_windows(p, e);
  put_benchmark(p, e);
  const bp_result *const all[] = {e->total, e->teams, e->models};
  put_definitions(p, all, 3);
}

int report_executive(program *asked, paper_form form) {
  published x;
  executive e = {.x = &x, .screen = {.format = "table"}};
  int code = open_published(&x, asked, BP_ACCESS_MANAGER);
  if (code == EXIT_OK) code = use_references(asked, &x);
  if (code == EXIT_OK) code = choose_window(&e.now, &x, asked, "month");
  if (code == EXIT_OK) {
    e.has_before = window_before(&e.before, &x, &e.now) && same_stores(&e.now, &e.before);
    code = gather(&e);
  }
  if (code == EXIT_OK) {
    paper p;
    char *title = print_text("Assistants in %s", e.now.name);
    compose(&p, &e, form, title);
    code = write_paper(asked, &p, title);
    free(title);
  }
  forget(&e);
  close_published(&x);
  return code;
}
