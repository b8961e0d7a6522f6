/* watch.c: shows today, live: on a terminal it redraws the page of stats, elsewhere it writes a
 * line for each change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "interrupt.h"
#include "live.h"
#include "stats.h"
#include "system.h"

#define MINUTE 60000 /* ms: a new day may begin, with another baseline */

/* Draws over the lines on the screen; a page longer than the screen scrolls. */
static int redraw(text *page) {
  text t = {0};
  text_add(&t, "\x1b[H");
  for (const char *line = page->data; line != NULL && *line != '\0';) {
    size_t length = strcspn(line, "\n");
    text_add_bytes(&t, line, length);
    text_add(&t, "\x1b[K\n");
    line += length + (line[length] == '\n');
  }
  text_add(&t, "\x1b[J");
  text_free(page);
  return write_out(&t);
}

/* Makes the output: the page on a terminal, a line elsewhere, or JSON in one line. */
static int look(text *said, program *p, bool on_terminal) {
  stats s;
  json j = {0};
  int code = stats_ask(&s, p, "today");
  if (code == EXIT_OK && is_json(&p->screen)) {
    stats_json(&j, &s);
    *said = j.out;
    text_add(said, "\n");
  } else if (code == EXIT_OK && on_terminal) {
    stats_page(said, &s);
    text_add(said, "\nCtrl-C ends this.\n");
  } else if (code == EXIT_OK) {
    code = put_statusline(said, p);
  }
  stats_free(&s);
  return code;
}

static bool same_text(const text *a, const text *b) {
  return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

/* Writes the output if it changed. */
static int show(text *last, program *p, bool on_terminal) {
  text said = {0}, out = {0};
  int code = look(&said, p, on_terminal);
  if (code == EXIT_OK && !same_text(&said, last)) {
    text_add_bytes(&out, said.data, said.length);
    code = on_terminal ? redraw(&out) : write_out(&out);
  }
  text_free(last);
  *last = said;
  return code;
}

int run_watch(program *p) {
  bool writes = is_table(&p->screen) || is_json(&p->screen);
  text last = {0};
  live l;
  if (!writes && given(&p->options, OPTION_FORMAT))
    return complain(EXIT_USAGE, NULL, "watch writes table, json or ndjson");
  if (!writes) p->screen.format = "table"; /* the configured format is for other commands */
  bool on_terminal = is_terminal(stdout) && is_table(&p->screen);
  int code = live_open(&l, p);
  if (on_terminal) fputs("\x1b[2J", stdout);
  if (code == EXIT_OK) code = show(&last, p, on_terminal);
  while (code == EXIT_OK && !interrupted) {
    bool news = live_step(&l, MINUTE);
    if (!interrupted && (news || on_terminal)) code = show(&last, p, on_terminal);
  }
  text_free(&last);
  live_close(&l);
  return code;
}
