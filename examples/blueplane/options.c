/* options.c: parses the command line, with popt, and the configuration file. An option means the
 * same for all commands, so there is one table. */
#include "options.h"

#include <errno.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "text.h"

#define FORMATS "table json ndjson csv markdown html prometheus"
#define BASELINES "previous year average trailing_4w trailing_12w none last_week last_month"
#define PERIODS "today yesterday week month quarter year last_week last_month 7d 28d 90d all"

const option_info option_table[] = {
    {OPTION_STORE, "store", 0, false, "PATH", "@files", "the store; default: see doctor"},
    {OPTION_ZONE, "zone", 0, false, "NAME", NULL, "IANA time zone that decides days and hours"},
    {OPTION_WEEK_START, "week-start", 0, false, "DAY", "monday sunday", "first day of the week"},
    {OPTION_FORMAT, "format", 'f', false, "FORMAT", FORMATS,
     "table, json, ndjson, csv, markdown or html; health also prometheus"},
    {OPTION_JSON, "json", 'j', false, NULL, NULL, "the same as --format json"},
    {OPTION_COLOR, "color", 0, false, "WHEN", "auto always never",
     "auto (the default): on a terminal, unless NO_COLOR is set"},
    {OPTION_QUIET, "quiet", 'q', false, NULL, NULL, "no notes and no progress"},
    {OPTION_NO_SYNC, "no-sync", 'n', false, NULL, NULL, "answer from what is stored already"},
    {OPTION_PRICES, "prices", 0, false, "FILE", "@files",
     "a price table instead of the built-in one"},
    {OPTION_ASSUMPTIONS, "assumptions", 0, false, "FILE", "@files",
     "what estimates assume, instead of the built-in values"},
    {OPTION_HELP, "help", 'h', false, NULL, NULL, "help on the program or a command"},
    {OPTION_VERSION, "version", 'V', false, NULL, NULL, "the version"},

    {OPTION_PERIOD, "period", 'p', false, "PERIOD", PERIODS,
     "today, yesterday, week, month, quarter, year, last_week, last_month, Nd, all, a date, two "
     "dates with / between, 2026-03, 2026-Q1 or 2026-W07"},
    {OPTION_DATE, "date", 'd', false, "DATE", NULL, "one day, YYYY-MM-DD"},
    {OPTION_SINCE, "since", 's', false, "DATE", NULL,
     "first day: YYYY-MM-DD, today, yesterday, or Nd for N days ago"},
    {OPTION_UNTIL, "until", 'u', false, "DATE", NULL,
     "last day, in the form of --since; questions default to today"},
    {OPTION_COMPARE, "compare", 'c', false, "BASELINE", BASELINES,
     "previous, year (the same dates a year ago), average or trailing_4w (your own, of four weeks), "
     "trailing_12w, any period but all, or none"},
    {OPTION_BY, "by", 'b', true, "DIMENSION", "@dimensions",
     "a row for each value of it; several with commas or several --by"},
    {OPTION_WHERE, "where", 'w', true, "DIMENSION=VALUE", "@dimensions",
     "only what matches; != for what does not"},
    {OPTION_ORDER, "order", 'o', false, "COLUMN", NULL,
     "sort by a column; with - in front the greatest first"},
    {OPTION_LIMIT, "limit", 'l', false, "N", NULL, "at most N rows"},
    {OPTION_STATS, "stats", 0, false, NULL, NULL, "figures about the sessions instead of the list"},
    {OPTION_SOURCE, "source", 0, false, "SOURCE", "@sources",
     "the format of the input, instead of detecting it"},
    {OPTION_AUTHOR, "author", 0, true, "ADDRESS", NULL,
     "your mail address in commits; several with commas or several --author"},
    {OPTION_RESTART, "restart", 0, false, NULL, NULL,
     "read from the beginning, whatever was read before"},
    {OPTION_FAIL_ON, "fail-on", 0, true, "NAME>VALUE", NULL,
     "exit with 5 if a figure is beyond the value, as in lag_p95>60s,rejects>0.1%; >, >=, < or <="},
    {OPTION_INTEGRITY, "integrity", 0, false, NULL, NULL,
     "check the store's whole file, which takes a while"},
    {OPTION_SIZE_LIMIT, "size-limit", 0, false, "SIZE", NULL,
     "what the store may grow to, as in 2GB; default: what the disk has room for"},
    {OPTION_QUEUE, "queue", 0, false, "URL", NULL,
     "a Redis stream that events wait in: redis://HOST[:PORT]/STREAM[?group=NAME]"},
    {OPTION_POLL, "poll", 0, false, NULL, NULL,
     "poll for changes instead of having the system report them"},
    {OPTION_HEALTH, "health", 0, false, NULL, NULL, "only the figures of health"},
    {OPTION_BIND, "bind", 0, false, "ADDRESS", NULL,
     "the address to listen on; default: 127.0.0.1. Any but this machine's own needs a token"},
    {OPTION_PORT, "port", 0, false, "PORT", NULL, "the port to listen on; default: 7077, 0: any"},
    {OPTION_HOST, "host", 0, true, "NAME", NULL,
     "another name under which this server is reached; several with commas or several --host"},
    {OPTION_TOKEN_FILE, "token-file", 0, false, "FILE", "@files",
     "a file with the token that clients must send, 16 characters or more"},
    {OPTION_UNPRICED, "unpriced", 0, false, NULL, NULL,
     "the models in the store that have no price, with their tokens"},
    {OPTION_AS, "as", 0, false, "ACCESS", "manager lead research",
     "whose view: manager, research or lead"},
    {OPTION_TEAM, "team", 0, false, "TEAM", NULL, "the team of a lead"},
    {OPTION_YES, "yes", 0, false, NULL, NULL, "confirm what cannot be undone"},
    {OPTION_OUTPUT, "output", 'O', false, "FILE", "@files",
     "the file to write; - is standard output"},
    {OPTION_RELEASE, "release", 0, true, "FILE", "@files", "a release or an organisation's store"},
    {OPTION_FROM, "from", 0, false, "ADDRESS", NULL, "who sends the mail"},
    {OPTION_TO, "to", 0, false, "ADDRESS", NULL, "who receives it"},
    {OPTION_BENCHMARK, "benchmark", 0, false, "FILE", "@files",
     "references of your organisation to compare figures with"},
    {OPTION_WEEKS, "weeks", 0, false, "N", NULL, "how many weeks"},
    {OPTION_NONE, NULL, 0, false, NULL, NULL, NULL}};

