/* screen.c: finds the width and the abilities of the terminal, and aligns text on it. */
#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "system.h"

/* A variable's value; NULL if it is not set or empty. */
static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Whether the locale names a character set other than UTF-8; without a locale UTF-8 is assumed. */
static bool speaks_ascii(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *locale = variable(names[i]);
    if (locale == NULL) continue;
    const char *charset = strrchr(locale, '.');
    return charset == NULL ||
           (strncasecmp(charset, ".utf-8", 6) != 0 && strncasecmp(charset, ".utf8", 5) != 0);
  }
  return false;
}

/* COLUMNS, else the terminal's width, else 80; 0 (unlimited) if not a terminal. */
static int width_of(bool terminal) {
  const char *columns = getenv("COLUMNS");
  char *end;
  long width = columns != NULL ? strtol(columns, &end, 10) : 0;
  if (width > 0 && width < 10000 && *end == '\0') return (int)width;
  if (!terminal) return 0;
  int told = terminal_width();
  return told > 0 ? told : 80;
}

void screen_init(screen *s, const options *o) {
  bool terminal = is_terminal(stdout);
  const char *term = getenv("TERM"), *color = o->value[OPTION_COLOR];
  bool dumb = term != NULL && strcmp(term, "dumb") == 0;
  s->format = o->value[OPTION_FORMAT] != NULL ? o->value[OPTION_FORMAT] : "table";
  s->width = width_of(terminal);
  s->ascii = speaks_ascii();
  s->blocks = terminal && !dumb && !s->ascii;
  s->color = terminal && !dumb && variable("NO_COLOR") == NULL;
  if (color != NULL && strcmp(color, "always") == 0) s->color = true;
  if (color != NULL && strcmp(color, "never") == 0) s->color = false;
  s->quiet = given(o, OPTION_QUIET);
  s->talks_to_terminal = is_terminal(stderr) && !dumb;
}

bool is_json(const screen *s) {
  return strcmp(s->format, "json") == 0 || strcmp(s->format, "ndjson") == 0;
}

bool is_markup(const screen *s) {
  return strcmp(s->format, "markdown") == 0 || strcmp(s->format, "html") == 0;
}

bool is_table(const screen *s) {
  return strcmp(s->format, "table") == 0;
}

void put(text *t, const screen *s, const char *style, const char *string, int width) {
  bool styled = s->color && style != NULL && string[0] != '\0';
  int own = text_width(string), filled = width > own ? width - own : 0;
  if (styled) text_add(t, style);
  text_fit(t, string, filled > 0 ? 0 : width, s->ascii);
  if (styled) text_add(t, "\x1b[0m");
  text_repeat(t, " ", filled); /* after the style, so that put_line_end removes them */
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
