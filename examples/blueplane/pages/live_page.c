/* live_page.c: see live_page.h. */
#include "live_page.h"

#include <stdlib.h>
#include <string.h>

#include "page.h"

static void put_heading(text *t, const char *id, const char *title) {
  text_addf(t, "<section class=\"panel\" aria-labelledby=\"%s\">\n<header><h2 id=\"%s\">", id, id);
  html_text(t, title);
  text_add(t, "</h2></header>\n");
}

/* ------------------------------------------------------------------------------------- today */

/* Figures are written as on a terminal with block characters. */
static const screen plain = {.format = "table", .blocks = true};

static void put_html_figure(text *t, const bp_result *r, size_t row, int column) {
  char *said = figure(&plain, r, row, column);
  html_text(t, said != NULL ? said : "");
  free(said);
}

/* The change from the person's average; empty if there is none. */
static void put_delta(text *t, const bp_result *r, const char *metric) {
  int relative = find_column(r, "relative", metric), baseline = find_column(r, "baseline", metric);
  text_add(t, "<span class=\"tile-delta\">");
  if (has_value(r, 0, baseline)) {
    if (has_value(r, 0, relative)) {
      put_html_figure(t, r, 0, relative);
      text_add(t, ", ");
    }
    text_add(t, "average ");
    put_html_figure(t, r, 0, baseline);
  }
  text_add(t, "&#8203;</span></div>\n"); /* keeps the height of an empty line */
}

static void put_tile(text *t, const bp_result *r, const char *metric, const char *label) {
  int column = find_column(r, "metric", metric);
  text_addf(t,
            "<div class=\"tile\"><span class=\"tile-label\">%s</span><span class=\"tile-value\">",
            label);
  if (has_value(r, 0, column))
    put_html_figure(t, r, 0, column);
  else
    text_add(t, "<span class=\"empty\">–</span>");
  text_add(t, "</span>");
  put_delta(t, r, metric);
}

static void put_tiles(text *t, const bp_result *r) {
  static const char *const tiles[][2] = {
      {"sessions", "Sessions"},           {"interactions", "Interactions"},
      {"active_time", "Active time"},     {"lines_added", "Lines added"},
      {"lines_removed", "Lines removed"}, {"input_tokens", "Input tokens"},
      {"output_tokens", "Output tokens"}, {"cost", "Cost, list price"}};
  text_add(t, "<div class=\"tiles\">\n");
  for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++)
    put_tile(t, r, tiles[i][0], tiles[i][1]);
  text_add(t, "</div>\n");
}

/* Interactions by hour of the day. */
static void hours_of(int64_t hours[24], const bp_result *r) {
  int column = find_column(r, "metric", "interactions");
  memset(hours, 0, 24 * sizeof *hours);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    int64_t hour = bp_result_int(r, row, 0);
    if (hour >= 0 && hour < 24 && has_value(r, row, column))
      hours[hour] = bp_result_int(r, row, (size_t)column);
  }
}

static void put_hour_bars(text *t, const int64_t *hours, int64_t most) {
  enum { STEP = 20, HEIGHT = 100 };
  text_addf(t,
            "<svg class=\"hours\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\">\n",
            24 * STEP, HEIGHT);
  for (int hour = 0; hour < 24; hour++) {
    int64_t height = most > 0 ? hours[hour] * (HEIGHT - 2) / most : 0;
    if (hours[hour] > 0 && height < 2) height = 2;
    text_addf(t, "<rect class=\"rail\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"1\"/>",
              hour * STEP + 2, HEIGHT - 1, STEP - 4);
    if (height > 0)
      text_addf(t, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", hour * STEP + 2,
                (int)(HEIGHT - height), STEP - 4, (int)height);
  }
  text_add(t, "</svg>\n<div class=\"hour-names\" aria-hidden=\"true\"><span>0</span><span>6</span>"
              "<span>12</span><span>18</span><span>24</span></div>\n");
}

