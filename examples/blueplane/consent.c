/* consent.c: what a person lets others see of the person's own numbers: grant, revoke, list. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "zone.h"

#define DAYS_USUAL 90
#define AUDIENCE_USUAL "lead"

static int usage(const char *hint) {
  return complain(EXIT_USAGE, hint, "consent is given by family of metrics");
}

/* The end of the day of --until, or of the default number of days. */
static int expiry(const program *p, int64_t *expires_us) {
  const char *said = p->options.value[OPTION_UNTIL];
  date last = add_days(today(), DAYS_USUAL);
  if (said != NULL && !parse_date(&last, said)) {
    char *shown = text_safe(said);
    complain(EXIT_USAGE, "dates look like 2026-11-23", "--until: \"%s\" is not a date", shown);
    free(shown);
    return EXIT_USAGE;
  }
  *expires_us = instant_of(add_days(last, 1));
  return EXIT_OK;
}

static int set(program *p, bool granted) {
  bp_error *error = NULL;
  int64_t expires_us = 0;
  int code = granted ? expiry(p, &expires_us) : EXIT_OK;
  const char *audience = p->argument_count > 2 ? p->arguments[2] : AUDIENCE_USUAL;
  if (code != EXIT_OK) return code;
  if (bp_consent_set(p->store, p->arguments[1], audience, granted, expires_us, &error) != BP_OK)
    return complain_of(error);
  if (granted) {
    char day[16];
    format_date(day, date_of(expires_us - 1));
    note(&p->screen, "your %s may see your own numbers of the family \"%s\" until %s", audience,
         p->arguments[1], day);
  } else {
    note(&p->screen, "your %s may no longer see your own numbers of the family \"%s\"", audience,
         p->arguments[1]);
  }
  return EXIT_OK;
}

static int list(const program *p) {
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, "consent", &error) != BP_OK) return complain_of(error);
  int code = write_result(&p->screen, r, "titles");
  if (code == EXIT_NOTHING && is_table(&p->screen))
    note(&p->screen, "you have not agreed to anything: nobody sees your own numbers but you");
  bp_result_free(r);
  return code;
}

int run_consent(program *p) {
  const char *what = p->arguments[0];
  if (strcmp(what, "list") == 0 && p->argument_count == 1) return list(p);
  bool grants = strcmp(what, "grant") == 0;
  if ((grants || strcmp(what, "revoke") == 0) && p->argument_count >= 2) return set(p, grants);
  return usage("usage: blueplane consent grant FAMILY [AUDIENCE] [--until DATE], consent revoke "
               "FAMILY [AUDIENCE], consent list");
}
