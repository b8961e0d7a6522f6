/* commands.c: what the program can do, as one table, and what is made from it: help, usage errors,
 * completion. Knows no metric. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"

#define O(name) OPTION_BIT(OPTION_##name)
#define RANGE (O(PERIOD) | O(DATE) | O(SINCE) | O(UNTIL) | O(WHERE))
#define LISTING (RANGE | O(COMPARE) | O(ORDER) | O(LIMIT))
#define ANSWERS (COMMAND_STORE | COMMAND_SYNC)

#define YOURS "Your numbers"
#define QUESTIONS "Any question"
#define DATA "Data"
#define TEAM "Teams"
#define CARE "Care"
#define PROGRAM "The program"

const command command_table[] = {
    {"stats", YOURS, "[PERIOD]", "a day, a week or a month at a glance",
     "PERIOD is today (the default), yesterday, week, month, quarter, year, last_week, last_month, "
     "Nd for N days, or all. With --date the day, week or month that holds the date. A day is "
     "compared with the own average, longer periods with the one before; --compare chooses.",
     RANGE | O(COMPARE), ANSWERS, 0, 1,
     "today yesterday week month quarter year last_week last_month 7d 28d all", run_stats},
    {"days", YOURS, "", "day by day, with bars", NULL, LISTING, ANSWERS, 0, 0, NULL, run_days},
    {"hours", YOURS, "", "when in the day you work", NULL, LISTING, ANSWERS, 0, 0, NULL, run_hours},
    {"cost", YOURS, "", "tokens and list price by model", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"code", YOURS, "", "lines and files by language", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"commits", YOURS, "", "commits week by week: assisted, near a session, fixes, reverts",
     "Assistants tell of commits that they made; blueplane git reads all of yours from a "
     "repository, with their lines and kinds.",
     LISTING, ANSWERS, 0, 0, NULL, run_listing},
    {"sessions", YOURS, "", "the sessions, the latest first",
     "With --stats their number, length and depth: mean, median, 90th percentile, distribution.",
     LISTING | O(STATS), ANSWERS, 0, 0, NULL, run_sessions},
    {"session", YOURS, "ID", "one session in full",
     "ID is the first digits of a session's identifier, four or more, as sessions shows them.", 0,
     ANSWERS, 1, 1, NULL, run_session},
    {"platforms", YOURS, "", "the assistants side by side", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"workspaces", YOURS, "", "the projects side by side", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"tools", YOURS, "", "what the assistants used and how it ended", NULL, LISTING, ANSWERS, 0, 0,
     NULL, run_listing},
    {"tasks", YOURS, "", "what the work was, and whether it was resolved",
     "A session is cut where the work changed; docs/tasks.md has the rules. With how much time was "
     "saved, if what is assumed holds: --assumptions gives other assumptions.",
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_tasks},
    {"prompts", YOURS, "", "how work goes on after which kinds of prompts", NULL,
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_prompts},
    {"delegate", YOURS, "", "what to delegate, and how the work goes most often", NULL,
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_delegate},
    {"insights", YOURS, "", "what stands out, with its evidence and what to try",
     "Each was found by a test that holds for all that was compared together; where nothing passes, "
     "nothing is told. Five sessions on three days are about the least. The default period is 7d.",
     RANGE | O(LIMIT), ANSWERS, 0, 0, NULL, run_insights},
    {"trend", YOURS, "[METRIC...]", "how rates changed over twelve weeks",
     "The change per week with its interval, up to the end of the period. Without METRIC how often "
     "calls fail and are repeated, first tries, cost per line and others.",
     RANGE | O(LIMIT), ANSWERS, 0, 15, "@metrics", run_trend},
    {"compare", YOURS, "[PERIOD [PERIOD]] [METRIC...]", "two periods, or groups, side by side",
     "Rates of a period (the default is 7d) beside the one before, beside a second PERIOD or a "
     "--compare baseline, or with --by each value of a dimension beside all others. A verdict is "
     "given only where the interval allows one.",
     RANGE | O(COMPARE) | O(BY) | O(LIMIT), ANSWERS, 0, 15, "@metrics", run_compare},
    {"dashboard", YOURS, "", "everything about your work on one page, as a file for the browser",
     "Writes one HTML file that loads nothing and sends nothing, and prints its path. Period and "
     "baseline are chosen in the page; each figure shows what it is made of, down to the session. "
     "With --release what is published of a team or an organisation, with the eyes of --as.",
     O(WHERE) | O(OUTPUT) | O(RELEASE) | O(AS) | O(TEAM), 0, 0, 0, NULL, run_dashboard},
    {"statusline", YOURS, "", "today in one line, for prompts and status bars",
     "Name it as the command of Claude Code's status line: what that tells of the session at hand on "
     "standard input adds its cost; other input is passed over. Always ends with 0 when it could "
     "answer.",
     0, ANSWERS | COMMAND_SOON, 0, 0, NULL, run_statusline},

    {"watch", YOURS, "", "today, as it goes on",
     "Follows the records of the assistants as they grow. On a terminal the page of stats, in a pipe a "
     "line, with --json a document for each change. Ctrl-C ends it.",
     O(POLL), COMMAND_STORE | COMMAND_WRITE, 0, 0, NULL, run_watch},

    {"metric", QUESTIONS, "NAME...", "any metrics by any dimensions",
     "Example: blueplane metric cost lines_added --by time.week,model --since 2026-07-01 "
     "--where platform=codex --compare previous",
     LISTING | O(BY), ANSWERS, 1, -1, "@metrics", run_metric},
    {"metrics", QUESTIONS, "[WORD]", "the catalogue of metrics", NULL, 0, 0, 0, 1, NULL,
     run_catalog},
    {"dimensions", QUESTIONS, "[WORD]", "what metrics can be grouped by and filtered on", NULL, 0,
     0, 0, 1, NULL, run_catalog},
    {"export", QUESTIONS, "[sessions | METRIC...]",
     "everything, or chosen metrics, for other programs",
     "One row for each metric, day, platform and workspace, in a long form that any tool can "
     "pivot; --by chooses other dimensions, no METRIC means all that take them. sessions gives one "
     "row for each session. The default format is csv, the default period all.",
     RANGE | O(BY), ANSWERS, 0, -1, "@metrics", run_export},

    {"sync", DATA, "[PATH...]", "read what is new; all commands above do it first",
     "Without PATH the places where the assistants keep their records. Ctrl-C keeps what was read.",
     O(SOURCE) | O(RESTART), COMMAND_STORE | COMMAND_WRITE, 0, -1, NULL, run_sync},
    {"git", DATA, "[PATH...]", "read your commits of repositories",
     "Without PATH the repository that the current folder lies in. Yours are the commits whose "
     "author has the address that the repository commits with (git config user.email), or one of "
     "--author; those of others and merges are passed over. Reading again adds what is new.",
     O(AUTHOR), COMMAND_WRITE, 0, -1, NULL, run_git},
    {"hook", DATA, "claude_code|cursor", "keep a payload of the assistant's hooks, without content",
     "Reads it on standard input and opens no store. Name this as the command of the hooks: "
     "docs/sources.md has the settings.",
     0, COMMAND_BARE, 0, -1, "claude_code cursor", run_hook},
    {"privacy", DATA, "audit | preview FILE",
     "what is stored about you, what leaves, who asked; or what would be kept of a file",
     "preview shows field by field what would be kept, hashed or left out, and by which rule.",
     O(SOURCE), 0, 1, 2, "audit preview", run_privacy},
    {"consent", DATA, "grant FAMILY | revoke FAMILY | list",
     "who else may see your own numbers: nobody, unless you say so",
     "FAMILY is a family of blueplane metrics. Your team lead is meant, and weeks that begin from now on; "
     "it ends on --until DATE, or after 90 days, and can be taken back at any time. The team's store hears "
     "of it with your next bundle, or at once with blueplane share consent FILE.",
     O(UNTIL), COMMAND_STORE | COMMAND_WRITE, 1, 3, "grant revoke list", run_consent},
    {"erase", DATA, "session ID | workspace NAME | source NAME | range | everything | expired",
     "take out of the store for good",
     "range needs --since DATE and --until DATE, both included. expired is what is older than the "
     "store keeps things. What is erased does not come back when its files are read again.",
     O(SINCE) | O(UNTIL) | O(YES), COMMAND_STORE | COMMAND_WRITE, 1, 2,
     "session workspace source range everything expired", run_erase},
    {"prices", DATA, "", "the price table in force", NULL, O(UNPRICED), COMMAND_STORE, 0, 0, NULL,
     run_prices},

    {"team", TEAM, "ACTION [WORD...]", "team stores: who belongs to one, and joining one",
     "A steward: init STORE [organisation], roster STORE [FILE], invite STORE, signed STORE, open "
     "STORE, trust STORE INVITATION...; erase STORE MEMBER takes out all that is kept of a member, "
     "retract STORE WEEK what was published of a week, both with --yes and for good. A member: join "
     "FILE... takes an invitation or a signed roster, status, members, minimum PEOPLE, agree ROSTER. "
     "docs/teams.md walks through it.",
     O(YES), 0, 1, -1,
     "init roster invite signed open erase retract trust join status members minimum agree",
     run_team},
    {"share", TEAM, "WEEK FILE | consent FILE",
     "a week of yours as a sealed bundle for your team's store",
     "WEEK is an ISO week that is over and not closed, 2026-W07. What is in the bundle: blueplane "
     "privacy audit. The store reads what is new first. With consent it holds what you agreed to with "
     "blueplane consent, and no number: so a consent that you take back is taken back at once.",
     0, COMMAND_WRITE, 2, 2, NULL, run_share},
    {"merge", TEAM, "STORE FILE...", "bundles into a team's store, releases into an organisation's",
     "Each file is taken or refused by itself; any order and any repetition end in the same store.",
     0, 0, 2, -1, NULL, run_merge},
    {"publish", TEAM, "STORE WEEK FILE", "a closed week of a team's store as a release, once",
     "Deletes what the members sent of the week. Publishing again writes the same file. With --team, behind "
     "that, the file of a team's lead: the team's numbers, and members who agreed to be seen.",
     O(TEAM), 0, 3, 3, NULL, run_publish},
    {"release", TEAM, "show FILE [METRIC...]", "what is published in a release or an organisation",
     "Without METRIC what the file is and who signed it, or which weeks the store has. --as chooses with whose eyes: manager (the "
     "default), research, or lead with --team. A lead's file knows its team and has --by member. With "
     "--period, a week, month, quarter or year, --compare previous puts the window before beside it.",
     O(BY) | O(AS) | O(TEAM) | O(PERIOD) | O(COMPARE), 0, 2, -1, "show", run_release},

    {"report", TEAM, "executive | research [FILE...]",
     "a report of a month or a quarter, for print or slides",
     "From releases, or of an organisation with --store ORG. executive: cost, output, adoption, licences, return, recommendations "
     "by stated rules, comparisons; research: features, tasks, journeys, errors, time, experience. --period is month "
     "or quarter, the last whole one, or 2026-03, 2026-Q1. --format is html, md or csv.",
     O(PERIOD) | O(RELEASE) | O(BENCHMARK) | O(OUTPUT), 0, 1, -1, "executive research", run_report},

    {"mail", TEAM, "", "the week as a mail, for sendmail or msmtp",
     "Of --release FILE, the week's and those of the weeks before, or of an organisation with --store ORG. --as lead --team TEAM "
     "is for a lead, else it is for managers. Nothing is sent: blueplane mail ... | sendmail -t.",
     O(RELEASE) | O(AS) | O(TEAM) | O(FROM) | O(TO) | O(OUTPUT), 0, 0, 0, NULL, run_mail},

    {"health", CARE, "", "figures of the store and of reading, for monitoring",
     "With an operator's eyes: nothing of what you did is in it. Example: blueplane health --fail-on "
     "'lag_p95>60s,rejects>0.1%' ends with 5 when one of them is breached. --format prometheus is "
     "what a scraper reads, --output FILE a page. Reads nothing new, so that it shows what waits.",
     O(OUTPUT) | O(FAIL_ON) | O(INTEGRITY) | O(SIZE_LIMIT) | O(QUEUE), 0, 0, 0, NULL, run_health},
    {"serve", CARE, "", "today and health as live pages on this machine",
     "On http://127.0.0.1:7077, for you alone: the address it prints holds a token. With --health "
     "the figures of health only, at /, /health.json and /metrics, for monitoring. docs/health.md "
     "says more.",
     O(HEALTH) | O(BIND) | O(PORT) | O(HOST) | O(TOKEN_FILE) | O(POLL) | O(SIZE_LIMIT) | O(QUEUE),
     0, 0, 0, NULL, run_serve},
    {"doctor", CARE, "", "looks for what is wrong and says how to mend it",
     "Ends with 1 if there is a problem, with 0 if there are warnings only.", 0, 0, 0, 0, NULL,
     run_doctor},

    {"places", CARE, "", "where the store is, and where records are looked for",
     "What other programs ask that want to find the same: --json gives the paths in full.", 0, 0, 0,
     0, NULL, run_places},

    {"demo", PROGRAM, "DIR", "every page, report and mail of an organisation that does not exist",
     "60 people in 10 teams, made up: their weeks are shared and published as anybody's are. DIR is "
     "made and must not be there, or be empty. --weeks N (26) up to --until DATE, by default to the last whole week. "
     "The same weeks give the same numbers.",
     O(UNTIL) | O(WEEKS), 0, 1, 1, NULL, run_demo},
    {"completion", PROGRAM, "bash|zsh|fish", "a completion script for your shell",
     "Example for ~/.bashrc: source <(blueplane completion bash)", 0, 0, 1, 1, "bash zsh fish",
     run_completion},
    {"version", PROGRAM, "", "the versions of the program and the library", NULL, 0, 0, 0, 0, NULL,
     run_version},
    {"help", PROGRAM, "[COMMAND]", "this help, or that of a command", NULL, 0, 0, 0, 1, "@commands",
     run_help},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL}};

const command *find_command(const char *name) {
  const command *c = command_table;
  while (c->name != NULL && strcmp(c->name, name) != 0)
    c++;
  return c->name == NULL ? NULL : c;
}

/* -------------------------------------------------------------------------------- usage errors */

