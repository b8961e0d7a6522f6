/* demo.c: everything that people open, made of an organisation that does not exist. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calendar.h"
#include "exits.h"
#include "made.h"
#include "zone.h"

#define DEMO_WEEKS 26

/* The Monday behind the last whole week up to the day of --until, or to yesterday. */
static int last_monday(int64_t *days, const program *p) {
  const char *until = p->options.value[OPTION_UNTIL];
  date now = today();
  *days = days_of(now.year, now.month, now.day);
  if (until != NULL && !read_days(days, until))
    return complain(EXIT_USAGE, "days are written YYYY-MM-DD", "--until names no day");
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

int run_demo(program *p) {
  made m = {.folder = p->arguments[0]};
  int64_t monday = 0;
  int code = last_monday(&monday, p);
  if (code == EXIT_OK) code = number_of_weeks(&m.weeks, p);
  if (code != EXIT_OK) return code;
  m.monday_us = monday * DAY_US;
  if (mkdir(m.folder, 0700) != 0 && rmdir(m.folder) != 0)
    return complain(EXIT_USAGE, "name a folder that is not there yet", "%s cannot be made: %s",
                    m.folder, strerror(errno));
  mkdir(m.folder, 0700);
  return make_organisation(&m);
}