const option_info *find_option(option_id id) {
  const option_info *info = option_table;
  while (info->name != NULL && info->id != id)
    info++;
  return info->name == NULL ? NULL : info;
}

/* ------------------------------------------------------------------------------------- strings */

void strings_add(strings *s, const char *value) {
  s->item = need(realloc(s->item, (s->count + 2) * sizeof *s->item));
  s->item[s->count++] = copy_text(value);
  s->item[s->count] = NULL;
}

void strings_add_list(strings *s, const char *list) {
  while (*list != '\0') {
    size_t length = strcspn(list, ",");
    text part = {0};
    text_add_bytes(&part, list, length);
    if (length > 0) strings_add(s, part.data);
    text_free(&part);
    list += length + (list[length] == ',');
  }
}

void strings_add_words(strings *s, const char *words) {
  char *list = copy_text(words);
  for (char *at = list; *at != '\0'; at++)
    if (*at == ' ') *at = ',';
  strings_add_list(s, list);
  free(list);
}

void strings_free(strings *s) {
  for (size_t i = 0; i < s->count; i++)
    free(s->item[i]);
  free(s->item);
  *s = (strings){0};
}

/* -------------------------------------------------------------------------------------- values */

/* Whether the value is one of the words. If not, *best is the nearest, or NULL. */
static bool is_word(const char *words, const char *value, char **best) {
  nearest n = {value, NULL, 0};
  strings all = {0};
  strings_add_words(&all, words);
  bool found = false;
  for (size_t i = 0; i < all.count; i++) {
    found = found || strcmp(all.item[i], value) == 0;
    nearest_try(&n, all.item[i]);
  }
  *best = !found && n.best != NULL ? copy_text(n.best) : NULL;
  strings_free(&all);
  return found;
}