static char *usage_of(const command *c) {
  return print_text("usage: blueplane %s%s%s%s", c->name, c->arguments[0] != '\0' ? " " : "",
                    c->arguments, c->options != 0 ? " [OPTION...]" : "");
}

static const command *unknown_command(const char *typed) {
  nearest n = {typed, NULL, 0};
  for (const command *c = command_table; c->name != NULL; c++)
    nearest_try(&n, c->name);
  complain_of_name("there is no command", &n, "blueplane help lists the commands");
  return NULL;
}

static bool options_fit(const options *o, const command *c) {
  uint64_t foreign = o->given & ~(c->options | OPTIONS_GLOBAL);
  if (foreign == 0) return true;
  const option_info *info = option_table;
  while (!(foreign & OPTION_BIT(info->id)))
    info++;
  char *hint = print_text("blueplane help %s lists what it takes", c->name);
  complain(EXIT_USAGE, hint, "%s takes no --%s", c->name, info->name);
  free(hint);
  return false;
}

static bool arguments_fit(const program *p, const command *c) {
  int count = (int)p->options.arguments.count - 1;
  if (count >= c->least && (c->most < 0 || count <= c->most)) return true;
  char *usage = usage_of(c);
  const char *bound = c->most == c->least ? "" : count < c->least ? "at least " : "at most ";
  int wanted = count < c->least ? c->least : c->most;
  if (wanted == 0)
    complain(EXIT_USAGE, usage, "%s takes no argument but its options", c->name);
  else
    complain(EXIT_USAGE, usage, "%s takes %s%d argument%s, and %d %s given", c->name, bound, wanted,
             wanted == 1 ? "" : "s", count, count == 1 ? "was" : "were");
  free(usage);
  return false;
}

