/* mail.c: the weekly mail of a lead or a manager: the week beside the weeks before, as a file for
 * sendmail or msmtp. Its text part can be read alone; its HTML part has no scripts, pictures or
 * links. Sends nothing. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "../calendar.h"
#include "../commands.h"
#include "../exits.h"
#include "../pages/page.h"
#include "../published.h"
#include "../zone.h"
#include "spans.h"

#define WEEKS_MOST 9   /* the week, and those it is compared with */
#define WEEKS_ENOUGH 4 /* weeks before it that are needed to call a figure unusual */
#define STORES_MOST 64
#define CLOSES_AFTER 10 /* days after its Monday that a week closes: on a Thursday */
#define DOMAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

typedef struct mail_week {
  bp_store *store;
  const char *stores; /* of an organisation: those that published it; "" for a team */
  int64_t monday;
  char name[16], period[32];
  bp_result *total;
} mail_week;

typedef struct mail {
  program *asked;
  const struct audience *for_whom;
  published all;                 /* manager: the releases of all teams, combined */
  bp_store *stores[STORES_MOST]; /* lead: each file is a week of the team */
  size_t store_count;
  mail_week weeks[WEEKS_MOST]; /* the last is the week of the mail */
  size_t count;
  char *organisation, *team; /* team NULL: the whole organisation */
  bp_result *lists[4];
} mail;

/* ------------------------------------------------------------------------------------- audiences */

typedef struct top_list {
  const char *title, *by, *order;
  const char *metrics[5];
} top_list;

typedef struct audience {
  const char *name;
  uint32_t access;
  const char *headline[12];
  top_list lists[4]; /* ends with one without a title */
} audience;

static const audience audiences[] = {
    {"manager",
     BP_ACCESS_MANAGER,
     {"active_users", "adoption_rate", "sessions", "lines_added", "commits", "cost",
      "cost_per_line", "cost_per_task", "acceptance_rate", "cache_efficiency", NULL},
     {{"Teams by lines added",
       "team",
       "-lines_added",
       {"lines_added", "cost", "cost_per_task", NULL}},
      {"Projects by cost", "project", "-cost", {"cost", "lines_added", NULL}},
      {"Platforms by cost", "platform", "-cost", {"cost", "sessions", NULL}}}},
    {"lead",
     BP_ACCESS_LEAD,
     {"active_users", "adoption_rate", "sessions", "prompts", "lines_added", "cost",
      "cost_per_task", "resolution_rate", "time_to_resolution", "first_try_rate", "retry_rate",
      NULL},
     {{"Projects by lines added", "project", "-lines_added", {"lines_added", "cost", NULL}},
      {"Platforms by sessions", "platform", "-sessions", {"sessions", "cost", NULL}},
      {"Tasks by time",
       "task_type",
       "-time_to_resolution",
       {"time_to_resolution", "resolution_rate", NULL}}}}};

#define LIST_ROWS 5

/* ----------------------------------------------------------------------------------------- weeks */

/* Inserts a week in order, keeping the last WEEKS_MOST. */
static void add_week(mail *m, bp_store *store, const char *stores, int64_t monday) {
  size_t at = m->count;
  while (at > 0 && m->weeks[at - 1].monday > monday)
    at--;
  if (m->count == WEEKS_MOST) {
    if (at == 0) return;
    at--;
    memmove(m->weeks, m->weeks + 1, at * sizeof *m->weeks);
  } else {
    memmove(m->weeks + at + 1, m->weeks + at, (m->count - at) * sizeof *m->weeks);
    m->count++;
  }
  mail_week *w = &m->weeks[at];
  char from[16], last[16];
  *w = (mail_week){.store = store, .stores = stores, .monday = monday};
  put_week_name(w->name, monday);
  put_days(from, monday);
  put_days(last, monday + 6);
  snprintf(w->period, sizeof w->period, "%s/%s", from, last);
}

static bool has_week(const mail *m, int64_t monday) {
  size_t at = 0;
  while (at < m->count && m->weeks[at].monday != monday)
    at++;
  return at < m->count;
}

