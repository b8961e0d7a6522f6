/* watch.c: today, as it goes on: on a terminal the page of stats in its place, elsewhere a line for
 * each change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "exits.h"
#include "live.h"
#include "stats.h"

#define MINUTE 60000 /* ms: the day may end, and the baseline with it */

/* Lines in the place of those that are there; what is longer than the screen scrolls. */
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

static int show(program *p, bool on_terminal) {
  stats s;
  text page = {0};
  json j = {0};
  int code = stats_ask(&s, p, "today");
  if (code == EXIT_OK && is_json(&p->screen)) {
    stats_json(&j, &s);
    code = write_json(&j);
  } else if (code == EXIT_OK) {
    stats_page(&page, &s);
    if (on_terminal) text_add(&page, "\nCtrl-C ends this.\n");
    code = on_terminal ? redraw(&page) : write_out(&page);
  }
  stats_free(&s);
  return code;
}

/* A terminal shows the page, a pipe gets the line of the status bar. */
static int show_change(program *p, bool on_terminal) {
  return on_terminal || is_json(&p->screen) ? show(p, on_terminal) : run_statusline(p);
}

int run_watch(program *p) {
  bool on_terminal = isatty(STDOUT_FILENO) && is_table(&p->screen);
  live l;
  if (!is_table(&p->screen) && !is_json(&p->screen))
    return complain(EXIT_USAGE, NULL, "watch writes table, json or ndjson");
  int code = live_open(&l, p);
  if (on_terminal) fputs("\x1b[2J", stdout);
  if (code == EXIT_OK) code = show_change(p, on_terminal);
  while (code == EXIT_OK && !interrupted) {
    bool news = live_step(&l, MINUTE);
    if (!interrupted && (news || on_terminal)) code = show_change(p, on_terminal);
  }
  live_close(&l);
  return code;
}
