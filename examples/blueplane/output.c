/* output.c: the terminal, the figures and the errors. Knows how numbers look to people; the exact
 * ones go out through the library's own formats. */
#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "exits.h"
#include "zone.h"

/* ------------------------------------------------------------------------------------ terminal */

static bool is_set(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0';
}

/* A locale that names another character set; none at all says nothing against UTF-8. */
static bool speaks_ascii(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!is_set(names[i])) continue;
    const char *charset = strrchr(getenv(names[i]), '.');
    return charset == NULL ||
           (strncasecmp(charset, ".utf-8", 6) != 0 && strncasecmp(charset, ".utf8", 5) != 0);
  }
  return false;
}

/* COLUMNS, else what the terminal says, else 80; any width where there is no terminal. */
static int width_of(bool terminal) {
  const char *columns = getenv("COLUMNS");
  char *end;
  long width = columns != NULL ? strtol(columns, &end, 10) : 0;
  if (width > 0 && width < 10000 && *end == '\0') return (int)width;
  if (!terminal) return 0;
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void screen_init(screen *s, const options *o) {
  bool terminal = isatty(STDOUT_FILENO) == 1;
  const char *term = getenv("TERM"), *color = o->value[OPTION_COLOR];
  bool dumb = term != NULL && strcmp(term, "dumb") == 0;
  s->format = o->value[OPTION_FORMAT] != NULL ? o->value[OPTION_FORMAT] : "table";
  s->width = width_of(terminal);
  s->ascii = speaks_ascii();
  s->blocks = terminal && !dumb && !s->ascii;
  s->color = terminal && !dumb && !is_set("NO_COLOR");
  if (color != NULL && strcmp(color, "always") == 0) s->color = true;
  if (color != NULL && strcmp(color, "never") == 0) s->color = false;
  s->quiet = given(o, OPTION_QUIET);
  s->talks_to_terminal = isatty(STDERR_FILENO) == 1 && !dumb;
}

bool is_json(const screen *s) {
  return strcmp(s->format, "json") == 0 || strcmp(s->format, "ndjson") == 0;
}

bool is_table(const screen *s) {
  return strcmp(s->format, "table") == 0;
}

void put(text *t, const screen *s, const char *style, const char *string, int width) {
  bool styled = s->color && style != NULL && string[0] != '\0';
  if (styled) text_add(t, style);
  text_fit(t, string, width, s->ascii);
  if (styled) text_add(t, "\x1b[0m");
}

void put_wrapped(text *t, const screen *s, const char *string, int indent) {
  text_wrap(t, string, s->width == 0 ? 0 : s->width > indent + 12 ? s->width : indent + 12, indent);
  text_add(t, "\n");
}

void put_title_line(text *t, const screen *s, const char *title, const char *zone) {
  char *behind = print_text("  (%s)", zone);
  put(t, s, STYLE_BOLD, title, 0);
  if (s->width == 0 || text_width(title) + text_width(behind) <= s->width)
    put(t, s, STYLE_DIM, behind, 0);
  text_add(t, "\n");
  free(behind);
}

void put_line_end(text *t) {
  while (t->length > 0 && t->data[t->length - 1] == ' ')
    t->data[--t->length] = '\0';
  text_add(t, "\n");
}

void put_bar(text *t, const screen *s, double value, double most, int width) {
  static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  bool shows = most > 0 && value > 0 && width > 0;
  int eighths = shows ? (int)(value / most * width * 8 + 0.5) : 0;
  if (shows && eighths < 1) eighths = 1;
  if (eighths > width * 8) eighths = width * 8;
  int whole = s->blocks ? eighths / 8 : (eighths + 4) / 8, used = whole;
  text bar = {0};
  text_repeat(&bar, s->blocks ? "█" : "#", whole);
  if (s->blocks && eighths % 8 > 0) {
    text_add(&bar, parts[eighths % 8]);
    used++;
  } else if (shows && whole == 0) {
    text_add(&bar, "#");
    used++;
  }
  if (used > 0) put(t, s, STYLE_BAR, bar.data, 0);
  text_repeat(t, " ", width - used);
  text_free(&bar);
}

void put_spark(text *t, const screen *s, double value, double most) {
  static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (!(value > 0) || !(most > 0)) {
    put(t, s, STYLE_DIM, "·", 0);
    return;
  }
  int height = (int)(value / most * 8);
  put(t, s, STYLE_BAR, heights[height > 7 ? 7 : height], 0);
}

/* ------------------------------------------------------------------------------------- figures */

int find_column(const bp_result *r, const char *role, const char *of) {
  for (size_t i = 0; i < bp_result_columns(r); i++) {
    const char *own_role = bp_result_column(r, i, "role");
    const char *name = bp_result_column(r, i, "name");
    const char *owner = bp_result_column(r, i, "of");
    if (role != NULL && (own_role == NULL || strcmp(own_role, role) != 0)) continue;
    if (strcmp(name, of) == 0) return (int)i;
    if (owner != NULL && strcmp(owner, of) == 0 && role != NULL && strcmp(role, "companion") != 0)
      return (int)i;
  }
  return -1;
}

bool has_value(const bp_result *r, size_t row, int column) {
  if (column < 0 || row >= bp_result_rows(r)) return false;
  return (bp_result_cell(r, row, (size_t)column) & BP_CELL_STATE) == BP_CELL_VALUE;
}

static void put_grouped(text *t, uint64_t value) {
  char digits[32];
  size_t at = sizeof digits;
  unsigned count = 0;
  digits[--at] = '\0';
  do {
    if (count > 0 && count % 3 == 0) digits[--at] = ',';
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
    count++;
  } while (value > 0);
  text_add(t, digits + at);
}

void put_count(text *t, int64_t count) {
  if (count < 0) text_add(t, "-");
  put_grouped(t, count < 0 ? 0 - (uint64_t)count : (uint64_t)count);
}

/* size >= 0 with a number of decimals and groups of thousands. */
static void put_fixed(text *t, double size, unsigned decimals) {
  uint64_t power = 1;
  for (unsigned i = 0; i < decimals; i++)
    power *= 10;
  if (size * (double)power >= 9e15) {
    text_addf(t, "%.3g", size);
    return;
  }
  uint64_t scaled = (uint64_t)(size * (double)power + 0.5);
  put_grouped(t, scaled / power);
  if (decimals > 0) text_addf(t, ".%0*llu", (int)decimals, (unsigned long long)(scaled % power));
}

static void put_plain(text *t, double size) {
  double whole = floor(size);
  put_fixed(t, size, size == whole || size >= 100 ? 0 : 1);
}

/* Three digits tell the size of tokens. */
static void put_tokens(text *t, double size) {
  static const struct {
    double size;
    const char *letter;
  } steps[] = {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (size < steps[i].size * 0.9995) continue;
    double scaled = size / steps[i].size;
    put_fixed(t, scaled, scaled < 99.95 ? 1 : 0);
    text_add(t, steps[i].letter);
    return;
  }
  put_fixed(t, size, 0);
}

static void put_money(text *t, double nano) {
  text_add(t, "$");
  put_fixed(t, nano / 1e9, nano > 0 && nano < 1e7 ? 4 : 2);
}

static void put_duration(text *t, double us) {
  uint64_t seconds = (uint64_t)(us / 1e6 + 0.5);
  uint64_t minutes = (uint64_t)(us / 6e7 + 0.5);
  if (seconds >= 3600) {
    put_grouped(t, minutes / 60);
    text_addf(t, "h %02dm", (int)(minutes % 60));
  } else if (seconds >= 60) {
    text_addf(t, "%dm %02ds", (int)(seconds / 60), (int)(seconds % 60));
  } else if (us >= 1e6 || us <= 0) {
    text_addf(t, "%ds", (int)seconds);
  } else {
    text_addf(t, "%dms", (int)(us / 1e3 + 0.5));
  }
}

static void put_share(text *t, double ratio) {
  double percent = ratio * 100;
  put_fixed(t, percent, percent < 9.95 && percent > 0 ? 1 : 0);
  text_add(t, " %");
}

static void put_hour(text *t, double hour) {
  text_addf(t, "%02d:00", (int)hour % 24);
}

static void put_weekday(text *t, double day) {
  text_add(t, weekday_name((int)day - 1));
}

static const struct {
  const char *unit;
  void (*put)(text *t, double size);
} units[] = {{"tokens", put_tokens}, {"nUSD", put_money}, {"us", put_duration},
             {"ratio", put_share},   {"hour", put_hour},  {"day", put_weekday},
             {"bytes", NULL}};

void put_bytes(text *t, uint64_t bytes) {
  static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t step = 0;
  double size = (double)bytes;
  while (size >= 1023.95 && step + 1 < sizeof names / sizeof *names) {
    size /= 1024;
    step++;
  }
  put_fixed(t, size, step > 0 && size < 99.95 ? 1 : 0);
  text_addf(t, " %s", names[step]);
}

/* A change of the size of the value; beyond ten times a percentage says little. */
static void put_change(text *t, const screen *s, double ratio) {
  if (ratio < 9.995) {
    if (ratio != 0) text_add(t, ratio < 0 ? "-" : "+");
    put_share(t, fabs(ratio));
  } else {
    text_add(t, s->ascii ? "x" : "×");
    put_fixed(t, ratio + 1, 0);
  }
}

static void put_number(text *t, const char *unit, double value, bool sign) {
  if (value < 0)
    text_add(t, "-");
  else if (sign && value > 0)
    text_add(t, "+");
  double size = fabs(value);
  for (size_t i = 0; unit != NULL && i < sizeof units / sizeof *units; i++) {
    if (strcmp(units[i].unit, unit) != 0) continue;
    if (units[i].put != NULL)
      units[i].put(t, size);
    else
      put_bytes(t, (uint64_t)size);
    return;
  }
  put_plain(t, size);
}

static void put_time(text *t, int64_t us) {
  date d = date_of(us);
  char day[16];
  format_date(day, d);
  text_addf(t, "%s %02d:%02d", day, d.hour, d.minute);
}

void put_figure(text *t, const screen *s, const bp_result *r, size_t row, int column) {
  if (column < 0) return;
  size_t at = (size_t)column;
  int cell = bp_result_cell(r, row, at), type = bp_result_type(r, at);
  const char *estimate = bp_result_column(r, at, "estimate");
  const char *role = bp_result_column(r, at, "role");
  switch (cell & BP_CELL_STATE) {
  case BP_CELL_EMPTY: return;
  case BP_CELL_WITHHELD: text_add(t, "withheld"); return;
  case BP_CELL_UNCOVERED: text_add(t, s->ascii ? "-" : "–"); return;
  default: break;
  }
  if (cell & BP_CELL_LOWER_BOUND) text_add(t, s->ascii ? ">=" : "≥");
  if (estimate != NULL && strcmp(estimate, "true") == 0) text_add(t, "~");
  if (type == BP_TYPE_TEXT) {
    char *shown = text_safe(bp_result_text(r, row, at, NULL));
    text_add(t, shown);
    free(shown);
  } else if (type == BP_TYPE_TIME) {
    put_time(t, bp_result_int(r, row, at));
  } else if (type == BP_TYPE_BOOL) {
    text_add(t, bp_result_int(r, row, at) ? "yes" : "no");
  } else {
    bool relative = role != NULL && strcmp(role, "relative") == 0;
    bool sign = role != NULL && strcmp(role, "difference") == 0;
    if (relative)
      put_change(t, s, bp_result_real(r, row, at));
    else
      put_number(t, bp_result_column(r, at, "unit"), bp_result_real(r, row, at), sign);
  }
}

char *figure(const screen *s, const bp_result *r, size_t row, int column) {
  text t = {0};
  text_add(&t, "");
  put_figure(&t, s, r, row, column);
  return t.data;
}

static const char *state_name(int cell) {
  switch (cell & BP_CELL_STATE) {
  case BP_CELL_VALUE: return cell & BP_CELL_LOWER_BOUND ? "lower_bound" : "value";
  case BP_CELL_WITHHELD: return "withheld";
  case BP_CELL_UNCOVERED: return "uncovered";
  default: return "empty";
  }
}

void json_value(json *j, const char *key, const bp_result *r, size_t row, int column) {
  if (!has_value(r, row, column)) {
    json_null(j, key);
    return;
  }
  size_t at = (size_t)column;
  switch (bp_result_type(r, at)) {
  case BP_TYPE_BOOL: json_bool(j, key, bp_result_int(r, row, at) != 0); break;
  case BP_TYPE_REAL: json_real(j, key, bp_result_real(r, row, at)); break;
  case BP_TYPE_TEXT: json_text(j, key, bp_result_text(r, row, at, NULL)); break;
  default: json_int(j, key, bp_result_int(r, row, at));
  }
}

void json_cell(json *j, const char *key, const bp_result *r, size_t row, int column) {
  json_open(j, key, '{');
  json_value(j, "value", r, row, column);
  if (column >= 0) {
    size_t at = (size_t)column;
    const char *metric = bp_result_column(r, at, "name");
    const char *unit = bp_result_column(r, at, "unit");
    int baseline = find_column(r, "baseline", metric);
    if (unit != NULL) json_text(j, "unit", unit);
    json_text(j, "state", state_name(bp_result_cell(r, row, at)));
    if (baseline >= 0) {
      json_value(j, "baseline", r, row, baseline);
      json_value(j, "difference", r, row, find_column(r, "difference", metric));
      json_value(j, "relative", r, row, find_column(r, "relative", metric));
    }
  }
  json_close(j, '}');
}

/* -------------------------------------------------------------------------------------- output */

int write_out(text *t) {
  bool written = t->length == 0 || fwrite(t->data, 1, t->length, stdout) == t->length;
  int failed = errno;
  text_free(t);
  if (!written || fflush(stdout) != 0) {
    if (written) failed = errno;
    return complain(EXIT_FAILED, NULL, "cannot write to standard output: %s", strerror(failed));
  }
  return EXIT_OK;
}

static char *format_of(const screen *s, const char *table_options) {
  text format = {0};
  text_add(&format, s->format);
  const char *sign = ":";
  if (is_table(s)) {
    if (s->width > 0) {
      text_addf(&format, "%swidth=%d", sign, s->width);
      sign = ",";
    }
    if (s->color) {
      text_addf(&format, "%scolor", sign);
      sign = ",";
    }
    if (s->ascii) {
      text_addf(&format, "%sascii", sign);
      sign = ",";
    }
  }
  bool takes = is_table(s) || strcmp(s->format, "markdown") == 0;
  if (takes && table_options != NULL) text_addf(&format, "%s%s", sign, table_options);
  return format.data;
}

/* Is there a cell that may not be seen, and none that may but those that name the rows? */
static bool all_withheld(const bp_result *r) {
  bool withheld = false;
  for (size_t row = 0; row < bp_result_rows(r); row++)
    for (size_t column = 0; column < bp_result_columns(r); column++) {
      const char *role = bp_result_column(r, column, "role");
      if (role != NULL && strcmp(role, "dimension") == 0) continue;
      int state = bp_result_cell(r, row, column) & BP_CELL_STATE;
      if (state == BP_CELL_VALUE) return false;
      withheld = withheld || state == BP_CELL_WITHHELD;
    }
  return withheld;
}

int write_result(const screen *s, const bp_result *r, const char *table_options) {
  char *format = format_of(s, table_options), *formatted;
  bp_error *error = NULL;
  size_t length;
  int rc = bp_result_format(&formatted, &length, r, format, &error);
  free(format);
  if (rc != BP_OK) return complain_of(error);
  text t = {0};
  text_add_bytes(&t, formatted, length);
  bp_free(formatted);
  int code = write_out(&t);
  if (code != EXIT_OK) return code;
  if (bp_result_rows(r) == 0) return EXIT_NOTHING;
  return all_withheld(r) ? EXIT_WITHHELD : EXIT_OK;
}

int write_json(json *j) {
  text_add(&j->out, "\n");
  return write_out(&j->out);
}

/* -------------------------------------------------------------------------------------- errors */

static void say(const char *first, const char *format, va_list arguments) {
  fputs(first, stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

void note(const screen *s, const char *format, ...) {
  if (s->quiet) return;
  va_list arguments;
  va_start(arguments, format);
  say("", format, arguments);
  va_end(arguments);
}

int complain(int code, const char *hint, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say("blueplane: ", format, arguments);
  va_end(arguments);
  if (hint != NULL) fprintf(stderr, "  %s\n", hint);
  return code;
}

static int exit_of(int code) {
  switch (code) {
  case BP_ERR_DENIED:
  case BP_ERR_CONSENT: return EXIT_WITHHELD;
  case BP_ERR_BUSY: return EXIT_BUSY;
  case BP_ERR_CANCELLED: return EXIT_INTERRUPTED;
  case BP_ERR_INVALID:
  case BP_ERR_NOTFOUND:
  case BP_ERR_UNSUPPORTED: return EXIT_USAGE;
  default: return EXIT_FAILED;
  }
}

/* The catalogue topic whose names an error's detail comes from. */
static const struct {
  const char *detail, *topic, *command;
} catalogues[] = {{"metric", "metrics", "blueplane metrics"},
                  {"dimension", "dimensions", "blueplane dimensions"},
                  {"format", "formats", NULL},
                  {"source", "sources", NULL},
                  {NULL, NULL, NULL}};

static char *nearest_in(const char *topic, const char *typed) {
  bp_result *r = NULL;
  if (bp_catalog(&r, topic, NULL) != BP_OK) return NULL;
  nearest n = {typed, NULL, 0};
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *name = bp_result_text(r, row, 0, NULL);
    if (name != NULL) nearest_try(&n, name);
  }
  char *best = n.best != NULL ? copy_text(n.best) : NULL;
  bp_result_free(r);
  return best;
}

/* What the person may have meant by an unknown name, as a line of the error. */
static void suggest(const bp_error *error) {
  const char *zone = bp_error_detail(error, "zone");
  for (size_t i = 0; catalogues[i].detail != NULL; i++) {
    const char *typed = bp_error_detail(error, catalogues[i].detail);
    if (typed == NULL || bp_error_code(error) != BP_ERR_NOTFOUND) continue;
    char *best = nearest_in(catalogues[i].topic, typed);
    if (best != NULL)
      fprintf(stderr, "  did you mean \"%s\"?\n", best);
    else if (catalogues[i].command != NULL)
      fprintf(stderr, "  %s lists what there is\n", catalogues[i].command);
    free(best);
    return;
  }
  if (zone == NULL) return;
  char *best = nearest_zone(zone);
  if (best != NULL)
    fprintf(stderr, "  did you mean \"%s\"?\n", best);
  else
    fputs("  zones have IANA names like Europe/Berlin\n", stderr);
  free(best);
}

int complain_of(bp_error *error) {
  static const char *const shown[] = {"path", "line", "byte"};
  int code = exit_of(bp_error_code(error));
  const char *message = bp_error_message(error), *hint = bp_error_detail(error, "hint");
  const char *allowed = bp_error_detail(error, "allowed");
  char *safe = text_safe(message[0] != '\0' ? message : bp_strerror(bp_error_code(error)));
  fprintf(stderr, "blueplane: %s\n", safe);
  free(safe);
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    const char *value = bp_error_detail(error, shown[i]);
    if (value == NULL || strstr(message, value) != NULL) continue;
    char *safe_value = text_safe(value);
    fprintf(stderr, "  %s: %s\n", shown[i], safe_value);
    free(safe_value);
  }
  if (hint != NULL) {
    char *safe_hint = text_safe(hint);
    bool name = bp_error_code(error) == BP_ERR_NOTFOUND && strchr(hint, ' ') == NULL;
    fprintf(stderr, name ? "  did you mean \"%s\"?\n" : "  %s\n", safe_hint);
    free(safe_hint);
  } else {
    suggest(error);
  }
  if (allowed != NULL) fprintf(stderr, "  allowed: %s\n", allowed);
  bp_error_free(error);
  return code;
}