/* Two files of the same week are refused: choosing one would change the figures. */
static int add_weeks(mail *m, bp_store *s, const bp_result *r) {
  int code = EXIT_OK;
  for (size_t row = 0; row < bp_result_rows(r) && code == EXIT_OK; row++) {
    const char *name = bp_result_text(r, row, 0, NULL);
    int64_t monday;
    if (!read_week_name(&monday, name)) continue;
    if (has_week(m, monday))
      return complain(EXIT_USAGE, "name one file for each week",
                      "two of the files are of the week %s", name);
    code = same_organisation(&m->organisation, bp_result_text(r, row, 1, NULL));
    add_week(m, s, "", monday);
  }
  return code;
}

static int add_store(mail *m, const char *path) {
  program opener = *m->asked;
  bp_error *error = NULL;
  bp_result *r = NULL;
  if (m->store_count == STORES_MOST)
    return complain(EXIT_USAGE, NULL, "a mail takes at most %d files", STORES_MOST);
  opener.store = NULL;
  int code = open_release(&opener, path, &m->team);
  if (opener.store != NULL) m->stores[m->store_count++] = opener.store;
  if (code == EXIT_OK && bp_inspect(&r, opener.store, "published", &error) != BP_OK)
    code = complain_of(error);
  if (code == EXIT_OK) code = add_weeks(m, opener.store, r);
  bp_result_free(r);
  return code;
}

static int open_organisation(mail *m) {
  const char *team = m->asked->options.value[OPTION_TEAM];
  bp_error *error = NULL;
  int code = open_published(&m->all, m->asked, m->for_whom->access);
  if (code != EXIT_OK) return code;
  if (team != NULL && bp_narrow(m->all.store, m->for_whom->access, team, &error) != BP_OK)
    return complain_of(error);
  m->organisation = copy_text(m->all.organisation);
  for (size_t i = 0; i < m->all.weeks; i++)
    add_week(m, m->all.store, m->all.week[i].stores, m->all.week[i].monday);
  return EXIT_OK;
}

static int open_weeks(mail *m) {
  if (m->for_whom->access == BP_ACCESS_MANAGER) return open_organisation(m);
  const strings *files = &m->asked->options.release;
  int code = files->count == 0 ? add_store(m, m->asked->store_path) : EXIT_OK;
  for (size_t i = 0; i < files->count && code == EXIT_OK; i++)
    code = add_store(m, files->item[i]);
  if (code == EXIT_OK && m->count == 0)
    code = complain(EXIT_NOTHING, NULL, "nothing is published there");
  return code;
}

static int ask_week(bp_result **out, const mail *m, const mail_week *w, question *q) {
  program asked = *m->asked;
  asked.store = w->store;
  q->period = w->period;
  return ask(out, &asked, q);
}

static int gather(mail *m) {
  int code = EXIT_OK;
  for (size_t i = 0; i < m->count && code == EXIT_OK; i++) {
    question q = {.metrics = m->for_whom->headline};
    code = ask_week(&m->weeks[i].total, m, &m->weeks[i], &q);
  }
  for (size_t i = 0; m->for_whom->lists[i].title != NULL && code == EXIT_OK; i++) {
    const top_list *l = &m->for_whom->lists[i];
    question q = {.metrics = l->metrics, .by = {l->by}, .order = l->order, .limit = LIST_ROWS};
    code = ask_week(&m->lists[i], m, &m->weeks[m->count - 1], &q);
  }
  return code;
}

static void forget(mail *m) {
  for (size_t i = 0; i < m->count; i++)
    bp_result_free(m->weeks[i].total);
  for (size_t i = 0; i < sizeof m->lists / sizeof *m->lists; i++)
    bp_result_free(m->lists[i]);
  for (size_t i = 0; i < m->store_count; i++)
    bp_close(m->stores[i]);
  close_published(&m->all);
  free(m->organisation);
  free(m->team);
}

/* -------------------------------------------------------------------------------------- sections */

static const mail_week *this_week(const mail *m) {
  return &m->weeks[m->count - 1];
}

/* The week before, or NULL if it is not published. */
static const mail_week *week_before(const mail *m) {
  bool there = m->count > 1 && m->weeks[m->count - 2].monday == this_week(m)->monday - 7;
  return there ? &m->weeks[m->count - 2] : NULL;
}

/* Whether the same stores published it as this week: more teams are not growth, and fewer not a
 * decline. */
