/* sources/patch.c: only the beginnings of lines are examined, because they decide everything. */
#include "sources/patch.h"

#include <string.h>

#include "base/text.h"

#define LINES_MAX INT64_C(1000000000000) /* per hunk; no text has more */

enum { SECTION_NONE, SECTION_ADD, SECTION_UPDATE, SECTION_DELETE };

static const struct {
  const char *mark;
  int section;
} marks[] = {
    {"*** Add File: ", SECTION_ADD},
    {"*** Update File: ", SECTION_UPDATE},
    {"*** Delete File: ", SECTION_DELETE},
};

void bpi_patch_start(patch_text *p) {
  p->found = p->open = p->counted = false;
  p->section = SECTION_NONE;
  p->added = p->removed = 0;
  p->now.lines = p->most.lines = -1;
  p->now.length = p->most.length = p->length = 0;
}

static void end_section(patch_text *p) {
  if (p->now.lines > p->most.lines) {
    p->most.lines = p->now.lines;
    p->most.length = p->now.length;
    memcpy(p->most.path, p->now.path, p->now.length);
  }
  p->now.lines = -1;
  p->section = SECTION_NONE;
}

static void begin_section(patch_text *p, int section, const char *path, size_t length) {
  end_section(p);
  p->section = section;
  p->counted = p->counted || section != SECTION_DELETE;
  p->now.lines = 0;
  p->now.length = length <= sizeof p->now.path ? length : 0;
  memcpy(p->now.path, path, p->now.length);
}

static bool is_mark(const char *line, size_t length, const char *mark) {
  return length == strlen(mark) && memcmp(line, mark, length) == 0;
}

static void read_mark(patch_text *p) {
  size_t length = p->length;
  if (length > sizeof p->line) return; /* longer than any mark */
  while (length > 0 && (p->line[length - 1] == '\r' || p->line[length - 1] == ' '))
    length--;
  if (!p->open) {
    p->open = is_mark(p->line, length, "*** Begin Patch");
    p->found = p->found || p->open;
    return;
  }
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t skip = strlen(marks[i].mark);
    if (bpi_starts_with(p->line, length, marks[i].mark))
      begin_section(p, marks[i].section, p->line + skip, length - skip);
  }
  if (is_mark(p->line, length, "*** End Patch")) {
    end_section(p);
    p->open = false;
  }
}

static void end_line(patch_text *p) {
  bool inside = p->section == SECTION_ADD || p->section == SECTION_UPDATE;
  if (p->length == 0) return;
  if (p->line[0] == '*') {
    read_mark(p);
  } else if (inside && (p->line[0] == '+' || p->line[0] == '-')) {
    if (p->line[0] == '+')
      p->added++;
    else
      p->removed++;
    p->now.lines++;
  }
  p->length = 0;
}

/* Keeps only the first byte of a line that cannot be a mark. */
static void take_part(patch_text *p, const char *piece, size_t length) {
  bool mark = (p->length == 0 ? *piece : p->line[0]) == '*';
  size_t room = p->length < sizeof p->line ? sizeof p->line - p->length : 0;
  if (!mark) room = p->length == 0 ? 1 : 0;
  if (room > 0) memcpy(p->line + p->length, piece, length < room ? length : room);
  p->length += length;
}

void bpi_patch_feed(void *patch, const char *piece, size_t length) {
  patch_text *p = patch;
  for (const char *end = piece + length; piece < end;) {
    const char *newline = memchr(piece, '\n', (size_t)(end - piece));
    size_t part = (size_t)((newline == NULL ? end : newline) - piece);
    if (part > 0) take_part(p, piece, part);
    if (newline != NULL) end_line(p);
    piece += newline == NULL ? part : part + 1;
  }
}

void bpi_patch_end(patch_text *p) {
  end_line(p);
  end_section(p);
}

/* "-12,3": the sign, the first line, and the number of lines, which is 1 if omitted. */
static bool read_range(const char **at, const char *end, char sign, int64_t *lines) {
  const char *p = *at;
  *lines = 1;
  if (p == end || *p++ != sign) return false;
  while (p < end && *p >= '0' && *p <= '9')
    p++;
  if (p < end && *p == ',')
    for (*lines = 0, p++; p < end && *p >= '0' && *p <= '9' && *lines < LINES_MAX; p++)
      *lines = *lines * 10 + (*p - '0');
  *at = p;
  return true;
}

/* "@@ -12,3 +12,4 @@" */
static void begin_hunk(diff_text *d) {
  static const char mark[] = "@@";
  const char *at = d->head + sizeof mark, *end = d->head + d->length;
  if (!bpi_starts_with(d->head, d->length, mark)) return;
  d->limited = d->length > sizeof mark && read_range(&at, end, '-', &d->before) && at < end &&
               *at++ == ' ' && read_range(&at, end, '+', &d->after);
  d->hunk = !d->limited || d->before > 0 || d->after > 0;
}

/* Keeps digits and punctuation up to the first other byte, because code may follow. */
static void take_head(diff_text *d, const char *piece, size_t length) {
  static const char told[] = "@-+, 0123456789";
  for (size_t i = 0; i < length && d->length < sizeof d->head; i++) {
    if (d->head[d->length - 1] == '\0') return;
    bool is_told = memchr(told, piece[i], sizeof told - 1) != NULL;
    d->head[d->length++] = is_told ? piece[i] : '\0';
  }
}

/* Takes the first byte of a line. */
static void take_sign(diff_text *d, char sign) {
  if (sign == '@') d->head[d->length++] = sign;
  if (!d->hunk || sign == '@' || sign == '\\') return;
  d->added += sign == '+';
  d->removed += sign == '-';
  d->before -= sign != '+';
  d->after -= sign != '-';
  if (d->limited && d->before <= 0 && d->after <= 0) d->hunk = false;
}

void bpi_diff_feed(void *diff, const char *piece, size_t length) {
  diff_text *d = diff;
  for (const char *end = piece + length; piece < end;) {
    if (!d->inside) {
      take_sign(d, *piece);
      d->inside = true;
      if (*piece != '\n') piece++;
      continue;
    }
    const char *newline = memchr(piece, '\n', (size_t)(end - piece));
    size_t part = (size_t)((newline == NULL ? end : newline) - piece);
    if (d->length > 0) take_head(d, piece, part);
    if (newline == NULL) return;
    if (d->length > 0) begin_hunk(d);
    d->inside = false;
    d->length = 0;
    piece = newline + 1;
  }
}