/* Accepts "md", as many would type it, and "/dev/stdout" for "-". */
static const char *usual_name(option_id id, const char *value) {
  if (id == OPTION_FORMAT && strcmp(value, "md") == 0) return "markdown";
  return id == OPTION_OUTPUT && strcmp(value, "/dev/stdout") == 0 ? "-" : value;
}

/* Whether these are all its values: periods are the library's, and any of them is a baseline. */
static bool is_closed(const option_info *info) {
  return info->values != NULL && info->values[0] != '@' && info->id != OPTION_PERIOD &&
         info->id != OPTION_COMPARE;
}

/* Returns NULL, or what is wrong with the value. */
static char *check_value(const option_info *info, const char *value) {
  char *best = NULL, *problem = NULL;
  if (is_closed(info) && !is_word(info->values, value, &best)) {
    char *shown = text_safe(value);
    problem =
        best != NULL
            ? print_text("--%s does not know \"%s\"; did you mean \"%s\"?", info->name, shown, best)
            : print_text("--%s does not know \"%s\"; it takes: %s", info->name, shown,
                         info->id == OPTION_FORMAT ? info->help : info->values);
    free(shown);
  } else if (info->id == OPTION_WHERE) {
    const char *sign = strchr(value, '=');
    if (sign == NULL || sign == value || (sign == value + 1 && value[0] == '!'))
      problem = copy_text("--where takes DIMENSION=VALUE or DIMENSION!=VALUE");
  } else if (info->id == OPTION_LIMIT) {
    char *end;
    errno = 0;
    long rows = strtol(value, &end, 10);
    if (errno != 0 || *end != '\0' || end == value || rows < 1)
      problem = copy_text("--limit takes a number of rows, 1 or more");
  } else if (info->id == OPTION_SIZE_LIMIT) {
    double bytes;
    if (!parse_bytes(&bytes, value) || bytes < 1)
      problem = copy_text("--size-limit takes a size like 500MB or 2GB");
  } else if (info->id == OPTION_PORT) {
    char *end;
    long port = strtol(value, &end, 10);
    if (*end != '\0' || end == value || port < 0 || port > 65535)
      problem = copy_text("--port takes a number from 0 to 65535");
  }
  free(best);
  return problem;
}

static void set_value(options *o, option_id id, const char *value) {
  free(o->value[id]);
  o->value[id] = copy_text(usual_name(id, value));
}

/* ------------------------------------------------------------------------------------ popt */

static size_t option_count(void) {
  size_t count = 0;
  while (option_table[count].name != NULL)
    count++;
  return count;
}

static struct poptOption *popt_table(void) {
  size_t count = option_count();
  struct poptOption *table = need(calloc(count + 1, sizeof *table));
  for (size_t i = 0; i < count; i++) {
    const option_info *info = &option_table[i];
    table[i].longName = info->name;
    table[i].shortName = info->letter;
    table[i].argInfo = info->argument != NULL ? POPT_ARG_STRING : POPT_ARG_NONE;
    table[i].val = (int)info->id;
  }
  return table;
}

static char *take_option(options *o, option_id id, char *argument) {
  const option_info *info = find_option(id);
  o->given |= OPTION_BIT(id);
  if (argument == NULL) return NULL;
  char *problem = check_value(info, usual_name(id, argument));
  if (problem == NULL) set_value(o, id, argument);
  if (id == OPTION_BY) strings_add_list(&o->by, argument);
  if (id == OPTION_WHERE) strings_add(&o->where, argument);
  if (id == OPTION_FAIL_ON) strings_add(&o->fail_on, argument);
  if (id == OPTION_AUTHOR) strings_add_list(&o->author, argument);
  if (id == OPTION_RELEASE) strings_add(&o->release, argument);
  if (id == OPTION_HOST) strings_add_list(&o->host, argument);
  return problem;
}

/* Describes an error of popt. */
static char *describe(int code, const char *typed) {
  char *shown = text_safe(typed), *problem;
  const char *name = typed + strspn(typed, "-");
  nearest n = {name, NULL, 0};
  for (const option_info *info = option_table; info->name != NULL; info++)
    nearest_try(&n, info->name);
  if (code == POPT_ERROR_NOARG)
    problem = print_text("%s needs a value", shown);
  else if (code == POPT_ERROR_UNWANTEDARG)
    problem = print_text("%s takes no value", shown);
  else if (code != POPT_ERROR_BADOPT)
    problem = print_text("%s: %s", shown, poptStrerror(code));
  else if (n.best != NULL && typed[1] == '-')
    problem = print_text("there is no option %s; did you mean --%s?", shown, n.best);
  else
    problem = print_text("there is no option %s", shown);
  free(shown);
  return problem;
}