static void put_hours(text *t, const bp_result *r) {
  int64_t hours[24], all = 0;
  int best = 0;
  hours_of(hours, r);
  for (int hour = 0; hour < 24; hour++) {
    all += hours[hour];
    if (hours[hour] > hours[best]) best = hour;
  }
  put_heading(t, "hours", "When");
  if (all == 0) {
    text_add(t, "<p class=\"nothing\">Nothing yet.</p></section>\n");
    return;
  }
  text_addf(t,
            "<p class=\"summary\">%lld interaction%s; most between %d and %d o’clock: %lld.</p>\n",
            (long long)all, all == 1 ? "" : "s", best, best + 1, (long long)hours[best]);
  put_hour_bars(t, hours, hours[best]);
  text_add(
      t, "<details id=\"hours-table\"><summary>As a table</summary><table class=\"figures\"><thead>"
         "<tr><th scope=\"col\">Hour</th><th scope=\"col\" class=\"number\">Interactions</th></tr>"
         "</thead><tbody>\n");
  for (int hour = 0; hour < 24; hour++)
    if (hours[hour] > 0)
      text_addf(t, "<tr><th scope=\"row\">%d–%d</th><td class=\"number\">%lld</td></tr>\n", hour,
                hour + 1, (long long)hours[hour]);
  text_add(t, "</tbody></table></details></section>\n");
}

/* Names come from folders, so directional marks in them are escaped. */
static void put_name(text *t, const bp_result *r, size_t row) {
  const char *name = bp_result_text(r, row, 0, NULL);
  const char *title = word_title(bp_result_column(r, 0, "name"), name);
  char *safe = text_safe(title != NULL ? title : "not known");
  html_text(t, safe);
  free(safe);
}

/* A table of names with their interactions and shares. */
static void put_shares(text *t, const char *id, const char *title, const bp_result *r) {
  int count = find_column(r, "metric", "interactions");
  int share = find_column(r, "metric", "interaction_share");
  put_heading(t, id, title);
  if (bp_result_rows(r) == 0) {
    text_add(t, "<p class=\"nothing\">Nothing yet.</p></section>\n");
    return;
  }
  text_addf(t,
            "<table class=\"figures\"><thead><tr><th scope=\"col\">Name</th><th scope=\"col\" "
            "class=\"number\">Interactions</th><th scope=\"col\" class=\"number\">Share</th></tr>"
            "</thead><tbody>\n");
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    text_add(t, "<tr><th scope=\"row\">");
    put_name(t, r, row);
    text_add(t, "</th><td class=\"number\">");
    put_html_figure(t, r, row, count);
    text_add(t, "</td><td class=\"number\">");
    put_html_figure(t, r, row, share);
    text_add(t, "</td></tr>\n");
  }
  text_add(t, "</tbody></table></section>\n");
}

void put_live_today(text *t, const stats *s) {
  date now = today();
  text_addf(t, "<p class=\"summary\">%04d-%02d-%02d in ", now.year, now.month, now.day);
  html_text(t, s->program->zone);
  text_addf(t, ", as of %02d:%02d.%s</p>\n", now.hour, now.minute,
            stats_empty(s) ? " No activity yet." : "");
  put_tiles(t, s->totals);
  text_add(t, "<div class=\"grid\">\n");
  put_hours(t, s->hours);
  text_add(t, "<div class=\"grid half-grid\">\n");
  put_shares(t, "platforms", "Platforms", s->platforms);
  put_shares(t, "workspaces", "Workspaces", s->workspaces);
  text_add(t, "</div></div>\n");
}

/* -------------------------------------------------------------------------------------- health */

static void put_status(text *t, const vitals *v) {
  static const char *const said[] = {"Reading keeps up.", "Reading is behind.",
                                     "Something is wrong."};
  static const char *const classes[] = {"good", "warn", "bad"};
  text_addf(t, "<p class=\"status %s\"><strong>%s</strong> ", classes[v->status],
            status_name(v->status));
  html_text(t, said[v->status]);
  if (v->reasons != NULL) {
    text_add(t, " Because ");
    html_text(t, v->reasons);
    text_add(t, ".");
  }
  text_add(t, "</p>\n");
}

