/* ask.c: builds queries from options (periods in words, filters), and opens and configures the
 * store. Knows no metric. */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "interrupt.h"
#include "paths.h"
#include "system.h"
#include "zone.h"

/* --------------------------------------------------------------------------------------- store */

int load_file(text *out, const char *path) {
  FILE *file = fopen(path, "rb");
  int failed = file == NULL ? errno : 0;
  if (is_folder(path)) failed = EISDIR;
  char block[65536];
  size_t length;
  while (failed == 0 && (length = fread(block, 1, sizeof block, file)) > 0)
    text_add_bytes(out, block, length);
  if (failed == 0 && ferror(file)) failed = EIO;
  if (file != NULL) fclose(file);
  if (failed == 0) return EXIT_OK;
  char *shown = short_path(path);
  complain(EXIT_FAILED, NULL, "cannot read %s: %s", shown, strerror(failed));
  free(shown);
  return EXIT_FAILED;
}

int configure_from(bp_store *store, const char *topic, const char *path) {
  text document = {0};
  bp_error *error = NULL;
  int code = load_file(&document, path);
  if (code == EXIT_OK && bp_configure(store, topic, document.length > 0 ? document.data : "",
                                      document.length, &error) != BP_OK)
    code = complain_of_content(path, error);
  text_free(&document);
  return code;
}

/* Passes the file that an option names to bp_configure. */
static int use_document(const program *p, int option, const char *topic) {
  const char *path = p->options.value[option];
  bool used = path == NULL || configure_from(p->store, topic, path) == EXIT_OK;
  return used ? EXIT_OK : EXIT_FAILED;
}

static int use_documents(const program *p) {
  int code = use_document(p, OPTION_PRICES, "prices");
  return code != EXIT_OK ? code : use_document(p, OPTION_ASSUMPTIONS, "assumptions");
}

/* Opens the store for reading: it can still answer if it cannot be written or its key file is
 * missing. */
static int open_to_read(program *p, bp_open_options *how, bp_error **error) {
  bp_error *why = *error;
  *error = NULL;
  how->flags = BP_OPEN_READONLY;
  int rc = bp_open(&p->store, p->store_path, how, error);
  if (rc == BP_OK && bp_error_code(why) != BP_ERR_READONLY) {
    char *safe = text_safe(bp_error_message(why));
    note(&p->screen, "note: %s; this answer covers what is stored", safe);
    free(safe);
    p->only_stored = true;
  }
  bp_error_free(why);
  return rc;
}

int open_store(program *p, bool only_asks) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  how.access = BP_ACCESS_OWNER;
  int failed = make_folder_of(p->store_path);
  if (failed != 0)
    return complain(EXIT_FAILED, "name another place with --store or BLUEPLANE_STORE",
                    "cannot make the folder of %s: %s", p->store_path, strerror(failed));
  bool fresh = given(&p->options, OPTION_STORE) && access(p->store_path, F_OK) != 0;
  int rc = bp_open(&p->store, p->store_path, &how, &error);
  if (rc == BP_OK && fresh) { /* its path may be mistyped */
    char *shown = short_path(p->store_path);
    note(&p->screen, "made a new store: %s", shown);
    free(shown);
  }
  bool content = only_asks && (rc == BP_ERR_NOTFOUND || given(&p->options, OPTION_NO_SYNC));
  if (rc == BP_ERR_READONLY || (rc != BP_OK && content)) rc = open_to_read(p, &how, &error);
  if (rc == BP_OK) return use_documents(p);
  int code = complain_of(error);
  return code == EXIT_USAGE ? EXIT_FAILED : code;
}

/* ------------------------------------------------------------------------------------- periods */

bool is_period(const char *word) {
  bp_query *query = NULL;
  bool known = bp_query_new(&query, NULL) == BP_OK && bp_query_period(query, word, NULL) == BP_OK;
  bp_query_free(query);
  return known;
}

static bool is_baseline(const char *word) {
  bp_query *query = NULL;
  bool known = bp_query_new(&query, NULL) == BP_OK && bp_query_compare(query, word) == BP_OK;
  bp_query_free(query);
  return known;
}

/* Refuses a value of an option, and suggests the nearest of its usual ones, or says all. */
static int refuse_value(option_id id, const char *what, const char *word) {
  const option_info *info = find_option(id);
  strings usual = {0};
  nearest n = {word, NULL, 0};
  strings_add_words(&usual, info->values);
  for (size_t i = 0; i < usual.count; i++)
    nearest_try(&n, usual.item[i]);
  int code = complain_of_name(what, &n, info->help);
  strings_free(&usual);
  return code;
}

int refuse_period(const char *word) {
  return refuse_value(OPTION_PERIOD, "there is no period", word);
}

