/* published.c: opens releases and organisations' stores, and finds the published weeks of a window.
 * Knows no metric. */
#include "published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "exits.h"
#include "paths.h"
#include "system.h"
#include "zone.h"

/* ------------------------------------------------------------------------------------- opening */

static int open_as(bp_store **out, const char *path, uint32_t access, const char *scope,
                   bp_error **error) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  how.access = access;
  how.scope = scope;
  return bp_open(out, path, &how, error);
}

typedef struct release_file {
  const char *path;
  text data;
} release_file;

/* Loads a release. An organisation's store is refused, as stores cannot be merged. */
static int load_release(release_file *f) {
  static const char database[] = "SQLite format 3";
  int code = load_file(&f->data, f->path);
  text_add(&f->data, ""); /* NUL-terminated even if the file is empty */
  if (code != EXIT_OK || strncmp(f->data.data, database, sizeof database) != 0) return code;
  char *shown = short_path(f->path);
  complain(EXIT_USAGE, "name it alone, or the releases that are merged into it",
           "a store is not a release: %s", shown);
  free(shown);
  return EXIT_USAGE;
}

/* Adds the keys of the stores that signed a release. */
static int add_signers(json *j, const release_file *f) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_share_describe(&r, f->data.data, f->data.length, &error) != BP_OK)
    return complain_of_content(f->path, error);
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *name = bp_result_text(r, row, 0, NULL), *value = bp_result_text(r, row, 1, NULL);
    if (strcmp(name, "store") == 0 && strstr(j->out.data, value) == NULL) json_text(j, NULL, value);
  }
  bp_result_free(r);
  return EXIT_OK;
}

/* Trusts all stores that signed the releases, as an organisation would. */
static int trust_all(bp_store *s, const release_file *files, size_t count) {
  json j = {0};
  bp_error *error = NULL;
  int code = EXIT_OK;
  json_open(&j, NULL, '{');
  json_int(&j, "version", 1);
  json_open(&j, "stores", '[');
  for (size_t i = 0; i < count && code == EXIT_OK; i++)
    code = add_signers(&j, &files[i]);
  json_close(&j, ']');
  json_close(&j, '}');
  if (code == EXIT_OK && bp_configure(s, "trust", j.out.data, j.out.length, &error) != BP_OK)
    code = complain_of(error);
  text_free(&j.out);
  return code;
}

static int merge_all(bp_store *s, const release_file *files, size_t count) {
  int code = trust_all(s, files, count);
  for (size_t i = 0; i < count && code == EXIT_OK; i++) {
    bp_result *r = NULL;
    bp_error *error = NULL;
    if (bp_share_merge(&r, s, files[i].data.data, files[i].data.length, &error) != BP_OK)
      code = complain_of_content(files[i].path, error);
    bp_result_free(r);
  }
  return code;
}

static int put_together(published *x, char *const *paths, size_t count, uint32_t access) {
  release_file *files = need(calloc(count, sizeof *files));
  bp_error *error = NULL;
  bp_store *steward = NULL;
  int code = EXIT_OK;
  x->folder = temporary_folder();
  if (x->folder == NULL)
    code = complain(EXIT_FAILED, TEMPORARY " may name another place",
                    "cannot make a temporary folder");
  for (size_t i = 0; i < count && code == EXIT_OK; i++) {
    files[i].path = paths[i];
    code = load_release(&files[i]);
  }
  char *path = print_text("%s/all.db", x->folder != NULL ? x->folder : "");
  if (code == EXIT_OK &&
      open_as(&steward, path, BP_ACCESS_STEWARD, "organisation", &error) != BP_OK)
    code = complain_of(error);
  if (code == EXIT_OK) code = merge_all(steward, files, count);
  bp_close(steward);
  if (code == EXIT_OK && open_as(&x->store, path, access, NULL, &error) != BP_OK)
    code = complain_of(error);
  free(path);
  for (size_t i = 0; i < count; i++)
    text_free(&files[i].data);
  free(files);
  return code;
}

/* Rows are ordered by week; a week of several teams has several rows. */
static void add_week(published *x, int64_t monday, const char *store) {
  published_week *last = x->weeks > 0 ? &x->week[x->weeks - 1] : NULL;
  if (last != NULL && last->monday == monday) {
    char *both = print_text("%s %s", last->stores, store);
    free(last->stores);
    last->stores = both;
    return;
  }
  x->week = need(realloc(x->week, (x->weeks + 1) * sizeof *x->week));
  x->week[x->weeks++] = (published_week){monday, copy_text(store)};
  x->last = monday;
}

