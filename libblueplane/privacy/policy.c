/* privacy/policy.c: the access matrix, which implements the table in docs/privacy.md: a developer
 * has everything in the own store; lead, manager and research have published cells and nothing
 * else; an operator has operational figures and none of activity; the steward maintains a team's
 * store and queries nothing in it. A test compares it with a list made by hand from that table. */
#include "privacy/policy.h"

#include <string.h>

#include <blueplane/blueplane.h>

/* clang-format off */
/* Families and dimensions that can be queried from a release. Times of day, workspaces, sessions,
 * tool names and branches never leave a personal store, so no cells of them are published. */
#define PUBLISHED_FAMILIES "activity output tokens quality platform changes tasks adoption"
#define PUBLISHED_SLICES "platform model_family tool_category language task_type experience"
#define PUBLISHED_TIMES "time.week time.month time.quarter"
#define RELEASE_TABLES "meta release published"
#define PUBLISHED(reader, more_functions, more_dimensions, more_tables)                                           \
  .functions = "bp_query_run bp_inspect:health bp_inspect:integrity bp_inspect:published bp_narrow" more_functions, \
  .families = PUBLISHED_FAMILIES, .metrics = "", .made_for = reader,                               \
  .dimensions = PUBLISHED_SLICES " " PUBLISHED_TIMES more_dimensions, .ranges = "published",       \
  .tables = RELEASE_TABLES more_tables
/* What a manager compares published numbers with; it is kept in the handle only. */
#define REFERENCES " bp_configure:assumptions bp_configure:benchmark"
#define NOTHING .functions = "", .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = ""