const command *choose_command(const program *p) {
  const char *name = p->options.arguments.item[0];
  const command *c = find_command(name);
  if (c == NULL) return unknown_command(name);
  if (given(&p->options, OPTION_HELP)) return c;
  return options_fit(&p->options, c) && arguments_fit(p, c) ? c : NULL;
}

/* ---------------------------------------------------------------------------------------- help */

#define NAME_COLUMN 24
#define HELP_WIDTH 100

/* "  name       what it is", the second part wrapped. */
static void put_entry(text *t, const screen *s, const char *name, const char *help) {
  screen narrow = *s;
  if (s->width == 0 || s->width > HELP_WIDTH) narrow.width = HELP_WIDTH;
  int indent = narrow.width < 50 ? 6 : NAME_COLUMN, used = 2 + text_width(name);
  text_add(t, "  ");
  put(t, s, STYLE_BOLD, name, 0);
  if (used + 2 > indent) {
    text_add(t, "\n");
    used = 0;
  }
  text_repeat(t, " ", indent - used);
  put_wrapped(t, &narrow, help, indent);
}

static void put_options(text *t, const screen *s, uint64_t set) {
  for (const option_info *info = option_table; info->name != NULL; info++) {
    if (!(set & OPTION_BIT(info->id))) continue;
    text name = {0};
    if (info->letter != 0) text_addf(&name, "-%c, ", info->letter);
    text_addf(&name, "--%s%s%s", info->name, info->argument != NULL ? " " : "",
              info->argument != NULL ? info->argument : "");
    put_entry(t, s, name.data, info->help);
    text_free(&name);
  }
}