static bool is_alike(const mail *m, const mail_week *w) {
  return strcmp(w->stores, this_week(m)->stores) == 0;
}

static const char *title_of(const bp_result *r, const char *metric) {
  return bp_result_column(r, (size_t)find_column(r, "metric", metric), "title");
}

#define COLUMNS 4
static void put_headline(paper *p, const mail *m) {
  char *cells[COLUMNS * 13];
  const mail_week *last = week_before(m);
  const bp_result *now = this_week(m)->total, *before = last != NULL ? last->total : NULL;
  bool compares = last != NULL && is_alike(m, last);
  size_t rows = 1;
  cells[0] = copy_text("Figure"), cells[1] = copy_text("This week");
  cells[2] = copy_text("Week before"), cells[3] = copy_text("Change");
  for (; m->for_whom->headline[rows - 1] != NULL; rows++) {
    const char *metric = m->for_whom->headline[rows - 1];
    span a = span_of(now, 0, metric, 1), b = span_of(compares ? before : NULL, 0, metric, 1);
    char **line = cells + COLUMNS * rows;
    line[0] = copy_text(title_of(now, metric));
    line[1] = show_value(&p->screen, now, 0, find_column(now, "metric", metric));
    line[2] = before == NULL
                  ? copy_text("")
                  : show_value(&p->screen, before, 0, find_column(before, "metric", metric));
    line[3] = change_between(&a, &b);
  }
  paper_section(p, "headline", "The week in figures");
  paper_grid(p, "The week beside the one before", (const char *const *)cells, COLUMNS, rows, 1);
  if (last != NULL && !compares)
    paper_say(p, "No change is given: not every team has published both weeks.");
  for (size_t i = 0; i < COLUMNS * rows; i++)
    free(cells[i]);
}

/* The range of a metric over the weeks before, including the bounds of each. Returns the number of
 * weeks. */
static size_t range_before(const mail *m, const char *metric, span *out) {
  size_t weeks = 0;
  *out = (span){0};
  for (size_t i = 0; i + 1 < m->count; i++) {
    span one = span_of(m->weeks[i].total, 0, metric, 1);
    if (!one.has || !one.has_low || !one.has_high || !is_alike(m, &m->weeks[i])) continue;
    if (weeks == 0 || one.low < out->low) out->low = one.low;
    if (weeks == 0 || one.high > out->high) out->high = one.high;
    weeks++;
  }
  out->has = out->has_low = out->has_high = weeks > 0;
  return weeks;
}

/* A value that is called unusual must not be rounded into the usual range: shares have a
 * decimal. */
static void put_close(text *t, const bp_result *r, const char *metric, double value) {
  const char *unit = bp_result_column(r, (size_t)find_column(r, "metric", metric), "unit");
  if (unit != NULL && strcmp(unit, "ratio") == 0)
    text_addf(t, "%.1f %%", value * 100);
  else
    put_number(t, NULL, unit, value, false);
}

/* Figures whose whole range lies outside the ranges of all weeks before. Returns their number. */
static size_t put_unusual(paper *p, const mail *m) {
  const bp_result *now = this_week(m)->total;
  size_t told = 0;
  for (size_t i = 0; m->for_whom->headline[i] != NULL; i++) {
    const char *metric = m->for_whom->headline[i];
    span own = span_of(now, 0, metric, 1), before;
    size_t weeks = range_before(m, metric, &before);
    bool above = is_above(&own, &before, 1), below = is_above(&before, &own, 1);
    if (weeks < WEEKS_ENOUGH || (!above && !below)) continue;
    text said = {0};
    text_addf(&said, "%s, ", title_of(now, metric));
    put_close(&said, now, metric, own.value);
    text_addf(&said, ", is %s all of the %zu weeks before (", above ? "above" : "below", weeks);
    put_close(&said, now, metric, before.low);
    text_add(&said, " to ");
    put_close(&said, now, metric, before.high);
    text_add(&said, ").");
    paper_take(p, said.data);
    told++;
  }
  return told;
}

