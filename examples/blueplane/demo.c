/* demo.c: generates every page and report from a fictional organisation: first its stores, then the
 * output of the commands that people would run. Knows which pages there are, not their content. */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "exits.h"
#include "made.h"
#include "pages/page.h"
#include "system.h"
#include "zone.h"

#define DEMO_WEEKS 26

typedef struct piece {
  const char *file, *said;
  const char *words[12]; /* @NAME: in the folder; @weeks, @lead: files of the last weeks */
} piece;

static const piece pieces[] = {
    {"health.html",
     "For operators: the health of reading on the developer's machine",
     {"health", "--store", "@developer.db", "--integrity", "--size-limit", "4GB", NULL}},
    {"dashboard.html",
     "A developer's own numbers: the personal dashboard",
     {"dashboard", "--store", "@developer.db", "--no-sync", NULL}},
    {"team.html",
     "A lead's team: the dashboard of the last weeks",
     {"dashboard", "--as", "lead", "--team", "atlas", "@lead", NULL}},
    {"organisation.html",
     "For managers: the dashboard of the organisation",
     {"dashboard", "--release", "@acme.db", NULL}},
    {"executive-quarter.html",
     "For managers: the quarter",
     {"report", "executive", "--store", "@acme.db", "--period", "quarter", NULL}},
    {"executive-month.html",
     "For managers: the month",
     {"report", "executive", "--store", "@acme.db", "--period", "month", NULL}},
    {"executive-quarter.md",
     "The quarter for slides, as Markdown",
     {"report", "executive", "--store", "@acme.db", "--period", "quarter", "--format", "md", NULL}},
    {"executive-quarter.csv",
     "The quarter for a spreadsheet",
     {"report", "executive", "--store", "@acme.db", "--period", "quarter", "--format", "csv",
      NULL}},
    {"research.html",
     "For researchers: how assistants are used",
     {"report", "research", "--store", "@acme.db", NULL}},
    {"mail-lead.eml",
     "A lead's weekly mail",
     {"mail", "--as", "lead", "--team", "atlas", "--from", "blueplane@acme.example", "--to",
      "lead@acme.example", "@weeks", NULL}},
    {"mail-manager.eml",
     "A manager's weekly mail",
     {"mail", "--store", "@acme.db", "--from", "blueplane@acme.example", "--to",
      "manager@acme.example", NULL}}};
#define PIECES (sizeof pieces / sizeof *pieces)

/* The Monday after the last complete week up to the day of --until, or else up to yesterday. */
static int last_monday(int64_t *days, const program *p) {
  const char *until = p->options.value[OPTION_UNTIL];
  date now = today();
  *days = days_of(now.year, now.month, now.day);
  if (until != NULL && !read_days(days, until))
    return complain(EXIT_USAGE, "days are written YYYY-MM-DD", "--until is not a day");
  if (until != NULL) *days += 1;
  *days = monday_of(*days);
  return EXIT_OK;
}

static int number_of_weeks(int *weeks, const program *p) {
  const char *given_weeks = p->options.value[OPTION_WEEKS];
  char *end = NULL;
  long wanted = given_weeks == NULL ? DEMO_WEEKS : strtol(given_weeks, &end, 10);
  if ((end != NULL && *end != '\0') || wanted < 1 || wanted > MADE_WEEKS_MOST)
    return complain(EXIT_USAGE, NULL, "--weeks is a number from 1 to %d", MADE_WEEKS_MOST);
  *weeks = (int)wanted;
  return EXIT_OK;
}

static int make_folder(const char *path) {
  int failed = make_private_folder(path);
  if (failed == EEXIST) failed = rmdir(path) == 0 ? make_private_folder(path) : errno;
  if (failed == 0) return EXIT_OK;
  return complain(EXIT_USAGE, "name a folder that does not exist, or an empty one",
                  "cannot make %s: %s", path, strerror(failed));
}

static char *inside(const made *m, const char *name) {
  return print_text("%s/%s", m->folder, name);
}

static void add_releases(strings *line, const made *m, const char *ending) {
  int first = m->weeks > MADE_LEAD_WEEKS ? MADE_LEAD_WEEKS : m->weeks;
  for (int back = first; back > 0; back--) {
    char week[16];
    put_week_name(week, m->monday_us / DAY_US - INT64_C(7) * back);
    char *path = print_text("%s/%s.%s", m->folder, week, ending);
    strings_add(line, "--release");
    strings_add(line, path);
    free(path);
  }
}

static int make_piece(const made *m, const piece *one) {
  strings line = {0};
  char *output = inside(m, one->file);
  strings_add(&line, "blueplane");
  for (size_t i = 0; one->words[i] != NULL; i++) {
    const char *word = one->words[i];
    char *path = word[0] == '@' ? inside(m, word + 1) : copy_text(word);
    if (strcmp(word, "@weeks") == 0)
      add_releases(&line, m, "release");
    else if (strcmp(word, "@lead") == 0)
      add_releases(&line, m, "lead");
    else
      strings_add(&line, path);
    free(path);
  }
  strings_add(&line, "--output");
  strings_add(&line, output);
  int code = run_words((int)line.count, line.item);
  strings_free(&line);
  free(output);
  return code;
}

/* A page with links to the others. */
static int make_index(const made *m) {
  const char *const styles[] = {page_base_css, page_report_css, NULL};
  text body = {0}, whole = {0};
  text_add(
      &body,
      "<main class=\"page report\">\n<header class=\"head\"><h1>An organisation that does not exist</h1>"
      "<p class=\"subtitle\">60 people in 10 teams, made up</p></header>\n<section>\n<ul>\n");
  for (size_t i = 0; i < PIECES; i++)
    text_addf(&body, "<li><a href=\"%s\">%s</a></li>\n", pieces[i].file, pieces[i].said);
  text_add(&body, "</ul>\n</section>\n</main>\n");
  const page sheet = {
      .title = "An organisation that does not exist", .styles = styles, .body = body.data};
  write_page(&whole, &sheet);
  text_free(&body);
  char *path = inside(m, "index.html");
  int code = write_file(path, &whole);
  free(path);
  return code;
}

int run_demo(program *p) {
  made m = {.folder = p->arguments[0]};
  int64_t monday = 0;
  int code = last_monday(&monday, p);
  if (code == EXIT_OK) code = number_of_weeks(&m.weeks, p);
  if (code == EXIT_OK) code = make_folder(m.folder);
  if (code != EXIT_OK) return code;
  m.monday_us = monday * DAY_US;
  note(&p->screen, "sharing and publishing %d week%s of %d people ...", m.weeks,
       m.weeks == 1 ? "" : "s", MADE_PEOPLE);
  code = make_organisation(&m);
  for (size_t i = 0; i < PIECES && code == EXIT_OK; i++)
    code = make_piece(&m, &pieces[i]);
  if (code == EXIT_OK) code = make_index(&m);
  if (code != EXIT_OK) return code;
  char *path = inside(&m, "index.html");
  text t = {0};
  text_addf(&t, "%s\n", path);
  free(path);
  return write_out(&t);
}
