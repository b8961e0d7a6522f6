/* privacy.c: previews field by field what would be kept of a file, and tells a person what is
 * stored, what leaves the machine, to whom, and who queried it. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "paths.h"
#include "zone.h"

/* ------------------------------------------------------------------------------------- preview */

/* Uses a store in memory, so that nothing is kept. */
static int preview(program *p, const char *path) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  bp_result *r = NULL;
  text data = {0};
  int code = load_file(&data, path);
  if (code != EXIT_OK) return code;
  how.flags = BP_OPEN_MEMORY;
  how.access = BP_ACCESS_OWNER;
  if (bp_open(&p->store, NULL, &how, &error) != BP_OK ||
      bp_privacy_preview(&r, p->store, p->options.value[OPTION_SOURCE],
                         data.length > 0 ? data.data : "", data.length, &error) != BP_OK)
    code = complain_of(error);
  else
    code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  text_free(&data);
  return code;
}

/* --------------------------------------------------------------------------------------- audit */

/* A section of the page, made from a topic of bp_inspect. */
typedef struct part {
  const char *topic, *title;
  void (*put)(text *t, const screen *s, const bp_result *r);
} part;

static const char *cell(const bp_result *r, size_t row, size_t column) {
  const char *found = bp_result_text(r, row, column, NULL);
  return found == NULL ? "" : found;
}

static void put_day(text *t, const bp_result *r, size_t row, size_t column) {
  char day[16];
  if (bp_result_cell(r, row, column) != BP_CELL_VALUE) return;
  format_date(day, date_of(bp_result_int(r, row, column)));
  text_add(t, day);
}

#define NAME_WIDTH 38 /* fits the longest name of a measure and a space */
static void put_name(text *t, const screen *s, const char *name) {
  char *safe = text_safe(name);
  text_add(t, "  ");
  text_fit(t, safe, NAME_WIDTH, s->ascii);
  free(safe);
}

/* "stored": kind, what, count, since, until; rows are grouped by kind. */
static void put_stored(text *t, const screen *s, const bp_result *r) {
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (bp_result_int(r, row, 2) == 0) continue;
    text name = {0};
    text_addf(&name, "%s: %s", cell(r, row, 0), cell(r, row, 1));
    put_name(t, s, name.data);
    text_free(&name);
    put_count(t, bp_result_int(r, row, 2));
    if (bp_result_cell(r, row, 3) == BP_CELL_VALUE) {
      text_add(t, ", ");
      put_day(t, r, row, 3);
      text_add(t, " to ");
      put_day(t, r, row, 4);
    }
    text_add(t, "\n");
  }
}

/* "retention": limit, days. */
static void put_retention(text *t, const screen *s, const bp_result *r) {
  static const char *const words[][2] = {{"events_days", "what you did"},
                                         {"releases_days", "what your team published"},
                                         {"audit_days", "who asked what"}};
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *name = cell(r, row, 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (strcmp(words[i][0], name) == 0) name = words[i][1];
    put_name(t, s, name);
    if (bp_result_cell(r, row, 1) == BP_CELL_VALUE) {
      put_some(t, (uint64_t)bp_result_int(r, row, 1), "day\n", "days\n");
    } else {
      text_add(t, "forever\n");
    }
  }
}

/* "sharing": name, value; no rows without a team. */
static void put_sharing(text *t, const screen *s, const bp_result *r) {
  if (bp_result_rows(r) == 0) text_add(t, "  No team was joined: nothing leaves this machine.\n");
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    put_name(t, s, cell(r, row, 0));
    text_addf(t, "%s\n", cell(r, row, 1));
  }
}

/* Values are exact, except times and money, whose units are too small to read. */
static void put_sum(text *t, const screen *s, int64_t value, const char *unit) {
  if (strcmp(unit, "us") == 0 || strcmp(unit, "nUSD") == 0) {
    put_number(t, s, unit, (double)value, false);
    return;
  }
  put_count(t, value);
  if (strcmp(unit, "count") != 0) text_addf(t, " %s", unit);
}

/* "outgoing": window, measure, value, unit, dimension, slice, seen_by. Prints the totals, with the
 * audience that may see them individually, and the count of the numbers by dimension. */
static void put_outgoing(text *t, const screen *s, const bp_result *r) {
  size_t apart = 0, whole = 0;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (bp_result_cell(r, row, 4) == BP_CELL_VALUE) {
      apart++;
      continue;
    }
    if (bp_result_int(r, row, 2) == 0) continue;
    whole++;
    put_name(t, s, cell(r, row, 1));
    put_sum(t, s, bp_result_int(r, row, 2), cell(r, row, 3));
    if (bp_result_cell(r, row, 6) == BP_CELL_VALUE)
      text_addf(t, ", which your %s may see alone", cell(r, row, 6));
    text_add(t, "\n");
  }
  if (whole == 0) {
    text_add(t, "  Nothing was done in that week.\n");
    return;
  }
  text more = {0};
  text_add(&more, "and ");
  put_count(&more, (int64_t)apart);
  text_add(
      &more,
      " more numbers, the same by platform, model family, tool category, language, task type and "
      "project of the roster. In a team of three or more the steward's store adds them up, and "
      "deletes yours when the week is published; that is what they are for. The bundle also has "
      "a zero for each number that is known to be zero, the key of this device, the roster it "
      "knows, the fewest people you share among, and your consents as listed below.");
  text_add(t, "  ");
  put_wrapped(t, s, more.data, 2);
  text_free(&more);
}