int same_organisation(char **known, const char *said) {
  if (*known == NULL) *known = copy_text(said);
  if (strcmp(*known, said) == 0) return EXIT_OK;
  return complain(EXIT_USAGE, "name the files of one",
                  "the files are of two organisations, %s and %s", *known, said);
}

/* The stores that published any week from `first` up to but not including `end`, each after a
 * space; the caller frees it. */
static char *stores_of(const published *x, int64_t first, int64_t end) {
  text all = {0};
  text_add(&all, "");
  for (size_t i = 0; i < x->weeks; i++) {
    const published_week *one = &x->week[i];
    if (one->monday < first || one->monday >= end) continue;
    for (const char *at = one->stores; *at != '\0'; at += strspn(at, " ")) {
      char *store = print_text(" %.*s", (int)strcspn(at, " "), at);
      if (strstr(all.data, store) == NULL) text_add(&all, store);
      at += strlen(store) - 1;
      free(store);
    }
  }
  return all.data;
}

/* Finds the published weeks and their stores. Weeks without cells, because they were withdrawn or
 * expired, do not count. An organisation's own store may hold weeks of other organisations, as its
 * steward decides whom to trust. */
static int look_inside(published *x) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  int code = EXIT_OK;
  if (bp_inspect(&r, x->store, "published", &error) != BP_OK) return complain_of(error);
  for (size_t row = 0; row < bp_result_rows(r) && code == EXIT_OK; row++) {
    int64_t monday;
    if (!read_week_name(&monday, bp_result_text(r, row, 0, NULL))) continue;
    if (bp_result_int(r, row, 5) == 0) continue;
    if (x->organisation == NULL || x->folder != NULL)
      code = same_organisation(&x->organisation, bp_result_text(r, row, 1, NULL));
    add_week(x, monday, bp_result_text(r, row, 2, NULL));
  }
  bp_result_free(r);
  if (code != EXIT_OK) return code;
  x->stores = stores_of(x, INT64_MIN, INT64_MAX);
  return x->weeks > 0 ? EXIT_OK : complain(EXIT_NOTHING, NULL, "nothing is published there");
}

int complain_of_opening(const program *p, bp_error *error) {
  bool named = given(&p->options, OPTION_STORE) || p->options.release.count > 0 ||
               p->argument_count > 1;
  int code = bp_error_code(error);
  if (named || (code != BP_ERR_DENIED && code != BP_ERR_NOTFOUND)) return complain_of(error);
  bp_error_free(error);
  return complain(EXIT_USAGE,
                  "name an organisation's store with --store, or releases with --release",
                  "there is nothing published in your own store");
}

int open_published(published *out, program *p, uint32_t access) {
  *out = (published){.asked = p};
  strings paths = {0};
  bp_error *error = NULL;
  for (size_t i = 0; i < p->options.release.count; i++)
    strings_add(&paths, p->options.release.item[i]);
  for (size_t i = 1; i < p->argument_count; i++)
    strings_add(&paths, p->arguments[i]);
  if (paths.count == 0) strings_add(&paths, p->store_path);
  int code = EXIT_OK;
  if (paths.count > 1)
    code = put_together(out, paths.item, paths.count, access);
  else if (open_as(&out->store, paths.item[0], access, NULL, &error) != BP_OK)
    code = complain_of_opening(p, error);
  strings_free(&paths);
  return code == EXIT_OK ? look_inside(out) : code;
}

void close_published(published *x) {
  static const char *const files[] = {"all.db", "all.db-wal", "all.db-shm", "all.db.key"};
  bp_close(x->store);
  for (size_t i = 0; x->folder != NULL && i < sizeof files / sizeof *files; i++) {
    char *path = print_text("%s/%s", x->folder, files[i]);
    remove(path);
    free(path);
  }
  if (x->folder != NULL) rmdir(x->folder);
  free(x->folder);
  free(x->organisation);
  free(x->stores);
  for (size_t i = 0; i < x->weeks; i++)
    free(x->week[i].stores);
  free(x->week);
  *x = (published){0};
}

/* ------------------------------------------------------------------------------------- windows */

/* Whether some stores are missing; valid as all keys have the same length. */
static bool lacks(const published_week *week, const char *all) {
  return strlen(week->stores) + 1 < strlen(all);
}

bool is_partly(const published *x, const published_week *week) {
  return lacks(week, x->stores);
}

