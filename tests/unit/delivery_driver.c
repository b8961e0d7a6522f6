/* Driver for delivery_oracle.py: builds tables from a description on standard input and writes each
 * in the formats asked for. One command a line, numbers as decimals, texts in hex ("-": none):
 *
 *     c TYPE NAME     a column            m KEY TEXT         metadata
 *     r               a row               k COLUMN KEY TEXT  metadata of a column
 *     i COLUMN INT    a cell              d COLUMN HEX       a cell: the bits of a double
 *     t COLUMN TEXT   a cell              s COLUMN STATE     a cell's state
 *     f FORMAT        write it            e                  the end of a table
 *
 * For each format, a line with the length in bytes and then the text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/mem.h"
#include "result/table.h"

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

enum { FORMATS = 16 };

typedef struct job {
  bp_result *table;
  char formats[FORMATS][64];
  size_t count;
} job;

static void fail(const char *what) {
  fprintf(stderr, "delivery_driver: %s\n", what);
  exit(2);
}

static unsigned nibble(char c) {
  return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

/* Decodes in place; returns the length of the text. */
static size_t unhex(char *text) {
  size_t length = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
  for (size_t i = 0; i < length; i++)
    text[i] = (char)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
  text[length] = '\0';
  return length;
}

static void set_bits(bp_result *t, size_t column, const char *hex) {
  uint64_t bits = strtoull(hex, NULL, 16);
  double value;
  memcpy(&value, &bits, sizeof value);
  bpi_table_set_real(t, column, value);
}

static void finish(job *j) {
  bp_result *r = NULL;
  if (bpi_table_finish(&r, j->table, NULL) != BP_OK) fail("the table is not well formed");
  for (size_t i = 0; i < j->count; i++) {
    char *text;
    size_t length;
    if (bp_result_format(&text, &length, r, j->formats[i], NULL) != BP_OK) fail(j->formats[i]);
    printf("%zu\n", length);
    fwrite(text, 1, length, stdout);
    bpi_free(text);
  }
  bp_result_free(r);
  j->table = bpi_table_new();
  j->count = 0;
}

/* `a`, `b` and `c` are the words after the command, "" if there are fewer. */
static void run(job *j, char command, char *a, char *b, char *c) {
  size_t column = (size_t)strtoul(a, NULL, 10), length;
  switch (command) {
  case 'c': bpi_table_add_column(j->table, (int)strtol(a, NULL, 10), b, NULL); break;
  case 'm': unhex(b), bpi_table_meta(j->table, a, b); break;
  case 'k': unhex(c), bpi_table_column_meta(j->table, column, b, c); break;
  case 'r': bpi_table_add_row(j->table); break;
  case 'i': bpi_table_set_int(j->table, column, strtoll(b, NULL, 10)); break;
  case 'd': set_bits(j->table, column, b); break;
  case 't': length = unhex(b), bpi_table_set_text(j->table, column, b, length); break;
  case 's': bpi_table_set_state(j->table, column, (int)strtol(b, NULL, 10)); break;
  case 'f':
    if (j->count == FORMATS) fail("too many formats");
    snprintf(j->formats[j->count++], sizeof j->formats[0], "%s", a);
    break;
  case 'e': finish(j); break;
  default: fail("unknown command");
  }
}

int main(void) {
  static char line[1 << 16];
  job j = {bpi_table_new(), {{0}}, 0};
#ifdef _WIN32
  _setmode(1, _O_BINARY);
#endif
  while (fgets(line, sizeof line, stdin) != NULL) {
    char *words[4], *at = line, nothing[] = "";
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < 4; i++) {
      words[i] = at != NULL ? at : nothing;
      at = at != NULL ? strchr(at, ' ') : NULL;
      if (at != NULL) *at++ = '\0';
    }
    run(&j, words[0][0], words[1], words[2], words[3]);
  }
  bpi_table_release(j.table);
  return 0;
}