char *options_read(options *o, int argc, const char **argv) {
  struct poptOption *table = popt_table();
  poptContext context = need(poptGetContext("blueplane", argc, argv, table, POPT_CONTEXT_NO_EXEC));
  char *problem = NULL;
  int id;
  while (problem == NULL && (id = poptGetNextOpt(context)) > 0) {
    char *argument = poptGetOptArg(context);
    problem = take_option(o, (option_id)id, argument);
    free(argument);
  }
  if (problem == NULL && id < -1)
    problem = describe(id, poptBadOption(context, POPT_BADOPTION_NOALIAS));
  const char *argument;
  while ((argument = poptGetArg(context)) != NULL)
    strings_add(&o->arguments, argument);
  if (given(o, OPTION_JSON) && o->value[OPTION_FORMAT] == NULL) set_value(o, OPTION_FORMAT, "json");
  poptFreeContext(context);
  free(table);
  return problem;
}

/* -------------------------------------------------------------------------- configuration file */

static char *trim(char *string) {
  string += strspn(string, " \t");
  size_t length = strlen(string);
  while (length > 0 && strchr(" \t\r\n", string[length - 1]) != NULL)
    string[--length] = '\0';
  return string;
}

static char *take_line(options *o, char *line, const char *path, int number) {
  char *name = trim(line);
  if (name[0] == '\0' || name[0] == '#') return NULL;
  char *sign = strchr(name, '=');
  if (sign == NULL) return print_text("%s:%d: not of the form name = value", path, number);
  *sign = '\0';
  char *value = trim(sign + 1);
  name = trim(name);
  const option_info *info = option_table;
  while (info->name != NULL && strcmp(info->name, name) != 0)
    info++;
  if (info->name == NULL || info->argument == NULL || !(OPTIONS_GLOBAL & OPTION_BIT(info->id)))
    return print_text("%s:%d: there is no setting of this name; there are: store, zone, "
                      "week-start, format, color, prices, assumptions",
                      path, number);
  if (value[0] == '\0') return print_text("%s:%d: %s has no value", path, number, name);
  if (info->id == OPTION_FORMAT && strcmp(value, "prometheus") == 0)
    return print_text(
        "%s:%d: only health writes prometheus: give --format prometheus on its command line", path,
        number);
  bool is_path = info->values != NULL && strcmp(info->values, "@files") == 0;
  char *problem = check_value(info, usual_name(info->id, value));
  if (problem != NULL) {
    char *placed = print_text("%s:%d: %s", path, number, problem + strlen("--"));
    free(problem);
    return placed;
  }
  if (o->value[info->id] != NULL) return NULL;
  char *meant = is_path ? expand_home(value) : copy_text(value); /* no shell expanded it */
  set_value(o, info->id, meant);
  free(meant);
  return NULL;
}

char *options_read_file(options *o, const char *path) {
  errno = 0;
  FILE *file = fopen(path, "r");
  if (file == NULL && (errno == ENOENT || errno == ENOTDIR)) return NULL;
  char line[4096], *problem = NULL;
  for (int number = 1; file != NULL && problem == NULL && fgets(line, sizeof line, file) != NULL;
       number++)
    problem = take_line(o, line, path, number);
  if (problem == NULL && (file == NULL || ferror(file)))
    problem = print_text("%s cannot be read: %s", path, strerror(errno));
  if (file != NULL) fclose(file);
  return problem;
}

bool begins_on_sunday(const options *o) {
  const char *day = o->value[OPTION_WEEK_START];
  return day != NULL && strcmp(day, "sunday") == 0;
}

void options_free(options *o) {
  for (size_t i = 0; i < OPTION_COUNT; i++)
    free(o->value[i]);
  strings_free(&o->by);
  strings_free(&o->where);
  strings_free(&o->fail_on);
  strings_free(&o->author);
  strings_free(&o->release);
  strings_free(&o->host);
  strings_free(&o->arguments);
}