static bool is_days_ago(const char *word, int *days) {
  char *end;
  long value = strtol(word, &end, 10);
  if (end == word || strcmp(end, "d") != 0 || value < 0 || value > 100000) return false;
  *days = (int)value;
  return true;
}

/* Parses a day as people write it; prints an error if it is not one. */
static bool read_day(date *out, option_id id, const char *word) {
  int days;
  if (strcmp(word, "today") == 0)
    *out = today();
  else if (strcmp(word, "yesterday") == 0)
    *out = add_days(today(), -1);
  else if (is_days_ago(word, &days))
    *out = add_days(today(), -days);
  else if (!parse_date(out, word)) {
    char *shown = text_safe(word);
    complain(EXIT_USAGE, "days are written YYYY-MM-DD, today, yesterday, or 7d for seven days ago",
             "--%s: \"%s\" is not a day", find_option(id)->name, shown);
    free(shown);
    return false;
  }
  return true;
}

static char *between(const program *p) {
  const char *since = p->options.value[OPTION_SINCE], *until = p->options.value[OPTION_UNTIL];
  date first = {1970, 1, 1, 3, 0, 0}, last = today();
  if (since != NULL && !read_day(&first, OPTION_SINCE, since)) return NULL;
  if (until != NULL && !read_day(&last, OPTION_UNTIL, until)) return NULL;
  char a[16], b[16];
  format_date(a, first);
  format_date(b, last);
  if (strcmp(a, b) <= 0) return print_text("%s/%s", a, b);
  complain(EXIT_USAGE, NULL, "the first day, %s, is after the last, %s", a, b);
  return NULL;
}

char *period_of(const program *p, const char *otherwise) {
  const options *o = &p->options;
  bool range = given(o, OPTION_SINCE) || given(o, OPTION_UNTIL);
  if (given(o, OPTION_PERIOD) + given(o, OPTION_DATE) + range > 1) {
    complain(EXIT_USAGE, NULL, "--period, --date and --since/--until exclude each other");
    return NULL;
  }
  if (range) return between(p);
  if (given(o, OPTION_DATE)) {
    date day;
    char name[16];
    if (!read_day(&day, OPTION_DATE, o->value[OPTION_DATE])) return NULL;
    format_date(name, day);
    return copy_text(name);
  }
  return copy_text(given(o, OPTION_PERIOD) ? o->value[OPTION_PERIOD] : otherwise);
}

/* ----------------------------------------------------------------------------------- questions */

/* "platform=codex" or "platform!=codex"; its form was checked when the options were read. */
static void add_filter(bp_query *query, const char *filter) {
  const char *sign = strchr(filter, '=');
  bool not_equal = sign[-1] == '!';
  text dimension = {0};
  text_add_bytes(&dimension, filter, (size_t)(sign - filter) - not_equal);
  bp_query_where(query, dimension.data, not_equal ? "!=" : "=", sign + 1);
  text_free(&dimension);
}

static bool compares(const question *q) {
  return q->compare != NULL && strcmp(q->compare, "none") != 0;
}

/* The query remembers the first failure of these calls; bp_query_run reports it. */
static void build(bp_query *query, const program *p, const question *q) {
  char limit[24];
  for (size_t i = 0; q->metrics[i] != NULL; i++)
    bp_query_metric(query, q->metrics[i]);
  for (size_t i = 0; i < 4 && q->by[i] != NULL; i++)
    bp_query_by(query, q->by[i]);
  bp_query_period(query, q->period, p->zone);
  if (compares(q)) bp_query_compare(query, q->compare);
  if (q->order != NULL) bp_query_set(query, "order", q->order);
  if (p->options.value[OPTION_WEEK_START] != NULL)
    bp_query_set(query, "week_start", p->options.value[OPTION_WEEK_START]);
  if (q->limit > 0) {
    snprintf(limit, sizeof limit, "%lld", (long long)q->limit);
    bp_query_set(query, "limit", limit);
  }
  for (size_t i = 0; i < p->options.where.count; i++)
    add_filter(query, p->options.where.item[i]);
}

int try_ask(bp_result **out, const program *p, const question *q, bp_error **error) {
  bp_query *query = NULL;
  *out = NULL;
  int rc = bp_query_new(&query, error);
  if (rc != BP_OK) return rc;
  build(query, p, q);
  rc = bp_query_run(out, p->store, query, error);
  bp_query_free(query);
  return rc;
}

int ask(bp_result **out, const program *p, const question *q) {
  bp_error *error = NULL;
  if (interrupted) return EXIT_INTERRUPTED;
  if (!is_period(q->period)) return refuse_period(q->period);
  if (compares(q) && !is_baseline(q->compare))
    return refuse_value(OPTION_COMPARE, "there is no baseline", q->compare);
  return try_ask(out, p, q, &error) == BP_OK ? EXIT_OK : complain_of(error);
}