static void put_notable(paper *p, const mail *m) {
  paper_section(p, "notable", "What stands out");
  size_t weeks = 0; /* to compare with */
  for (size_t i = 0; i + 1 < m->count; i++)
    weeks += is_alike(m, &m->weeks[i]);
  if (weeks < WEEKS_ENOUGH)
    paper_say(p, "There are fewer than four earlier weeks to compare this one with.");
  else if (put_unusual(p, m) == 0)
    paper_take(
        p, print_text("Nothing: every figure is, or may be, in its range of the %zu weeks before.",
                      weeks));
}

static size_t count_state(const bp_result *r, int state) {
  size_t count = 0;
  for (size_t row = 0; row < bp_result_rows(r); row++)
    for (size_t column = 0; column < bp_result_columns(r); column++) {
      const char *role = bp_result_column(r, column, "role");
      if (role == NULL || strcmp(role, "metric") != 0) continue;
      count += (bp_result_cell(r, row, column) & BP_CELL_STATE) == state;
    }
  return count;
}

/* Counts the cells of all tables with a state. */
static size_t count_all(const mail *m, int state) {
  size_t count = count_state(this_week(m)->total, state);
  for (size_t i = 0; m->for_whom->lists[i].title != NULL; i++)
    count += count_state(m->lists[i], state);
  return count;
}

static void put_hidden(paper *p, const mail *m) {
  size_t withheld = count_all(m, BP_CELL_WITHHELD), uncovered = count_all(m, BP_CELL_UNCOVERED);
  paper_section(p, "hidden", "What is hidden, and why");
  if (withheld + uncovered == 0)
    paper_say(p, "No figure of this mail is withheld, and all of them were recorded.");
  else
    paper_take(
        p,
        print_text("Of this mail's figures %zu are withheld, %zu were not recorded by any source.",
                   withheld, uncovered));
  if (count_all(m, BP_CELL_EMPTY) > 0)
    paper_say(
        p,
        "A blank cell has nothing to count, for example no task of a type that could be resolved.");
  paper_say(
      p,
      "A figure is published only if at least three people contributed to it, rounded, and once; smaller "
      "groups are pooled in \"other\". A change is given if the ranges of both weeks do not overlap.");
  paper_say(p, "This mail was made from signed releases, which identify no person.");
}

static char *subject_of(const mail *m) {
  return print_text("%s%s%s, week %s", m->organisation, m->team != NULL ? ", " : "",
                    m->team != NULL ? m->team : "", this_week(m)->name);
}

static text compose(const mail *m, paper_form form, const char *subject) {
  char *days = copy_text(this_week(m)->period), *slash = strchr(days, '/');
  *slash = '\0';
  char *subtitle = print_text("Monday %s to Sunday %s", days, slash + 1);
  paper p;
  paper_begin(&p, form, subject, subtitle);
  free(subtitle);
  free(days);
  put_headline(&p, m);
  put_notable(&p, m);
  for (size_t i = 0; m->for_whom->lists[i].title != NULL; i++) {
    paper_section(&p, "list", m->for_whom->lists[i].title);
    if (count_state(m->lists[i], BP_CELL_VALUE) > 0)
      paper_result(&p, m->lists[i], NULL, false);
    else
      paper_say(&p, "All of this is withheld: too few people contributed to each.");
  }
  put_hidden(&p, m);
  return paper_end(&p, subject, NULL);
}

/* -------------------------------------------------------------------------------------- envelope */

/* Quoted-printable: ASCII lines of at most 76 characters. */
static void put_quoted(text *t, const text *part) {
  int column = 0;
  for (size_t i = 0; i < part->length; i++) {
    unsigned char c = (unsigned char)part->data[i];
    if (c == '\n') {
      text_add(t, "\r\n");
      column = 0;
      continue;
    }
    bool ends = i + 1 == part->length || part->data[i + 1] == '\n';
    bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !ends);
    if (column + (plain ? 1 : 3) > 75) {
      text_add(t, "=\r\n");
      column = 0;
    }
    if (plain)
      text_add_bytes(t, (const char *)&c, 1);
    else
      text_addf(t, "=%02X", c);
    column += plain ? 1 : 3;
  }
}

static void put_part(text *t, const char *boundary, const char *type, text *part) {
  text_addf(
      t,
      "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
      boundary, type);
  put_quoted(t, part);
  text_add(t, "\r\n");
  text_free(part);
}