/* Counts the weeks from `first` up to but not including `end`, and finds their stores. */
static void find_stores(window *w, const published *x, int64_t first, int64_t end) {
  char *all = stores_of(x, first, end);
  for (size_t i = 0; i < x->weeks; i++) {
    const published_week *one = &x->week[i];
    if (one->monday < first || one->monday >= end) continue;
    w->partly += lacks(one, all);
    w->stores = one->stores;
    w->published++;
  }
  if (w->partly > 0) w->stores = NULL;
  free(all);
}

bool same_stores(const window *a, const window *b) {
  return a->stores != NULL && b->stores != NULL && strcmp(a->stores, b->stores) == 0;
}

/* A week belongs to the month of its Thursday. */
static window window_at(const published *x, int64_t day, bool quarter) {
  window w = {.quarter = quarter};
  int year, month, unused;
  char from[16], last[16];
  civil_of(day, &year, &month, &unused);
  w.from = quarter ? days_of(year, (month - 1) / 3 * 3 + 1, 1) : days_of(year, month, 1);
  w.until = month_start(w.from, quarter ? 3 : 1);
  int64_t first = monday_of(w.from + 3), end = monday_of(w.until + 3);
  w.weeks = (int)((end - first) / 7);
  find_stores(&w, x, first, end);
  w.reached = x->last < first ? 0 : x->last >= end ? w.weeks : (int)((x->last - first) / 7) + 1;
  if (quarter) {
    snprintf(w.name, sizeof w.name, "Q%d %d", (month - 1) / 3 + 1, year);
    snprintf(w.row, sizeof w.row, "%04d-Q%d", year % 10000, (month - 1) / 3 % 4 + 1);
  } else {
    snprintf(w.name, sizeof w.name, "%s %d", month_name(month), year);
    snprintf(w.row, sizeof w.row, "%04d-%02d", year % 10000, month % 100);
  }
  put_days(from, w.from);
  put_days(last, w.until - 1);
  snprintf(w.period, sizeof w.period, "%s/%s", from, last);
  return w;
}

bool window_before(window *out, const published *x, const window *w) {
  *out = window_at(x, w->from - 1, w->quarter);
  return out->published > 0;
}

/* The last window with all weeks published, or else the last one. */
static window last_window(const published *x, bool quarter) {
  window w = window_at(x, x->last + 3, quarter), before;
  if (w.published == w.weeks || !window_before(&before, x, &w)) return w;
  return before.published == before.weeks ? before : w;
}

int choose_window(window *out, const published *x, const program *p, const char *otherwise) {
  const char *wanted = p->options.value[OPTION_PERIOD];
  int year = 0, number = 0, length = 0;
  if (wanted == NULL) wanted = otherwise;
  if (strcmp(wanted, "month") == 0 || strcmp(wanted, "quarter") == 0) {
    *out = last_window(x, wanted[0] == 'q');
    /* The widths limit the numbers to int. NOLINTNEXTLINE(cert-err34-c) */
  } else if (sscanf(wanted, "%4d-Q%1d%n", &year, &number, &length) == 2 && wanted[length] == '\0' &&
             number >= 1 && number <= 4) {
    *out = window_at(x, days_of(year, number * 3, 1), true);
    /* The same. NOLINTNEXTLINE(cert-err34-c) */
  } else if (sscanf(wanted, "%4d-%2d%n", &year, &number, &length) == 2 && wanted[length] == '\0' &&
             number >= 1 && number <= 12) {
    *out = window_at(x, days_of(year, number, 1), false);
  } else {
    return complain(EXIT_USAGE, "month, quarter, 2026-03 or 2026-Q1",
                    "a report is of a month or a quarter");
  }
  if (out->published > 0) return EXIT_OK;
  return complain(EXIT_NOTHING, NULL, "nothing of %s is published there", out->name);
}

char *weeks_published(const published *x, const window *w) {
  text t = {0};
  text_addf(&t, "%s: %d of %d weeks are published", x->organisation, w->published, w->weeks);
  if (w->partly > 0) text_addf(&t, ", %d of them not by every team's store", w->partly);
  text_add(&t, ".");
  return t.data;
}

/* ----------------------------------------------------------------------------------- questions */

bp_result *ask_published(const published *x, question q, int *code) {
  program asked = *x->asked;
  bp_result *r = NULL;
  asked.store = x->store;
  if (*code == EXIT_OK) *code = ask(&r, &asked, &q);
  return r;
}