static void put_health_tile(text *t, const vitals *v, const char *name, const char *label) {
  const vital *one = vital_of(v, name);
  text_addf(t,
            "<div class=\"tile\"><span class=\"tile-label\">%s</span><span class=\"tile-value\">",
            label);
  if (one != NULL)
    put_vital(t, one);
  else
    text_add(t, "<span class=\"empty\">–</span>");
  text_add(t, "</span></div>\n");
}

static void put_health_row(text *t, const vital *v) {
  bool within = v->info->label != NULL && strcmp(v->info->label, "le") == 0;
  text_add(t, "<tr><th scope=\"row\">");
  html_text(t, v->info->title);
  if (v->of != NULL) {
    text_add(t, within ? " " : ": ");
    for (const char *c = v->of; *c != '\0'; c++) /* a word of the library */
      text_add_bytes(t, *c == '_' ? " " : c, 1);
    if (within) text_add(t, " s");
  }
  text_add(t, "</th><td class=\"number\">");
  put_vital(t, v);
  text_add(t, "</td></tr>\n");
}

static bool is_latency(const vital *v) {
  return strcmp(v->info->name, "provider_latency") == 0;
}

static bool is_in(const vital *v, const char *group) {
  return v->info->group != NULL && strcmp(v->info->group, group) == 0 && vital_is_shown(v);
}

/* A histogram of response times: for each interval the share of calls that ended in it. */
static void put_latency(text *t, const vitals *v) {
  enum { STEP = 40, HEIGHT = 100, MOST = 16 };
  double part[MOST], before = 0, most = 0;
  const vital *within[MOST];
  size_t count = 0;
  for (size_t i = 0; i < v->count && count < MOST; i++) {
    if (!is_latency(&v->item[i])) continue;
    within[count] = &v->item[i];
    part[count] = v->item[i].value - before;
    before = v->item[i].value;
    if (part[count] > most) most = part[count];
    count++;
  }
  if (most <= 0) return;
  text_addf(
      t,
      "<div class=\"latency\"><p class=\"summary\">How long answers took, in seconds</p>\n<svg class=\"hours\" viewBox=\"0 0 %zu %d\" "
      "preserveAspectRatio=\"none\" aria-hidden=\"true\">\n",
      count * STEP, HEIGHT);
  for (size_t i = 0; i < count; i++) {
    int height = (int)(part[i] / most * (HEIGHT - 2) + 0.5);
    text_addf(t, "<rect class=\"rail\" x=\"%zu\" y=\"%d\" width=\"%d\" height=\"1\"/>",
              i * STEP + 2, HEIGHT - 1, STEP - 4);
    if (height > 0)
      text_addf(t, "<rect x=\"%zu\" y=\"%d\" width=\"%d\" height=\"%d\"/>", i * STEP + 2,
                HEIGHT - height, STEP - 4, height);
  }
  text_add(t, "</svg>\n<div class=\"hour-names\" aria-hidden=\"true\">");
  for (size_t i = 0; i < count; i++) {
    bool beyond = strcmp(within[i]->of, "+Inf") == 0;
    text_add(t, "<span>");
    html_text(t, beyond ? "more" : within[i]->of);
    text_add(t, "</span>");
  }
  text_add(
      t,
      "</div>\n<details id=\"latency-table\"><summary>As a table</summary>"
      "<table class=\"figures\"><thead class=\"hidden-visually\"><tr><th scope=\"col\">Figure</th>"
      "<th scope=\"col\">Value</th></tr></thead><tbody>\n");
  for (size_t i = 0; i < count; i++)
    if (vital_is_shown(within[i])) put_health_row(t, within[i]);
  text_add(t, "</tbody></table></details></div>\n");
}