static void put_paragraph(text *t, const screen *s, const char *said) {
  screen narrow = *s;
  if (s->width == 0 || s->width > HELP_WIDTH) narrow.width = HELP_WIDTH;
  put_wrapped(t, &narrow, said, 0);
}

void write_help(text *t, const screen *s) {
  text_add(t, "usage: blueplane COMMAND [OPTION...]\n");
  for (const command *c = command_table; c->name != NULL; c++) {
    if (c == command_table || strcmp(c->group, (c - 1)->group) != 0) {
      text_add(t, "\n");
      put(t, s, STYLE_BOLD, c->group, 0);
      text_add(t, "\n");
    }
    put_entry(t, s, c->name, c->summary);
  }
  text_add(t, "\n");
  put(t, s, STYLE_BOLD, "Options of every command", 0);
  text_add(t, "\n");
  put_options(t, s, OPTIONS_GLOBAL);
  text_add(t, "\n");
  put_paragraph(t, s,
                "blueplane help COMMAND says more. Exit codes: 0 ok, 1 failure, 2 usage, 3 nothing "
                "found, 4 withheld, 5 threshold breached, 6 busy, 130 interrupted.");
}

void write_command_help(text *t, const screen *s, const command *c) {
  char *usage = usage_of(c);
  text_addf(t, "%s\n\n%s: %s\n", usage, c->name, c->summary);
  free(usage);
  if (c->details != NULL) {
    text_add(t, "\n");
    put_paragraph(t, s, c->details);
  }
  if (c->options != 0) {
    text_add(t, "\n");
    put_options(t, s, c->options);
  }
  text_add(t, "\nblueplane help lists the options of every command.\n");
}

int run_help(program *p) {
  text t = {0};
  const command *c = NULL;
  if (p->argument_count > 0) {
    c = find_command(p->arguments[0]);
    if (c == NULL) {
      unknown_command(p->arguments[0]);
      return EXIT_USAGE;
    }
  }
  if (c == NULL)
    write_help(&t, &p->screen);
  else
    write_command_help(&t, &p->screen, c);
  return write_out(&t);
}

int run_version(program *p) {
  text t = {0};
  if (is_json(&p->screen)) {
    json j = {0};
    json_open(&j, NULL, '{');
    json_text(&j, "schema", "blueplane.version/1");
    json_text(&j, "program", BP_VERSION_STRING);
    json_text(&j, "library", bp_version_string());
    json_close(&j, '}');
    return write_json(&j);
  }
  text_addf(&t, "blueplane %s", BP_VERSION_STRING);
  if (strcmp(BP_VERSION_STRING, bp_version_string()) != 0)
    text_addf(&t, " (libblueplane %s)", bp_version_string());
  text_add(&t, "\n");
  return write_out(&t);
}
