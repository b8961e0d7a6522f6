/* commands.c: the table of commands, and what is made from it: help and usage errors. Knows no
 * metric. */
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
     "PERIOD is today (the default), yesterday, week, month, quarter, year, last_week, "
     "last_month, Nd for N days, all, or any other of --period. With --date it is the day, week or "
     "month that contains the date. A day is compared with your own average, longer periods with the one "
     "before; --compare chooses another baseline.",
     RANGE | O(COMPARE), ANSWERS, 0, 1,
     "today yesterday week month quarter year last_week last_month 7d 28d all", run_stats},
    {"days", YOURS, "", "day by day, with bars", NULL, LISTING, ANSWERS, 0, 0, NULL, run_days},
    {"hours", YOURS, "", "when in the day you work", NULL, LISTING, ANSWERS, 0, 0, NULL, run_hours},
    {"cost", YOURS, "", "tokens and list price by model", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"code", YOURS, "", "lines and files by language", NULL, LISTING, ANSWERS, 0, 0, NULL,
     run_listing},
    {"commits", YOURS, "", "commits week by week: assisted, near a session, fixes, reverts",
     "Assistants record the commits that they made; blueplane git reads all of yours from a "
     "repository, with their lines and types.",
     LISTING, ANSWERS, 0, 0, NULL, run_listing},
    {"sessions", YOURS, "", "the sessions, the latest first",
     "--stats shows their number, length and depth instead: mean, median, 90th percentile, "
     "distribution.",
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
     "A session is divided where the work changed; docs/tasks.md has the rules. Also shows how "
     "much time was saved, under assumptions that --assumptions replaces.",
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_tasks},
    {"prompts", YOURS, "", "how the work continues after each kind of prompt", NULL,
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_prompts},
    {"delegate", YOURS, "", "what to delegate, and the most frequent ways of working", NULL,
     RANGE | O(COMPARE), ANSWERS, 0, 0, NULL, run_delegate},
    {"insights", YOURS, "", "what stands out, with its evidence and what to try",
     "Each finding passed a test that accounts for everything that was compared; if nothing "
     "passes, nothing is shown. About five sessions on three days are the minimum. The default "
     "period is 7d.",
     RANGE | O(LIMIT), ANSWERS, 0, 0, NULL, run_insights},
    {"trend", YOURS, "[METRIC...]", "how rates changed over twelve weeks",
     "The change per week with its interval, up to the end of the period. Without METRIC: how "
     "often calls fail and are repeated, first tries, cost per line and others.",
     RANGE | O(LIMIT), ANSWERS, 0, 15, "@metrics", run_trend},
    {"compare", YOURS, "[PERIOD [PERIOD]] [METRIC...]", "two periods, or groups, side by side",
     "Compares the rates of a period (the default is 7d) with the one before, with a second "
     "PERIOD or a --compare baseline, or with --by each value of a dimension with all others. "
     "A verdict is given only if the interval allows one.",
     RANGE | O(COMPARE) | O(BY) | O(LIMIT), ANSWERS, 0, 15, "@metrics", run_compare},
    {"dashboard", YOURS, "", "everything about your work on one page, as a file for the browser",
     "Writes one HTML file that loads nothing and sends nothing, and prints its path. Period "
     "and baseline are chosen in the page; each figure shows what it is made of, down to the "
     "session. With --release it shows what is published of a team or an organisation, as seen "
     "by --as.",
     O(WHERE) | O(OUTPUT) | O(RELEASE) | O(AS) | O(TEAM), 0, 0, 0, NULL, run_dashboard},
    {"statusline", YOURS, "", "today in one line, for prompts and status bars",
     "As the command of Claude Code's status line it also shows the cost of the current "
     "session, which Claude Code describes on standard input; other input is ignored. Exits "
     "with 0 whenever it could answer.",
     0, ANSWERS | COMMAND_SOON, 0, 0, NULL, run_statusline},

    {"watch", YOURS, "", "today, live",
     "Follows the records of the assistants as they grow. On a terminal it shows the page of "
     "stats; in a pipe it writes a line for each change, with --json a document. Ctrl-C ends "
     "it.",
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
     "pivot; --by chooses other dimensions. Without METRIC, all metrics that take them. "
     "sessions writes one row for each session. The default format is csv, the default period "
     "all.",
     RANGE | O(BY), ANSWERS, 0, -1, "@metrics", run_export},

    {"sync", DATA, "[PATH...]", "read what is new; all commands above do it first",
     "Without PATH, reads the places where the assistants keep their records. Ctrl-C keeps "
     "what was read.",
     O(SOURCE) | O(RESTART), COMMAND_STORE | COMMAND_WRITE, 0, -1, NULL, run_sync},
    {"git", DATA, "[PATH...]", "read your commits from repositories",
     "Without PATH, reads the repository of the current folder. Your commits are those whose "
     "author has the address configured in the repository (git config user.email), or one of "
     "--author; those of others and merges are skipped. Reading again adds what is new.",
     O(AUTHOR), COMMAND_WRITE, 0, -1, NULL, run_git},
    {"hook", DATA, "claude_code|cursor", "keep a payload of the assistant's hooks, without content",
     "Reads the payload on standard input and opens no store. Configure this as the command of "
     "the hooks: docs/sources.md has the settings.",
     0, COMMAND_BARE, 0, -1, "claude_code cursor", run_hook},
    {"privacy", DATA, "audit | preview FILE",
     "what is stored about you, what leaves, who asked; or what would be kept of a file",
     "preview shows field by field what would be kept, hashed or left out, and by which rule.",
     O(SOURCE), 0, 1, 2, "audit preview", run_privacy},
    {"consent", DATA, "grant FAMILY | revoke FAMILY | list",
     "who else may see your own numbers: nobody, unless you agree",
     "FAMILY is a family of blueplane metrics. Consent is for your team lead, and for weeks "
     "that begin from now on; it ends on --until DATE, or after 90 days, and can be taken back "
     "at any time. The team's store learns of it from your next bundle, or at once from "
     "blueplane share consent FILE.",
     O(UNTIL), COMMAND_STORE | COMMAND_WRITE, 1, 3, "grant revoke list", run_consent},
    {"erase", DATA, "session ID | workspace NAME | source NAME | range | everything | expired",
     "remove from the store for good",
     "range needs --since DATE and --until DATE, both included. expired is everything older "
     "than the store's retention allows. What is erased does not come back when its files are "
     "read again.",
     O(SINCE) | O(UNTIL) | O(YES), COMMAND_STORE | COMMAND_WRITE, 1, 2,
     "session workspace source range everything expired", run_erase},
    {"prices", DATA, "", "the price table in force", NULL, O(UNPRICED), COMMAND_STORE, 0, 0, NULL,
     run_prices},

    {"team", TEAM, "ACTION [WORD...]", "team stores: who belongs to one, and joining one",
     "A steward: init STORE [organisation], roster STORE [FILE], invite STORE, signed STORE, "
     "open STORE, trust STORE INVITATION...; erase STORE MEMBER removes all that is kept of a "
     "member, retract STORE WEEK what was published of a week, both for good and with --yes. A "
     "member: join FILE... accepts an invitation or a signed roster, status, members, minimum "
     "PEOPLE, agree ROSTER. docs/teams.md walks through it.",
     O(YES), 0, 1, -1,
     "init roster invite signed open erase retract trust join status members minimum agree",
     run_team},
    {"share", TEAM, "WEEK FILE | consent FILE",
     "a week of yours as a sealed bundle for your team's store",
     "WEEK is an ISO week that is over and not closed, as 2026-W07. blueplane privacy audit "
     "shows what is in the bundle. What is new is read first. share consent writes only what "
     "you agreed to with blueplane consent, and no numbers, so that taking consent back need "
     "not wait for the next week.",
     0, COMMAND_WRITE, 2, 2, NULL, run_share},
    {"merge", TEAM, "STORE FILE...", "bundles into a team's store, releases into an organisation's",
     "Each file is accepted or refused separately; any order and any repetition give the same "
     "store.",
     0, 0, 2, -1, NULL, run_merge},
    {"publish", TEAM, "STORE WEEK FILE", "a closed week of a team's store as a release, once",
     "Deletes what the members sent for the week. Publishing again writes the same file. With "
     "--team, after the week is published, writes the file of a team's lead: the team's "
     "numbers, and members who agreed to be seen.",
     O(TEAM), 0, 3, 3, NULL, run_publish},
    {"release", TEAM, "show FILE [METRIC...]", "what is published in a release or an organisation",
     "Without METRIC, shows what the file is and who signed it, or which weeks the store has. "
     "--as chooses whose view: manager (the default), research, or lead with --team. A lead's "
     "file knows its team and has --by member. With --period, a week, month, quarter or year, "
     "--compare previous compares it with the window before.",
     O(BY) | O(AS) | O(TEAM) | O(PERIOD) | O(COMPARE), 0, 2, -1, "show", run_release},

    {"report", TEAM, "executive | research [FILE...]",
     "a report of a month or a quarter, for print or slides",
     "From releases, or from an organisation's store with --store ORG. executive: cost, "
     "output, adoption, licences, return, recommendations by stated rules, comparisons; "
     "research: features, tasks, journeys, errors, time, experience. --period is month or "
     "quarter, for the last whole one, or 2026-03, 2026-Q1. --format is html, md or csv.",
     O(PERIOD) | O(RELEASE) | O(BENCHMARK) | O(OUTPUT), 0, 1, -1, "executive research", run_report},

    {"mail", TEAM, "", "the week as a mail, for sendmail or msmtp",
     "From --release FILE, the week's and those of the weeks before, or from an organisation's "
     "store with --store ORG. The mail is for managers, or for a lead with --as lead --team "
     "TEAM. It is only written; to send it: blueplane mail ... | sendmail -t.",
     O(RELEASE) | O(AS) | O(TEAM) | O(FROM) | O(TO) | O(OUTPUT), 0, 0, 0, NULL, run_mail},

    {"health", CARE, "", "figures of the store and of reading, for monitoring",
     "As an operator sees them: nothing about what you did is in them. Example: blueplane "
     "health --fail-on 'lag_p95>60s,rejects>0.1%' exits with 5 if one of the limits is "
     "breached. --format prometheus writes text for a scraper, --output FILE a page. Reads "
     "nothing new, so that it shows what waits.",
     O(OUTPUT) | O(FAIL_ON) | O(INTEGRITY) | O(SIZE_LIMIT) | O(QUEUE), 0, 0, 0, NULL, run_health},
    {"serve", CARE, "", "today and health as live pages on this machine",
     "On http://127.0.0.1:7077, for you alone: the address it prints contains a token. With "
     "--health it serves only the figures of health, at /, /health.json and /metrics, for "
     "monitoring. docs/health.md says more.",
     O(HEALTH) | O(BIND) | O(PORT) | O(HOST) | O(TOKEN_FILE) | O(POLL) | O(SIZE_LIMIT) | O(QUEUE),
     0, 0, 0, NULL, run_serve},
    {"doctor", CARE, "", "checks what may be wrong and says how to fix it",
     "Changes nothing. Exits with 1 if there is a problem, with 0 if there are only warnings.", 0,
     0, 0, 0, NULL, run_doctor},

    {"places", CARE, "", "where the store is, and where records are looked for",
     "For other programs that look for the same files: --json gives the full paths.", 0, 0, 0, 0,
     NULL, run_places},

    {"demo", PROGRAM, "DIR", "every page, report and mail of an organisation that does not exist",
     "60 invented people in 10 teams, whose weeks are shared and published like anybody's. DIR "
     "must not exist, or be empty. --weeks N (26) up to --until DATE, by default the last "
     "whole week. The same weeks give the same numbers.",
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

/* Writes "  name       help" with the help wrapped. */
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