#define HEADER_WIDTH 76 /* mail forbids lines of more than 998 */

/* Writes a header folded at its spaces. Addresses come from the command line: values that could
 * inject a header are refused. */
static bool put_header(text *t, const char *name, const char *value) {
  if (value == NULL) return true;
  for (const char *c = value; *c != '\0'; c++)
    if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') return false;
  text_addf(t, "%s:", name);
  size_t column = strlen(name) + 1;
  for (const char *word = value + strspn(value, " "); *word != '\0';) {
    size_t length = strcspn(word, " ");
    bool folds = column > strlen(name) + 1 && column + 1 + length > HEADER_WIDTH;
    text_add(t, folds ? "\r\n " : " ");
    text_add_bytes(t, word, length);
    column = (folds ? 0 : column) + 1 + length;
    word += length + strspn(word + length, " ");
  }
  text_add(t, "\r\n");
  return true;
}

/* The close of the week, in the format of RFC 5322: equal releases give equal mails. */
static void put_date(text *t, int64_t monday) {
  int year, month, day;
  civil_of(monday + CLOSES_AFTER, &year, &month, &day);
  text_addf(t, "Date: Thu, %02d %.3s %04d 00:00:00 +0000\r\n", day, month_name(month), year);
}

/* A hash of the mail, under the sender's domain; without a sender the mail program adds an id. */
static void put_message_id(text *t, const char *from, const text *said) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  char hex[2 * 16 + 1];
  const char *at = from == NULL ? NULL : strrchr(from, '@');
  size_t length = at == NULL ? 0 : strspn(at + 1, DOMAIN_LETTERS);
  if (length == 0) return;
  crypto_hash_sha256(digest, (const unsigned char *)said->data, said->length);
  sodium_bin2hex(hex, sizeof hex, digest, 16);
  text_addf(t, "Message-ID: <%s@%.*s>\r\n", hex, (int)length, at + 1);
}

static void put_page(text *t, text *body, const char *subject) {
  text_add(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
  html_text(t, subject);
  text_addf(t, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", page_mail_css);
  text_add_bytes(t, body->data, body->length);
  text_add(t, "</main>\n</body>\n</html>\n");
  text_free(body);
}

static int write_mail(const mail *m) {
  const options *o = &m->asked->options;
  char *subject = subject_of(m), *boundary = print_text("=_blueplane_%s", this_week(m)->name);
  text whole = {0}, said = {0}, html = {0};
  text plain = compose(m, PAPER_TEXT, subject), body = compose(m, PAPER_MAIL, subject);
  const char *path = o->value[OPTION_OUTPUT];
  int code = EXIT_OK;
  put_page(&html, &body, subject);
  if (!put_header(&said, "From", o->value[OPTION_FROM]) ||
      !put_header(&said, "To", o->value[OPTION_TO]))
    code = complain(EXIT_USAGE, NULL, "an address must be ASCII, in one line");
  put_header(&said, "Subject", subject);
  put_date(&said, this_week(m)->monday);
  text_addf(&said,
            "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
            boundary);
  put_part(&said, boundary, "text/plain", &plain);
  put_part(&said, boundary, "text/html", &html);
  text_addf(&said, "--%s--\r\n", boundary);
  put_message_id(&whole, o->value[OPTION_FROM], &said);
  text_add_bytes(&whole, said.data, said.length);
  text_free(&said);
  free(boundary);
  free(subject);
  if (code == EXIT_OK) return write_file(path != NULL ? path : "-", &whole);
  text_free(&whole);
  return code;
}

int run_mail(program *p) {
  const char *as = p->options.value[OPTION_AS];
  mail m = {.asked = p, .for_whom = &audiences[0]};
  for (size_t i = 0; as != NULL && i < sizeof audiences / sizeof *audiences; i++)
    if (strcmp(audiences[i].name, as) == 0) m.for_whom = &audiences[i];
  if (as != NULL && strcmp(m.for_whom->name, as) != 0)
    return complain(EXIT_USAGE, "--as manager or --as lead", "there is no weekly mail for %s", as);
  int code = open_weeks(&m);
  if (code == EXIT_OK) code = gather(&m);
  if (code == EXIT_OK) code = write_mail(&m);
  forget(&m);
  return code;
}
