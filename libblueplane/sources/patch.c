/* sources/patch.c: line starts decide everything, so only those are looked at. */
#include "sources/patch.h"

#include <string.h>

#include "base/text.h"

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

/* Of a line that cannot be a mark only the first byte is kept. */
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

void bpi_diff_feed(void *diff, const char *piece, size_t length) {
  diff_text *d = diff;
  for (const char *end = piece + length; piece < end;) {
    if (d->column == 0) {
      d->first = *piece;
      if (d->hunk && d->first == '+') d->added++;
      if (d->hunk && d->first == '-') d->removed++;
    } else if (d->column == 1 && d->first == '@' && *piece == '@') {
      d->hunk = true;
    }
    if (d->column < 2) {
      d->column = *piece++ == '\n' ? 0 : d->column + 1;
      continue;
    }
    const char *newline = memchr(piece, '\n', (size_t)(end - piece));
    if (newline == NULL) return;
    d->column = 0;
    piece = newline + 1;
  }
}
