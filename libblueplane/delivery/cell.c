/* delivery/cell.c: formats numbers, money, durations and times for people. Digits are written from
 * integers, so the locale has no influence. Does not know where a cell is placed. */
#include "delivery/cell.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "result/words.h"

/* A number to show: its magnitude, exact if it is an integer, and its sign. */
typedef struct number {
  bool negative, is_real;
  uint64_t whole; /* rounded */
  double real;
} number;

typedef struct unit {
  const char *name;
  void (*write)(buf *out, const looks *l, const look *k, const number *n);
  bool whole; /* `write` uses number.whole, the value rounded to an integer */
} unit;

enum { GRAIN_DAY, GRAIN_MINUTE, GRAIN_SECOND };

/* --------------------------------------------------------------------------------- exact text */

const char *bpi_type_name(int type) {
  static const char *const names[] = {[BP_TYPE_BOOL] = "bool",
                                      [BP_TYPE_INT] = "int",
                                      [BP_TYPE_REAL] = "real",
                                      [BP_TYPE_TEXT] = "text",
                                      [BP_TYPE_TIME] = "time"};
  return names[type];
}

const char *bpi_state_name(const bp_result *r, size_t row, size_t column) {
  switch (bpi_table_state(r, row, column)) {
  case BP_CELL_VALUE: return bpi_table_lower_bound(r, row, column) ? "lower_bound" : "value";
  case BP_CELL_WITHHELD: return "withheld";
  case BP_CELL_UNCOVERED: return "uncovered";
  default: return "empty";
  }
}

void bpi_cell_exact(buf *out, const bp_result *r, size_t row, size_t column) {
  const table_column *c = &r->column[column];
  char instant[32];
  size_t length;
  const char *text;
  switch (c->type) {
  case BP_TYPE_BOOL: bpi_buf_text(out, c->ints[row] ? "true" : "false"); break;
  case BP_TYPE_INT: bpi_buf_int(out, c->ints[row]); break;
  case BP_TYPE_REAL: bpi_buf_real(out, c->reals[row]); break;
  case BP_TYPE_TIME:
    length = bpi_format_instant(c->ints[row], instant);
    bpi_buf_add(out, instant, length);
    break;
  default: text = bpi_table_text(r, row, column, &length); bpi_buf_add(out, text, length);
  }
}

bool bpi_is_number(const bp_result *r, size_t column) {
  return r->column[column].type == BP_TYPE_INT || r->column[column].type == BP_TYPE_REAL;
}

/* ------------------------------------------------------------------------------------ numbers */

static number real_number(double value) {
  number n = {.is_real = true, .negative = value < 0};
  n.real = n.negative ? -value : value;
  n.whole = n.real < 1.8e19 ? (uint64_t)(n.real + 0.5) : UINT64_MAX;
  return n;
}

static number read_number(const bp_result *r, size_t row, size_t column) {
  const table_column *c = &r->column[column];
  number n = {0};
  if (c->type == BP_TYPE_INT) {
    int64_t value = c->ints[row];
    n.negative = value < 0;
    n.whole = n.negative ? 0 - (uint64_t)value : (uint64_t)value;
    n.real = (double)n.whole;
  } else {
    n = real_number(c->reals[row]);
  }
  return n;
}

static uint64_t divide(uint64_t value, uint64_t by) { /* rounds half up */
  return value / by + (value % by >= by - by / 2);
}

/* A number that rounds to zero has no sign. */
static void write_sign(buf *out, const looks *l, const look *k, const number *n, bool zero) {
  if (zero) return;
  if (n->negative)
    bpi_buf_text(out, l->options.ascii ? "-" : "\xE2\x88\x92");
  else if (k->sign)
    bpi_buf_char(out, '+');
}

static void write_grouped(buf *out, uint64_t value) {
  char digits[32];
  size_t at = sizeof digits;
  unsigned count = 0;
  do {
    if (count > 0 && count % 3 == 0) digits[--at] = ',';
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
    count++;
  } while (value > 0);
  bpi_buf_add(out, digits + at, sizeof digits - at);
}

/* Writes `scaled` / 10^decimals; at most 9 decimals. */
static void write_fixed(buf *out, uint64_t scaled, unsigned decimals) {
  uint64_t power = 1;
  for (unsigned i = 0; i < decimals; i++)
    power *= 10;
  write_grouped(out, scaled / power);
  if (decimals == 0) return;
  char fraction[10] = {'.'};
  for (unsigned i = decimals; i > 0; i--) {
    fraction[i] = (char)('0' + scaled % 10);
    scaled /= 10;
  }
  bpi_buf_add(out, fraction, decimals + 1);
}

