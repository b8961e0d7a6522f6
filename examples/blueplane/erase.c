/* erase.c: erases records from the store for good, and prints the receipt. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "zone.h"

static const char *const hint =
    "usage: blueplane erase session ID | workspace NAME | source NAME | range --since DATE --until "
    "DATE | everything | expired";

bp_result *erase_expired(bp_store *store) {
  static const char selector[] = "{\"version\":1,\"expired\":true}";
  bp_result *receipt = NULL;
  bp_erase(&receipt, store, selector, sizeof selector - 1, NULL);
  return receipt;
}

static bool read_day(const program *p, option_id option, date *out) {
  const char *said = p->options.value[option];
  if (said != NULL && parse_date(out, said)) return true;
  complain(EXIT_USAGE, "dates look like 2026-11-23", "erase range needs --since and --until");
  return false;
}

/* Writes the selector as bp_erase takes it; leaves it empty after an error. */
static void put_range(const program *p, json *j) {
  date first, last;
  if (!read_day(p, OPTION_SINCE, &first) || !read_day(p, OPTION_UNTIL, &last)) return;
  json_open(j, NULL, '{');
  json_int(j, "version", 1);
  json_int(j, "from_us", instant_of(first));
  json_int(j, "until_us", instant_of(add_days(last, 1))); /* includes the last day */
  json_close(j, '}');
}

static void put_selector(const program *p, json *j) {
  const char *what = p->arguments[0], *name = p->argument_count > 1 ? p->arguments[1] : NULL;
  bool named = strcmp(what, "session") == 0 || strcmp(what, "workspace") == 0 ||
               strcmp(what, "source") == 0;
  bool whole = strcmp(what, "everything") == 0 || strcmp(what, "expired") == 0;
  if (strcmp(what, "range") == 0 && name == NULL) {
    put_range(p, j);
    return;
  }
  if (!(named && name != NULL) && !(whole && name == NULL)) {
    complain(EXIT_USAGE, hint, "what is to be erased?");
    return;
  }
  json_open(j, NULL, '{');
  json_int(j, "version", 1);
  if (named)
    json_text(j, what, name);
  else
    json_bool(j, what, true);
  json_close(j, '}');
}

static int show(const program *p, const bp_result *receipt) {
  if (!is_table(&p->screen)) return write_result(&p->screen, receipt, NULL);
  text t = {0};
  int64_t went = 0, identifiers = 0, searched = 0;
  for (size_t row = 0; row < bp_result_rows(receipt); row++) {
    const char *item = bp_result_text(receipt, row, 0, NULL);
    int64_t count = bp_result_int(receipt, row, 1);
    if (strcmp(item, "identifiers_searched") == 0) {
      identifiers = count;
    } else if (strcmp(item, "bytes_searched") == 0) {
      searched = count;
    } else if (count > 0) {
      went += count;
      char *words = copy_text(item);
      for (char *c = words; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
      text_fit(&t, words, 24, p->screen.ascii);
      put_count(&t, count);
      text_add(&t, "\n");
      free(words);
    }
  }
  if (went == 0) {
    text_free(&t);
    note(&p->screen, "there was nothing to erase");
    return EXIT_NOTHING;
  }
  text_add(&t, "erased; ");
  put_count(&t, identifiers);
  text_add(&t, " identifiers looked for in ");
  put_bytes(&t, (uint64_t)searched);
  text_add(&t, " of the store's files, none found\n");
  return write_out(&t);
}

int erase_for_good(program *p, const json *selector, bool meant) {
  bp_result *receipt = NULL;
  bp_error *error = NULL;
  if (!meant && !given(&p->options, OPTION_YES))
    return complain(EXIT_USAGE, "repeat the command with --yes",
                    "what is erased cannot be brought back");
  if (bp_erase(&receipt, p->store, selector->out.data, selector->out.length, &error) != BP_OK)
    return complain_of(error);
  int code = show(p, receipt);
  bp_result_free(receipt);
  return code;
}

int run_erase(program *p) {
  json selector = {0};
  put_selector(p, &selector);
  if (selector.out.length == 0) return EXIT_USAGE;
  int code = erase_for_good(p, &selector, strcmp(p->arguments[0], "expired") == 0);
  text_free(&selector.out);
  return code;
}