static void put_group(text *t, const vitals *v, const char *group) {
  text rows = {0};
  for (const vital_info *info = vital_table; info->name != NULL; info++)
    for (size_t i = 0; i < v->count; i++)
      if (v->item[i].info == info && is_in(&v->item[i], group) && !is_latency(&v->item[i]))
        put_health_row(&rows, &v->item[i]);
  put_heading(t, group, group);
  if (rows.data == NULL)
    text_add(t, "<p class=\"nothing\">Nothing is known about this.</p>");
  else
    text_addf(
        t,
        "<table class=\"figures\"><thead class=\"hidden-visually\"><tr><th scope=\"col\">Figure"
        "</th><th scope=\"col\">Value</th></tr></thead><tbody>\n%s</tbody></table>",
        rows.data);
  if (strcmp(group, "Providers") == 0) put_latency(t, v);
  text_add(t, "</section>\n");
  text_free(&rows);
}

void put_live_health(text *t, const vitals *v) {
  put_status(t, v);
  text_add(t, "<div class=\"tiles\">\n");
  put_health_tile(t, v, "lag_p95", "Lag, 95 of 100 readings");
  put_health_tile(t, v, "pending_bytes", "Waiting");
  put_health_tile(t, v, "reject_rate", "Records rejected");
  put_health_tile(t, v, "storage_bytes", "Size of the store");
  put_health_tile(t, v, "days_to_limit", "Limit reached in");
  put_health_tile(t, v, "provider_error_rate", "Calls that failed");
  text_add(t, "</div>\n<div class=\"grid\">\n<div class=\"half\">");
  put_group(t, v, "Reading");
  put_group(t, v, "Rejected");
  text_add(t, "</div>\n<div class=\"half\">");
  put_group(t, v, "Store");
  text_add(t, "</div>\n");
  put_group(t, v, "Providers");
  text_add(t, "</div>\n");
}

/* ---------------------------------------------------------------------------------------- page */

static void put_link(text *t, const char *path, const char *name, const char *title) {
  bool here = strcmp(name, title) == 0;
  text_addf(t, "<a href=\"%s\"%s>%s</a>", path, here ? " aria-current=\"page\"" : "", name);
}

/* The navigation, the state of the connection, and the button to pause. */
static void put_following(text *t, const char *title, bool both) {
  if (both) {
    text_add(t, "<nav aria-label=\"Pages\">");
    put_link(t, "./", "Today", title);
    put_link(t, "health", "Health", title);
    text_add(t, "</nav>\n");
  }
  text_add(
      t, "<p class=\"state\"><span id=\"state\" role=\"status\">as loaded</span></p>\n"
         "<button class=\"button\" id=\"pause\" type=\"button\" aria-pressed=\"false\" hidden>Pause"
         "</button>");
}

void write_live_page(text *t, const char *title, const char *events, text *part, bool both) {
  static const char *const styles[] = {page_base_css, page_live_css, NULL};
  static const char *const scripts[] = {page_live_js, NULL};
  text body = {0};
  char *name = print_text("%s – blueplane", title);
  date now = today();
  text_addf(&body, "<div class=\"page\">\n<header class=\"top\"><h1>%s</h1>\n", title);
  if (events != NULL)
    put_following(&body, title, both);
  else
    text_addf(&body, "<p class=\"state\">as of %04d-%02d-%02d %02d:%02d</p>", now.year, now.month,
              now.day, now.hour, now.minute);
  text_add(&body, "</header>\n<main id=\"live\"");
  if (events != NULL) text_addf(&body, " data-events=\"%s\"", events);
  text_addf(&body, ">\n%s</main>\n</div>\n", part->data != NULL ? part->data : "");
  page p = {name,      styles, events != NULL ? scripts : NULL,
            body.data, NULL,   events != NULL ? "'self'" : NULL};
  write_page(t, &p);
  free(name);
  text_free(&body);
  text_free(part);
}
