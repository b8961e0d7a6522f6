/* figures.c: formats numbers for people; exact numbers are written as JSON or by the library's own
 * formats. Knows units, but no metric. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "zone.h"

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

void put_some(text *t, uint64_t count, const char *one, const char *many) {
  put_grouped(t, count);
  text_addf(t, " %s", count == 1 ? one : many);
}

/* Writes size >= 0 with this number of decimals, and commas between thousands. */
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

/* Token counts show three digits. */
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

#define DECIMALS_MOST 11 /* amounts below show as zero */

/* Two decimals from a dollar on, below that three digits. */
static void put_money(text *t, double nano) {
  unsigned decimals = 3;
  double scaled = nano / 1e6; /* the amount in units of its last digit */
  bool cents = nano <= 0 || scaled >= 999.5;
  for (; scaled < 99.95 && decimals < DECIMALS_MOST; scaled *= 10)
    decimals++;
  text_add(t, "$");
  put_fixed(t, nano / 1e9, cents ? 2 : decimals);
}

static void put_duration(text *t, double us) {
  uint64_t seconds = (uint64_t)(us / 1e6 + 0.5);
  uint64_t minutes = (uint64_t)(us / 6e7 + 0.5);
  if (seconds >= 3600) {
    put_grouped(t, minutes / 60);
    text_addf(t, "h %02dm", (int)(minutes % 60));
  } else if (seconds >= 60) {
    text_addf(t, "%dm %02ds", (int)(seconds / 60), (int)(seconds % 60));
  } else if (us >= 999500 || us <= 0) { /* 999.5 ms would show as 1000ms */
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

const char *minus(const screen *s) {
  return s != NULL && s->ascii ? "-" : "−";
}

/* Appends a size behind its sign, and frees it. What shows as zero has no sign. */
static void put_signed(text *t, const char *sign, text *size) {
  if (strpbrk(size->data, "123456789") != NULL) text_add(t, sign);
  text_add(t, size->data);
  text_free(size);
}

/* A relative change; from a factor of about eleven it is written as a factor, as percentages become
 * hard to read. */
static void put_change(text *t, const screen *s, double ratio) {
  text size = {0};
  if (ratio < 9.995) {
    put_share(&size, fabs(ratio));
    put_signed(t, ratio > 0 ? "+" : minus(s), &size);
  } else {
    text_add(t, s->ascii ? "x" : "×");
    put_fixed(t, ratio + 1, 0);
  }
}

static void put_size(text *t, const char *unit, double size) {
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

void put_number(text *t, const screen *s, const char *unit, double value, bool sign) {
  text size = {0};
  put_size(&size, unit, fabs(value));
  put_signed(t, value < 0 ? minus(s) : sign ? "+" : "", &size);
}

const char *word_title(const char *dimension, const char *word) {
  static bp_result *words; /* read once; not thread-safe, only one thread writes pages */
  if (words == NULL && bp_catalog(&words, "words", NULL) != BP_OK) return word;
  for (size_t row = 0; word != NULL && row < bp_result_rows(words); row++)
    if (strcmp(bp_result_text(words, row, 0, NULL), dimension) == 0 &&
        strcmp(bp_result_text(words, row, 1, NULL), word) == 0)
      return bp_result_text(words, row, 2, NULL);
  return word;
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
  if (cell & BP_CELL_LOWER_BOUND && bp_result_real(r, row, at) == 0) { /* no information */
    text_add(t, s->ascii ? "-" : "–");
    return;
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
      put_number(t, s, bp_result_column(r, at, "unit"), bp_result_real(r, row, at), sign);
  }
}

char *figure(const screen *s, const bp_result *r, size_t row, int column) {
  text t = {0};
  text_add(&t, "");
  put_figure(&t, s, r, row, column);
  return t.data;
}

/* Drops the unit of the first of two numbers if the second has the same. */
static void drop_unit(char *first, const char *second) {
  size_t a = strlen(first), b = strlen(second);
  if (a > 2 && b > 2 && strcmp(first + a - 2, " %") == 0 && strcmp(second + b - 2, " %") == 0)
    first[a - 2] = '\0';
}

char *range_figure(const screen *s, const bp_result *r, size_t row, const char *name,
                   const char *low, const char *high) {
  char *value = figure(s, r, row, find_column(r, NULL, name));
  int from = find_column(r, NULL, low), to = find_column(r, NULL, high);
  if (!has_value(r, row, from) || !has_value(r, row, to)) return value;
  char *a = figure(s, r, row, from), *b = figure(s, r, row, to);
  drop_unit(a, b);
  char *both = print_text(s->ascii ? "%s (%s-%s)" : "%s (%s–%s)", value, a, b);
  free(value);
  free(a);
  free(b);
  return both;
}

const char *cell_state(int cell) {
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
    json_text(j, "state", cell_state(bp_result_cell(r, row, at)));
    if (baseline >= 0) {
      json_value(j, "baseline", r, row, baseline);
      json_value(j, "difference", r, row, find_column(r, "difference", metric));
      json_value(j, "relative", r, row, find_column(r, "relative", metric));
    }
  }
  json_close(j, '}');
}