static void write_padded(buf *out, uint64_t value) { /* two digits */
  bpi_buf_char(out, (char)('0' + value / 10 % 10));
  bpi_buf_char(out, (char)('0' + value % 10));
}

/* Writes `size`, a magnitude, with the sign of `n`. */
static void write_rounded(buf *out, const looks *l, const look *k, const number *n, double size,
                          unsigned decimals) {
  double scaled = size;
  for (unsigned i = 0; i < decimals; i++)
    scaled *= 10;
  if (scaled >= 9e15) { /* too large for exact digits */
    write_sign(out, l, k, n, false);
    bpi_buf_real(out, size);
    return;
  }
  uint64_t rounded = (uint64_t)(scaled + 0.5);
  write_sign(out, l, k, n, rounded == 0);
  write_fixed(out, rounded, decimals);
}

/* -------------------------------------------------------------------------------------- units */

static void write_plain(buf *out, const looks *l, const look *k, const number *n) {
  if (!n->is_real) {
    write_sign(out, l, k, n, n->whole == 0);
    write_grouped(out, n->whole);
    return;
  }
  unsigned decimals = 2; /* more for small numbers */
  if (n->real > 0 && n->real < 0.01) {
    double size = n->real * 10;
    while (size < 1 && decimals < 9) {
      size *= 10;
      decimals++;
    }
  }
  write_rounded(out, l, k, n, n->real, decimals);
}

static void write_ratio(buf *out, const looks *l, const look *k, const number *n) {
  double percent = n->real * 100; /* compact: at most three digits */
  write_rounded(out, l, k, n, percent,
                l->options.compact && (percent >= 9.95 || percent <= 0) ? 0 : 1);
  bpi_buf_text(out, " %");
}

/* Two decimals from a dollar on, below that three digits. */
static void write_money(buf *out, const looks *l, const look *k, const number *n) {
  uint64_t last = 1000000; /* nano-dollars of the last digit */
  unsigned decimals = 3;
  for (; decimals < 9 && divide(n->whole, last / 10) < 1000; decimals++)
    last /= 10;
  if (n->whole == 0 || divide(n->whole, 1000000) >= 1000) decimals = 2, last = 10000000;
  write_sign(out, l, k, n, n->whole == 0);
  bpi_buf_char(out, '$');
  write_fixed(out, divide(n->whole, last), decimals);
}

/* A price shows all its digits, and at least two decimals. */
static void write_price(buf *out, const looks *l, const look *k, const number *n) {
  uint64_t scaled = n->whole;
  unsigned decimals = 9;
  for (; decimals > 2 && scaled % 10 == 0; decimals--)
    scaled /= 10;
  write_sign(out, l, k, n, n->whole == 0);
  bpi_buf_char(out, '$');
  write_fixed(out, scaled, decimals);
}

/* Uses the largest unit that the rounded value reaches: 59.96 s is 1m 00s. */
static void write_duration(buf *out, const looks *l, const look *k, const number *n) {
  uint64_t us = n->whole;
  write_sign(out, l, k, n, us == 0);
  if (us == 0) {
    bpi_buf_text(out, "0s");
  } else if (divide(us, 1000000) >= 3600) {
    uint64_t minutes = divide(us, 60000000);
    write_grouped(out, minutes / 60);
    bpi_buf_text(out, "h ");
    write_padded(out, minutes % 60);
    bpi_buf_char(out, 'm');
  } else if (divide(us, 100000) >= 600) {
    uint64_t seconds = divide(us, 1000000);
    bpi_buf_int(out, (int64_t)(seconds / 60));
    bpi_buf_text(out, "m ");
    write_padded(out, seconds % 60);
    bpi_buf_char(out, 's');
  } else if (divide(us, 1000) >= 1000) {
    write_fixed(out, divide(us, 100000), 1);
    bpi_buf_char(out, 's');
  } else if (us >= 1000) {
    bpi_buf_int(out, (int64_t)divide(us, 1000));
    bpi_buf_text(out, "ms");
  } else {
    bpi_buf_int(out, (int64_t)us);
    bpi_buf_text(out, l->options.ascii ? "us" : "\xC2\xB5s");
  }
}

static void write_tokens(buf *out, const looks *l, const look *k, const number *n) {
  static const struct {
    uint64_t size;
    char letter;
  } steps[] = {{1000, 'k'}, {1000000, 'M'}, {1000000000, 'B'}, {1000000000000, 'T'}};
  if (!l->options.compact || n->whole < 1000) {
    write_plain(out, l, k, n);
    return;
  }
  size_t i = 0; /* 999,950 is 1.0M */
  while (i + 1 < sizeof steps / sizeof *steps && divide(n->whole, steps[i].size / 10) >= 10000)
    i++;
  write_sign(out, l, k, n, false);
  write_fixed(out, divide(n->whole, steps[i].size / 10), 1);
  bpi_buf_char(out, steps[i].letter);
}