const policy_row bpi_policy[] = {
    /* ---- the developer's own store */
    {STORE_PERSONAL, BP_ACCESS_OWNER,
     .functions = "bp_configure:prices bp_configure:labels bp_configure:retention "
                  "bp_configure:roster bp_configure:invitation bp_configure:sharing "
                  "bp_configure:assumptions "
                  "bp_inspect:health bp_inspect:integrity bp_inspect:sources bp_inspect:files "
                  "bp_inspect:rejects bp_inspect:coverage bp_inspect:prices bp_inspect:unpriced "
                  "bp_inspect:labels bp_inspect:sessions bp_inspect:consent bp_inspect:audit "
                  "bp_inspect:stored bp_inspect:outgoing bp_inspect:retention bp_inspect:roster "
                  "bp_inspect:rosters bp_inspect:identity bp_inspect:sharing bp_inspect:shared "
                  "bp_ingest_bytes bp_ingest_file bp_ingest_scan bp_ingest_pending bp_query_run "
                  "bp_privacy_preview bp_consent_set bp_erase bp_share_export bp_narrow",
     .families = "*", .metrics = "", .dimensions = "*", .ranges = "any", .tables = "*"},
    {STORE_PERSONAL, BP_ACCESS_DEVOPS,
     .functions = "bp_inspect:health bp_inspect:integrity bp_inspect:sources bp_inspect:rejects "
                  "bp_ingest_pending bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "",
     .tables = "meta file reject operation audit"},
    {STORE_PERSONAL, BP_ACCESS_NONE, NOTHING},

    /* ---- the steward's store of a team, and that of an organisation */
    {STORE_TEAM, BP_ACCESS_STEWARD,
     .functions = "bp_configure:roster bp_configure:retention "
                  "bp_inspect:health bp_inspect:integrity bp_inspect:roster bp_inspect:published "
                  "bp_inspect:rosters bp_inspect:identity bp_inspect:invitation "
                  "bp_inspect:contributions bp_inspect:retention "
                  "bp_share_merge bp_publish bp_publish_lead bp_erase bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = "*"},
    {STORE_TEAM, BP_ACCESS_DEVOPS,
     .functions = "bp_inspect:health bp_inspect:integrity bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = "meta"},
    {STORE_TEAM, BP_ACCESS_NONE, NOTHING},
    {STORE_ORGANISATION, BP_ACCESS_STEWARD,
     .functions = "bp_configure:retention bp_configure:trust "
                  "bp_inspect:health bp_inspect:integrity bp_inspect:published "
                  "bp_inspect:retention "
                  "bp_share_merge bp_publish bp_erase bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = "*"},
    {STORE_ORGANISATION, BP_ACCESS_MANAGER,
     PUBLISHED('M', REFERENCES, " project team", "")},
    {STORE_ORGANISATION, BP_ACCESS_RESEARCH,
     PUBLISHED('R', "", "", "")},
    {STORE_ORGANISATION, BP_ACCESS_DEVOPS,
     .functions = "bp_inspect:health bp_inspect:integrity bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = "meta"},
    {STORE_ORGANISATION, BP_ACCESS_NONE, NOTHING},

    /* ---- a release file: published cells */
    {STORE_RELEASE, BP_ACCESS_LEAD,
     PUBLISHED('L', "", " project", "")},
    {STORE_RELEASE, BP_ACCESS_MANAGER,
     PUBLISHED('M', REFERENCES, " project team", "")},
    {STORE_RELEASE, BP_ACCESS_RESEARCH,
     PUBLISHED('R', "", "", "")},
    {STORE_RELEASE, BP_ACCESS_STEWARD,
     .functions = "bp_inspect:health bp_inspect:integrity bp_inspect:published bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = RELEASE_TABLES},
    {STORE_RELEASE, BP_ACCESS_DEVOPS,
     .functions = "bp_inspect:health bp_inspect:integrity bp_narrow",
     .families = "", .metrics = "", .dimensions = "", .ranges = "", .tables = "meta"},
    {STORE_RELEASE, BP_ACCESS_NONE, NOTHING},

    /* ---- a lead's file: published cells of the team, and members who agreed to be shown */
    {STORE_LEAD, BP_ACCESS_LEAD,
     PUBLISHED('L', "", " project member", " individual")},
    {STORE_LEAD, BP_ACCESS_NONE, NOTHING},
};
/* clang-format on */
const size_t bpi_policy_rows = sizeof bpi_policy / sizeof *bpi_policy;

static const char *const access_names[] = {
    [BP_ACCESS_NONE] = "none",       [BP_ACCESS_OWNER] = "owner",
    [BP_ACCESS_LEAD] = "lead",       [BP_ACCESS_MANAGER] = "manager",
    [BP_ACCESS_DEVOPS] = "devops",   [BP_ACCESS_RESEARCH] = "research",
    [BP_ACCESS_STEWARD] = "steward",
};

static const policy_row *row_of(store_kind store, uint32_t access) {
  for (size_t i = 0; i < bpi_policy_rows; i++)
    if (bpi_policy[i].store == store && bpi_policy[i].access == access) return &bpi_policy[i];
  return NULL;
}

/* ------------------------------------------------------------------------------------- words */

/* Whether `list` contains the word `first`, or `first:second` if `second` is not NULL. */
static bool has(const char *list, const char *first, const char *second) {
  size_t a = strlen(first), b = second == NULL ? 0 : strlen(second);
  if (strcmp(list, "*") == 0) return true;
  while (*list != '\0') {
    size_t length = strcspn(list, " ");
    bool same = second == NULL ? length == a && memcmp(list, first, a) == 0
                               : length == a + 1 + b && memcmp(list, first, a) == 0 &&
                                     list[a] == ':' && memcmp(list + a + 1, second, b) == 0;
    if (same) return true;
    list += length;
    list += strspn(list, " ");
  }
  return false;
}

/* Whether every word of `list` is in `of`. */
static bool within(const char *list, const char *of) {
  if (strcmp(of, "*") == 0 || *list == '\0') return true;
  if (strcmp(list, "*") == 0) return false;
  while (*list != '\0') {
    char word[64];
    size_t length = strcspn(list, " ");
    if (length >= sizeof word) return false;
    memcpy(word, list, length);
    word[length] = '\0';
    if (!has(of, word, NULL)) return false;
    list += length;
    list += strspn(list, " ");
  }
  return true;
}

/* --------------------------------------------------------------------------------- questions */

unsigned bpi_policy_opens(uint32_t access) {
  unsigned kinds = 0;
  for (int kind = 0; kind < STORE_KINDS; kind++)
    if (row_of((store_kind)kind, access) != NULL) kinds |= STORE_BIT(kind);
  return kinds;
}

store_kind bpi_policy_makes(uint32_t access, bool organisation) {
  if (access == BP_ACCESS_OWNER) return STORE_PERSONAL;
  if (access != BP_ACCESS_STEWARD) return STORE_KINDS;
  return organisation ? STORE_ORGANISATION : STORE_TEAM;
}

bool bpi_policy_allows(store_kind store, uint32_t access, const char *function, const char *topic) {
  const policy_row *row = row_of(store, access);
  return row != NULL && has(row->functions, function, topic);
}

/* A family is identified by its first word: "tokens" stands for "tokens and cost". */
bool bpi_policy_metric(store_kind store, uint32_t access, const char *family, const char *metric,
                       const char *levels) {
  const policy_row *row = row_of(store, access);
  if (row == NULL || !(has(row->families, family, NULL) || has(row->metrics, metric, NULL)))
    return false;
  return row->made_for == 0 || levels == NULL || strchr(levels, row->made_for) != NULL;
}

bool bpi_policy_dimension(store_kind store, uint32_t access, const char *dimension) {
  const policy_row *row = row_of(store, access);
  return row != NULL && has(row->dimensions, dimension, NULL);
}

bool bpi_policy_any_range(store_kind store, uint32_t access) {
  const policy_row *row = row_of(store, access);
  return row != NULL && has(row->ranges, "any", NULL);
}

bool bpi_policy_activity(store_kind store, uint32_t access) {
  const policy_row *row = row_of(store, access);
  return row != NULL && *row->families != '\0';
}

bool bpi_policy_writes(uint32_t access) {
  return access == BP_ACCESS_OWNER || access == BP_ACCESS_STEWARD;
}

const char *bpi_policy_tables(store_kind store, uint32_t access) {
  const policy_row *row = row_of(store, access);
  return row == NULL ? NULL : row->tables;
}

bool bpi_policy_narrower(store_kind store, uint32_t from, uint32_t to) {
  const policy_row *f = row_of(store, from), *t = row_of(store, to);
  if (f == NULL || t == NULL) return false;
  /* Metrics made for another reader are different ones, not fewer. */
  bool same_reader = t->made_for == f->made_for || f->made_for == 0 || *t->families == '\0';
  return same_reader && within(t->functions, f->functions) && within(t->families, f->families) &&
         within(t->metrics, f->metrics) && within(t->dimensions, f->dimensions) &&
         within(t->tables, f->tables) &&
         (within(t->ranges, f->ranges) || has(f->ranges, "any", NULL));
}

const char *bpi_access_name(uint32_t access) {
  return access < sizeof access_names / sizeof *access_names ? access_names[access] : NULL;
}