/* "shared": window, store, revision, cells, shared_at. */
static void put_shared(text *t, const screen *s, const bp_result *r) {
  if (bp_result_rows(r) == 0) text_add(t, "  Nothing has left so far.\n");
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    put_name(t, s, cell(r, row, 0));
    put_some(t, (uint64_t)bp_result_int(r, row, 3), "number for the team, on ",
             "numbers for the team, on ");
    put_day(t, r, row, 4);
    text_add(t, "\n");
  }
}

/* "consent": purpose, audience, state, at, expires. */
static void put_consent(text *t, const screen *s, const bp_result *r) {
  size_t standing = 0;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    bool stands = strcmp(cell(r, row, 2), "in force") == 0;
    standing += stands;
    put_name(t, s, cell(r, row, 0));
    text_addf(t, "%s: %s since ", cell(r, row, 1), cell(r, row, 2));
    put_day(t, r, row, 3);
    if (stands) {
      text_add(t, ", until ");
      put_day(t, r, row, 4);
    }
    text_add(t, "\n");
  }
  if (standing == 0) text_add(t, "  Nobody may see your own numbers but you.\n");
}

/* "audit": at, access, function, asked, from, until. */
static void put_asked(text *t, const screen *s, const bp_result *r) {
  size_t others = 0, own = 0;
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    if (strcmp(cell(r, row, 1), "owner") == 0) {
      own++;
      continue;
    }
    others++;
    put_name(t, s, cell(r, row, 1));
    text asked = {0};
    text_addf(&asked, "%s %s, on ", cell(r, row, 2), cell(r, row, 3));
    put_day(&asked, r, row, 0);
    put_wrapped(t, s, asked.data, 2 + NAME_WIDTH);
    text_free(&asked);
  }
  if (others == 0) text_add(t, "  Nobody else has asked.\n");
  text_add(t, "  As the owner: ");
  put_some(t, own, "question.\n", "different questions.\n");
}

static const part parts[] = {
    {"stored", "What is stored about you, on this machine only", put_stored},
    {"retention", "How long it is kept", put_retention},
    {"sharing", "Who receives numbers of whole weeks", put_sharing},
    {"outgoing", "What the next bundle would contain: only your last whole week", put_outgoing},
    {"shared", "What has left in bundles", put_shared},
    {"consent", "Who may see your own numbers, besides you", put_consent},
    {"audit", "Who asked what", put_asked},
};
#define PARTS (sizeof parts / sizeof *parts)

static const char *const promises =
    "No text of a prompt, of code, of a command or of a message is stored. Names of folders, "
    "branches, tools and commands are kept as you see them above; names kept \"as hashes\" can "
    "only be told apart. The store also keeps what is computed from the facts (stretches of "
    "activity, tasks, sums by quarter of an hour and day), how long its own work took, and marks "
    "of what was erased, which cannot be reversed. blueplane export shows all numbers, blueplane "
    "privacy preview FILE what is read of a "
    "file, blueplane erase removes what you choose.";

static int put_part(const program *p, text *t, json *j, const part *x) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, x->topic, &error) != BP_OK) return complain_of(error);
  int code = EXIT_OK;
  if (is_json(&p->screen)) {
    char *document = NULL;
    if (bp_result_format(&document, NULL, r, "json", &error) == BP_OK)
      json_document(j, x->topic, document);
    else
      code = complain_of(error);
    bp_free(document);
  } else {
    put(t, &p->screen, STYLE_BOLD, x->title, 0);
    text_add(t, "\n");
    x->put(t, &p->screen, r);
    text_add(t, "\n");
  }
  bp_result_free(r);
  return code;
}

static int audit(program *p) {
  text t = {0};
  json j = {0};
  int code = open_store(p, true);
  if (code != EXIT_OK) return code;
  if (is_json(&p->screen)) {
    json_open(&j, NULL, '{');
    json_text(&j, "schema", "blueplane.privacy/1");
  }
  for (size_t i = 0; i < PARTS && code == EXIT_OK; i++)
    code = put_part(p, &t, &j, &parts[i]);
  if (code == EXIT_OK && is_json(&p->screen)) {
    json_close(&j, '}');
    return write_json(&j);
  }
  if (code == EXIT_OK) {
    put_wrapped(&t, &p->screen, promises, 0);
    return write_out(&t);
  }
  text_free(&t);
  text_free(&j.out);
  return code;
}

int run_privacy(program *p) {
  if (strcmp(p->arguments[0], "preview") == 0 && p->argument_count == 2)
    return preview(p, p->arguments[1]);
  if (strcmp(p->arguments[0], "audit") == 0 && p->argument_count == 1) return audit(p);
  static const char usage[] = "usage: blueplane privacy preview FILE, blueplane privacy audit";
  if (strcmp(p->arguments[0], "preview") == 0)
    return complain(EXIT_USAGE, usage, "privacy preview takes a file");
  if (strcmp(p->arguments[0], "audit") == 0)
    return complain(EXIT_USAGE, usage, "privacy audit takes no argument");
  char *shown = text_safe(p->arguments[0]);
  complain(EXIT_USAGE, usage, "privacy has no action %s", shown);
  free(shown);
  return EXIT_USAGE;
}
