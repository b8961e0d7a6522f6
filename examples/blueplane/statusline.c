/* statusline.c: today in one line. */
#include <stdlib.h>

#include "commands.h"
#include "exits.h"

static void put_part(text *t, const screen *s, const char *said) {
  if (t->length > 0) text_add(t, s->ascii ? " | " : " · ");
  text_add(t, said);
}

int run_statusline(program *p) {
  static const char *const shown[] = {"sessions", "active_time",  "lines_added", "lines_removed",
                                      "cost",     "interactions", NULL};
  const screen *s = &p->screen;
  question q = {.metrics = shown, .period = "today"};
  bp_result *r = NULL;
  int code = ask(&r, p, &q);
  if (code != EXIT_OK) return code;
  if (!is_table(s)) {
    code = write_result(s, r, NULL);
    bp_result_free(r);
    return code == EXIT_NOTHING ? EXIT_OK : code;
  }
  text t = {0};
  int interactions = find_column(r, "metric", "interactions");
  if (!has_value(r, 0, interactions) || bp_result_int(r, 0, (size_t)interactions) == 0) {
    text_add(&t, "today: nothing yet");
  } else {
    int64_t count = bp_result_int(r, 0, (size_t)find_column(r, "metric", "sessions"));
    char *figures_of[5];
    for (size_t i = 0; i < 5; i++)
      figures_of[i] = figure(s, r, 0, find_column(r, "metric", shown[i]));
    char *sessions = print_text("today %s session%s", figures_of[0], count == 1 ? "" : "s");
    char *edits = print_text("+%s -%s", figures_of[2], figures_of[3]);
    put_part(&t, s, sessions);
    put_part(&t, s, figures_of[1]);
    if (has_value(r, 0, find_column(r, "metric", "lines_added"))) put_part(&t, s, edits);
    put_part(&t, s, figures_of[4]);
    for (size_t i = 0; i < 5; i++)
      free(figures_of[i]);
    free(sessions);
    free(edits);
  }
  text_add(&t, "\n");
  bp_result_free(r);
  return write_out(&t);
}