/* Metadata "unit" and how to show it; the first entry is for all other units. */
static const unit units[] = {{"", write_plain, false},      {"nUSD", write_money, true},
                             {"price", write_price, true},  {"us", write_duration, true},
                             {"ratio", write_ratio, false}, {"tokens", write_tokens, true}};

static int find_unit(const char *name) {
  for (size_t i = 1; name != NULL && i < sizeof units / sizeof *units; i++)
    if (strcmp(units[i].name, name) == 0) return (int)i;
  return 0;
}

static void write_number(buf *out, const looks *l, const look *k, const number *n) {
  const unit *u = &units[k->unit];
  if (u->whole && n->whole == UINT64_MAX) u = &units[0]; /* too large for number.whole */
  u->write(out, l, k, n);
}

/* -------------------------------------------------------------------------------------- times */

static int grain_of(const zone *z, int64_t us) {
  civil at;
  bpi_zone_civil(z, us, &at);
  if (bpi_zone_day_start(z, at.year, at.month, at.day) == us) return GRAIN_DAY;
  return at.second == 0 && at.micro == 0 ? GRAIN_MINUTE : GRAIN_SECOND;
}

/* The coarsest grain that shows all values of the column exactly. */
static int column_grain(const bp_result *r, const zone *z, size_t column) {
  int grain = GRAIN_DAY;
  for (size_t row = 0; row < r->rows && grain < GRAIN_SECOND; row++) {
    if (bpi_table_state(r, row, column) != BP_CELL_VALUE) continue;
    int own = grain_of(z, r->column[column].ints[row]);
    if (own > grain) grain = own;
  }
  return grain;
}

static void write_time(buf *out, const looks *l, int64_t us, int grain) {
  civil at;
  bpi_zone_civil(l->zone, us, &at);
  bpi_buf_printf(out, "%04d-%02d-%02d", (int)at.year, (int)at.month, (int)at.day);
  if (grain >= GRAIN_MINUTE) bpi_buf_printf(out, " %02d:%02d", (int)at.hour, (int)at.minute);
  if (grain >= GRAIN_SECOND) bpi_buf_printf(out, ":%02d", (int)at.second);
}

/* --------------------------------------------------------------------------------------- text */

