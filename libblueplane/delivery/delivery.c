/* delivery/delivery.c: the table of formats, and the parser of a format's name and options. */
#include "delivery/delivery.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define OUTPUT_LIMIT ((size_t)1 << 30)
#define WIDTH_MAX 10000

const delivery_format bpi_delivery_formats[] = {
    {"json", "application/json", "One document with metadata, columns, rows and cell states", "",
     bpi_write_json},
    {"ndjson", "application/x-ndjson", "One JSON object for each row", "", bpi_write_ndjson},
    {"csv", "text/csv", "Comma-separated values after RFC 4180 with a header line", "titles",
     bpi_write_csv},
    {"markdown", "text/markdown", "A table in GitHub's Markdown, for people",
     "titles, words, compact, brief", bpi_write_markdown},
    {"html", "text/html", "A table for a page, on request with a chart and folded away, for people",
     "titles, words, compact, brief, fold, chart", bpi_write_html},
    {"table", "text/plain", "A table aligned for the terminal, for people",
     "width, color, ascii, titles, words, compact, brief", bpi_write_text_table},
    {NULL, NULL, NULL, NULL, NULL}};

typedef struct word {
  const char *text;
  size_t length;
} word;

/* The word at *at up to `separator` or the end, without leading spaces. *at is moved behind the
 * separator, or set to NULL at the end. */
static word next_word(const char **at, char separator) {
  const char *start = *at;
  while (*start == ' ')
    start++;
  const char *end = strchr(start, separator);
  *at = end == NULL ? NULL : end + 1;
  return (word){start, end == NULL ? strlen(start) : (size_t)(end - start)};
}

static bool is(word w, const char *text) {
  return strlen(text) == w.length && memcmp(w.text, text, w.length) == 0;
}

/* Fails with the unknown name, cut to a short length, and the allowed ones. */
static int unknown(bp_error **error, const char *what, word name, const char *allowed) {
  char text[64];
  size_t length = name.length < sizeof text ? name.length : sizeof text - 1;
  while (length > 0 && !bpi_utf8_valid(name.text, length))
    length--;
  memcpy(text, name.text, length);
  text[length] = '\0';
  bpi_fail(error, BP_ERR_NOTFOUND, "unknown %s \"%s\"", what, text);
  bpi_fail_detail(error, "name", text);
  bpi_fail_detail(error, "allowed", allowed);
  return BP_ERR_NOTFOUND;
}

static int unknown_format(bp_error **error, word name) {
  buf allowed;
  bpi_buf_init(&allowed, 256);
  for (const delivery_format *f = bpi_delivery_formats; f->name != NULL; f++) {
    if (allowed.length > 0) bpi_buf_text(&allowed, ", ");
    bpi_buf_text(&allowed, f->name);
  }
  unknown(error, "format", name, allowed.failed ? NULL : allowed.data);
  bpi_buf_free(&allowed);
  return BP_ERR_NOTFOUND;
}

static bool takes(const delivery_format *f, word option) {
  for (const char *at = f->options; at != NULL;) {
    word known = next_word(&at, ',');
    if (known.length > 0 && known.length == option.length &&
        memcmp(known.text, option.text, option.length) == 0)
      return true;
  }
  return false;
}

static int set_width(delivery_options *options, word value, bp_error **error) {
  int64_t width;
  if (!bpi_parse_int(value.text, value.length, &width) || width < 1 || width > WIDTH_MAX)
    return bpi_fail(error, BP_ERR_INVALID, "width is a number from 1 to %d", WIDTH_MAX);
  options->width = (size_t)width;
  return BP_OK;
}

static int set_chart(delivery_options *options, word value, bp_error **error) {
  static const char *const kinds[] = {
      [CHART_BARS] = "bars", [CHART_LINE] = "line", [CHART_SHARE] = "share"};
  for (int kind = CHART_BARS; kind <= CHART_SHARE; kind++)
    if (is(value, kinds[kind])) {
      options->chart = (chart_kind)kind;
      return BP_OK;
    }
  return bpi_fail(error, BP_ERR_INVALID, "chart is bars, line or share");
}

/* The options that take a value after "=". */
static const struct {
  const char *name;
  int (*set)(delivery_options *options, word value, bp_error **error);
} valued[] = {{"width", set_width}, {"chart", set_chart}};

/* Reads one option, "color" or "width=100"; an empty one, as after a trailing comma, is ignored. */
static int read_option(delivery_options *options, const delivery_format *f, word text,
                       bp_error **error) {
  if (text.length == 0) return BP_OK;
  const char *sign = memchr(text.text, '=', text.length);
  word name = {text.text, sign == NULL ? text.length : (size_t)(sign - text.text)};
  if (!takes(f, name)) return unknown(error, "option of the format", name, f->options);
  word value = {text.text + text.length, 0};
  if (sign != NULL) value = (word){sign + 1, text.length - name.length - 1};
  for (size_t i = 0; i < sizeof valued / sizeof *valued; i++)
    if (is(name, valued[i].name)) return valued[i].set(options, value, error);
  if (sign != NULL)
    return bpi_fail(error, BP_ERR_INVALID, "this option of the format takes no value");
  if (is(name, "color")) options->color = true;
  if (is(name, "ascii")) options->ascii = true;
  if (is(name, "titles")) options->titles = true;
  if (is(name, "words")) options->words = true;
  if (is(name, "compact")) options->compact = true;
  if (is(name, "brief")) options->brief = true;
  if (is(name, "fold")) options->fold = true;
  return BP_OK;
}

static int read_format(const delivery_format **format, delivery_options *options, const char *text,
                       bp_error **error) {
  memset(options, 0, sizeof *options);
  const char *at = text;
  word name = next_word(&at, ':');
  *format = bpi_delivery_formats;
  while ((*format)->name != NULL && !is(name, (*format)->name))
    (*format)++;
  if ((*format)->name == NULL) return unknown_format(error, name);
  int rc = BP_OK;
  while (at != NULL && rc == BP_OK)
    rc = read_option(options, *format, next_word(&at, ','), error);
  return rc;
}

int bpi_deliver(char **out, size_t *length, const bp_result *r, const char *format,
                bp_error **error) {
  *out = NULL;
  const delivery_format *f;
  delivery_options options;
  int rc = read_format(&f, &options, format, error);
  if (rc != BP_OK) return rc;
  buf b;
  bpi_buf_init(&b, OUTPUT_LIMIT);
  f->write(&b, r, &options);
  int failed = b.failed;
  *out = bpi_buf_take(&b, length);
  if (*out != NULL) return BP_OK;
  if (failed == BP_ERR_LIMIT)
    return bpi_fail(error, BP_ERR_LIMIT, "a result is written as at most 1 GiB of text");
  return bpi_fail_nomem(error);
}