/* Control characters, line separators and directional marks. */
static bool moves_cursor(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static uint32_t decode(const char *p, size_t step) {
  static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t c = (unsigned char)p[0] & mask[step];
  for (size_t i = 1; i < step; i++)
    c = c << 6 | ((unsigned char)p[i] & 0x3f);
  return c;
}

static void write_escape(buf *out, uint32_t c) {
  if (c == '\n')
    bpi_buf_text(out, "\\n");
  else if (c == '\r')
    bpi_buf_text(out, "\\r");
  else if (c == '\t')
    bpi_buf_text(out, "\\t");
  else
    bpi_buf_printf(out, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
}

void bpi_text_shown(buf *out, const char *text, size_t length) {
  const char *end = text + length;
  while (text < end) {
    size_t step = bpi_utf8_step(text, end);
    uint32_t c = step == 0 ? 0xfffd : decode(text, step);
    if (step == 0)
      bpi_buf_text(out, "\xEF\xBF\xBD");
    else if (moves_cursor(c))
      write_escape(out, c);
    else
      bpi_buf_add(out, text, step);
    text += step == 0 ? 1 : step;
  }
}

/* -------------------------------------------------------------------------------------- looks */

static look look_of(const looks *l, size_t column) {
  const bp_result *r = l->result;
  const char *role = bpi_table_column_get(r, column, "role");
  const char *estimate = bpi_table_column_get(r, column, "estimate");
  look k = {0};
  k.unit = find_unit(bpi_table_column_get(r, column, "unit"));
  k.sign = role != NULL && (strcmp(role, "difference") == 0 || strcmp(role, "relative") == 0);
  k.estimate = estimate != NULL && strcmp(estimate, "true") == 0;
  k.word = l->options.words && role != NULL && strcmp(role, "dimension") == 0 &&
           bpi_words_of(bpi_table_column_get(r, column, "name"));
  if (r->column[column].type == BP_TYPE_TIME) k.grain = column_grain(r, l->zone, column);
  return k;
}

int bpi_looks_init(looks *l, const bp_result *r, const delivery_options *options) {
  memset(l, 0, sizeof *l);
  l->result = r;
  l->options = *options;
  int rc = bpi_zone_open(&l->zone, bpi_table_get(r, "zone"), NULL);
  if (rc != BP_OK && rc != BP_ERR_NOMEM) rc = bpi_zone_open(&l->zone, NULL, NULL);
  if (rc != BP_OK) return BP_ERR_NOMEM;
  l->column = bpi_alloc_zero(r->columns, sizeof *l->column);
  if (l->column == NULL) {
    bpi_looks_free(l);
    return BP_ERR_NOMEM;
  }
  for (size_t i = 0; i < r->columns; i++)
    l->column[i] = look_of(l, i);
  return BP_OK;
}

void bpi_looks_free(looks *l) {
  bpi_zone_free(l->zone);
  bpi_free(l->column);
  memset(l, 0, sizeof *l);
}

/* Writes the title of a word. A store may have platforms that users named, so the title is escaped
 * like any other text. */
static void write_word(buf *out, const looks *l, size_t column, const char *text, size_t length) {
  buf title;
  bpi_buf_init(&title, out->limit);
  bpi_word_add(&title, bpi_table_column_get(l->result, column, "name"), text, length);
  if (title.length > 0) bpi_text_shown(out, title.data, title.length);
  if (title.failed) out->failed = title.failed;
  bpi_buf_free(&title);
}

bool bpi_says_nothing(const bp_result *r, size_t row, size_t column) {
  const table_column *c = &r->column[column];
  if (!bpi_is_number(r, column) || !bpi_table_lower_bound(r, row, column)) return false;
  return c->type == BP_TYPE_INT ? c->ints[row] == 0 : c->reals[row] <= 0;
}

void bpi_cell_shown(buf *out, const looks *l, size_t row, size_t column) {
  const table_column *c = &l->result->column[column];
  const look *k = &l->column[column];
  if (bpi_says_nothing(l->result, row, column)) {
    bpi_buf_text(out, l->options.ascii ? "-" : "\xE2\x80\x93");
    return;
  }
  if (bpi_table_lower_bound(l->result, row, column))
    bpi_buf_text(out, l->options.ascii ? ">=" : "\xE2\x89\xA5");
  if (k->estimate) bpi_buf_char(out, '~');
  if (c->type == BP_TYPE_BOOL) {
    bpi_buf_text(out, c->ints[row] ? "yes" : "no");
  } else if (c->type == BP_TYPE_TIME) {
    write_time(out, l, c->ints[row], k->grain);
  } else if (c->type == BP_TYPE_TEXT) {
    size_t length;
    const char *text = bpi_table_text(l->result, row, column, &length);
    if (k->word)
      write_word(out, l, column, text, length);
    else
      bpi_text_shown(out, text, length);
  } else {
    number n = read_number(l->result, row, column);
    write_number(out, l, k, &n);
  }
}

/* The decimals that a round number needs, at most nine. */
static unsigned decimals_of(double size) {
  unsigned decimals = 0;
  while (decimals < 9 && fabs(size - floor(size + 0.5)) > size * 1e-9) {
    size *= 10;
    decimals++;
  }
  return decimals;
}

static void write_level(buf *out, const looks *l, const look *k, const number *n) {
  const unit *u = &units[k->unit];
  double dollars = n->real / 1e9;
  if (u->write == write_plain) {
    write_rounded(out, l, k, n, n->real, decimals_of(n->real));
  } else if (u->write == write_ratio) {
    write_rounded(out, l, k, n, n->real * 100, decimals_of(n->real * 100));
    bpi_buf_text(out, " %");
  } else if (u->write == write_money && n->whole < UINT64_MAX) {
    unsigned decimals = decimals_of(dollars);
    if (decimals == 1) decimals = 2;
    for (unsigned i = 0; i < decimals; i++)
      dollars *= 10;
    write_sign(out, l, k, n, n->whole == 0);
    bpi_buf_char(out, '$');
    write_fixed(out, (uint64_t)(dollars + 0.5), decimals);
  } else {
    write_number(out, l, k, n);
  }
}

void bpi_level_shown(buf *out, const looks *l, size_t column, double value) {
  number n = real_number(value);
  if (l->result->column[column].type == BP_TYPE_INT) n.is_real = false;
  write_level(out, l, &l->column[column], &n);
}

void bpi_heading(buf *out, const looks *l, size_t column) {
  const char *text = NULL;
  if (l->options.titles) text = bpi_table_column_get(l->result, column, "title");
  if (text == NULL) text = bpi_table_column_get(l->result, column, "name");
  bpi_text_shown(out, text, strlen(text));
}

bool bpi_is_shown(const looks *l, size_t column) {
  const char *role = bpi_table_column_get(l->result, column, "role");
  return !l->options.brief || role == NULL || strcmp(role, "companion") != 0;
}

bool bpi_shows_clock(const looks *l, size_t column) {
  return l->result->column[column].type == BP_TYPE_TIME && l->column[column].grain > GRAIN_DAY;
}
