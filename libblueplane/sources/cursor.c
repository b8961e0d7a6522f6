/* sources/cursor.c: the databases of the editor Cursor: state.vscdb of the global storage and of
 * each workspace, their .backup copies, and ai-code-tracking.db. Knows which rows of which tables
 * are read; cursor_rows.h reads the values under a key, cursor_tell.h turns them into records. No
 * other row is queried, because others hold credentials. */
#include "sources/source.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "sources/cursor_rows.h"
#include "store/foreign.h"

typedef struct cursor {
  source_input *in;
  cursor_reading rows;
  id_text machine;
} cursor;

/* Call between two rows; non-zero ends the reading. */
static int after_row(cursor *c) {
  if (c->rows.tell.failed != BP_OK) return c->rows.tell.failed;
  return c->in->checkpoint == NULL ? BP_OK : c->in->checkpoint(c->in->user, c->in);
}

/* `reason` is a REJECT_ reason, 0, or BP_ERR_. */
static int end_row(cursor *c, int reason) {
  if (reason < 0) return reason;
  if (reason > 0) bpi_cursor_reject(&c->rows.tell, reason);
  return after_row(c);
}

/* --------------------------------------------------------------------------- rows of key and value */

/* The table and key prefix of every row that is read. */
static const struct {
  const char *table, *prefix;
  cursor_family family;
} families[] = {
    {"ItemTable", "aiCodeTracking.dailyStats.", CURSOR_DAY},
    {"ItemTable", "aiCodeTrackingScoredCommits", CURSOR_COMMITS},
    {"ItemTable", "aiService.generations", CURSOR_GENERATIONS},
    {"ItemTable", "composer.composerData", CURSOR_COMPOSERS},
    {"ItemTable", "composer.composerHeaders", CURSOR_COMPOSERS},
    {"ItemTable", "workbench.panel.aichat.view.aichat.chatdata", CURSOR_CHATS},
    {"cursorDiskKV", "composerData:", CURSOR_COMPOSER},
    {"cursorDiskKV", "bubbleId:", CURSOR_BUBBLE},
};
static const char *const key_and_value[] = {"key", "value", NULL};

typedef struct family_walk {
  cursor *c;
  size_t family;
} family_walk;

static int read_value(cursor *c, cursor_family family, const foreign_value *key,
                      const foreign_value *value, bool touched) {
  bool text = value->type == FOREIGN_TEXT || value->type == FOREIGN_BLOB;
  const cursor_row row = {.key = key->bytes,
                          .value = value->bytes == NULL ? "" : value->bytes,
                          .key_length = key->length,
                          .length = value->length,
                          .touched = touched};
  return text && key->bytes != NULL ? bpi_cursor_read_row(&c->rows, family, &row) : REJECT_SHAPE;
}

/* Deleted items leave a key without a value. */
static int take_value(void *user, int64_t row, const foreign_value *values) {
  const family_walk *w = user;
  cursor *c = w->c;
  if (values != NULL && (values[1].type == FOREIGN_NULL || values[1].type == FOREIGN_ABSENT))
    return 0;
  bpi_cursor_enter_row(&c->rows.tell, c->in, row);
  int reason = values == NULL
                   ? REJECT_UNREADABLE
                   : read_value(c, families[w->family].family, &values[0], &values[1], false);
  return end_row(c, reason);
}

/* Heads of composers, in the global storage of later versions. */
enum { HEADER_ID, HEADER_VALUE, HEADER_UPDATED };
static const char *const header_columns[] = {"composerId", "value", "lastUpdatedAt", NULL};

static int take_header(void *user, int64_t row, const foreign_value *values) {
  cursor *c = user;
  if (values != NULL && values[HEADER_VALUE].type == FOREIGN_NULL) return 0;
  bpi_cursor_enter_row(&c->rows.tell, c->in, row);
  int reason = values == NULL
                   ? REJECT_UNREADABLE
                   : read_value(c, CURSOR_HEADER, &values[HEADER_ID], &values[HEADER_VALUE],
                                values[HEADER_UPDATED].type == FOREIGN_INTEGER);
  return end_row(c, reason);
}

/* Not every version has every table. */
static int each(cursor *c, const foreign_query *query, foreign_row_fn take, void *user) {
  int rc = bpi_foreign_each(c->in->database, query, take, user);
  return rc == BP_ERR_NOTFOUND ? BP_OK : rc;
}

/* Heads are read first: they say who is whose subagent. */
static int read_families(cursor *c) {
  const foreign_query headers = {"composerHeaders", header_columns, NULL, NULL};
  int rc = each(c, &headers, take_header, c);
  for (size_t i = 0; i < sizeof families / sizeof *families && rc == BP_OK; i++) {
    const foreign_query query = {families[i].table, key_and_value, "key", families[i].prefix};
    family_walk w = {c, i};
    rc = each(c, &query, take_value, &w);
  }
  return rc;
}

/* ----------------------------------------------------------------------------- ai-code-tracking.db */

enum { LINE_SOURCE, LINE_REQUEST, LINE_CONVERSATION, LINE_TIME, LINE_CREATED, LINE_MODEL };
static const char *const line_columns[] = {
    "source", "requestId", "conversationId", "timestamp", "createdAt", "model", NULL};
enum {
  COMMIT_HASH,
  COMMIT_DATE,
  COMMIT_SCORED,
  COMMIT_ADDED,
  COMMIT_REMOVED,
  COMMIT_TAB_ADDED,
  COMMIT_TAB_REMOVED,
  COMMIT_AI_ADDED,
  COMMIT_AI_REMOVED
};
static const char *const commit_columns[] = {"commitHash",
                                             "commitDate",
                                             "scoredAt",
                                             "linesAdded",
                                             "linesDeleted",
                                             "tabLinesAdded",
                                             "tabLinesDeleted",
                                             "composerLinesAdded",
                                             "composerLinesDeleted",
                                             NULL};

/* Copies a text; one that does not fit is left out and counted. */
static bool text_of(cursor *c, const foreign_value *v, char *into, size_t capacity,
                    size_t *length) {
  *length = 0;
  if (v->type != FOREIGN_TEXT || v->bytes == NULL) return false;
  if (v->length > capacity) bpi_cursor_drop(&c->rows.tell, 1);
  if (v->length > capacity) return false;
  memcpy(into, v->bytes, *length = v->length);
  return v->length > 0;
}
#define TEXT_OF(v, text) text_of(c, v, (text)->at, sizeof(text)->at, &(text)->length)

static int64_t ms_of(const foreign_value *v) {
  return v->type == FOREIGN_INTEGER ? bpi_cursor_time_ms(v->integer) : BPI_TIME_NONE;
}

static int64_t count_of(const foreign_value *v) {
  return v->type == FOREIGN_INTEGER && v->integer >= 0 ? v->integer : -1;
}

static int tell_line(cursor *c, const foreign_value *v) {
  static const char *const assistants[] = {"composer", "cli", NULL};
  const foreign_value *by = &v[LINE_SOURCE];
  id_text request, conversation;
  name_text model;
  if (by->type != FOREIGN_TEXT || bpi_list_index(assistants, by->bytes, by->length) < 0) return 0;
  if (!TEXT_OF(&v[LINE_REQUEST], &request) || !TEXT_OF(&v[LINE_CONVERSATION], &conversation))
    return 0; /* belongs to no known request */
  int64_t time = ms_of(&v[LINE_TIME]);
  (void)TEXT_OF(&v[LINE_MODEL], &model);
  bpi_cursor_keep_model(&model);
  bpi_cursor_enter(&c->rows.tell, &conversation);
  bpi_cursor_tell_line(&c->rows.tell, &request, &model,
                       time != BPI_TIME_NONE ? time : ms_of(&v[LINE_CREATED]));
  return 0;
}

/* Whether any line of a commit came from the assistant; -1: not counted. */
static int assisted(const foreign_value *v) {
  int found = -1;
  for (int i = COMMIT_TAB_ADDED; i <= COMMIT_AI_REMOVED; i++) {
    if (count_of(&v[i]) > 0) return 1;
    if (count_of(&v[i]) == 0) found = 0;
  }
  return found;
}

/* "Fri Feb 20 15:54:33 2026 +0530" */
static int64_t git_date(cursor *c, const foreign_value *v) {
  char text[40], month[4], sign, date[96]; /* longest text that seven numbers could give */
  size_t length;
  int day, hour, minute, second, year, offset, read = 0;
  int64_t time;
  if (!text_of(c, v, text, sizeof text - 1, &length)) return BPI_TIME_NONE;
  text[length] = '\0';
  /* No field is too wide for an int. NOLINTNEXTLINE(cert-err34-c) */
  if (sscanf(text, "%*3s %3s %2d %2d:%2d:%2d %4d %c%4d%n", month, &day, &hour, &minute, &second,
             &year, &sign, &offset, &read) != 8 ||
      (size_t)read != length)
    return BPI_TIME_NONE;
  int number = bpi_month_of_name(month);
  if (number == 0 || offset < 0 || (sign != '+' && sign != '-')) return BPI_TIME_NONE;
  snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", year, number, day, hour,
           minute, second, sign, offset / 100, offset % 100);
  return bpi_parse_instant(date, strlen(date), &time) ? time : BPI_TIME_NONE;
}

/* A commit is scored once per branch. */
static int tell_commit(cursor *c, const foreign_value *v) {
  id_text hash;
  if (!TEXT_OF(&v[COMMIT_HASH], &hash)) return REJECT_FIELD;
  int64_t made = git_date(c, &v[COMMIT_DATE]);
  const change_record change = {.change = CHANGE_COMMIT,
                                .type = CHANGE_TYPE_UNKNOWN,
                                .assisted = assisted(v),
                                .added = count_of(&v[COMMIT_ADDED]),
                                .removed = count_of(&v[COMMIT_REMOVED]),
                                .files = -1,
                                .rounds = -1,
                                .open_us = -1};
  bpi_cursor_tell_commit(&c->rows.tell, &hash,
                         made != BPI_TIME_NONE ? made : ms_of(&v[COMMIT_SCORED]), &change);
  return 0;
}

static int take_tracked(cursor *c, int64_t row, const foreign_value *values,
                        int (*tell)(cursor *c, const foreign_value *v)) {
  bpi_cursor_enter_row(&c->rows.tell, c->in, row);
  int reason = values == NULL ? REJECT_UNREADABLE : tell(c, values);
  if (reason != 0) bpi_cursor_reject(&c->rows.tell, reason);
  return after_row(c);
}

static int take_line(void *user, int64_t row, const foreign_value *values) {
  return take_tracked(user, row, values, tell_line);
}

static int take_commit(void *user, int64_t row, const foreign_value *values) {
  return take_tracked(user, row, values, tell_commit);
}

static int read_tracking(cursor *c) {
  const foreign_query lines = {"ai_code_hashes", line_columns, NULL, NULL};
  const foreign_query commits = {"scored_commits", commit_columns, NULL, NULL};
  int rc = each(c, &lines, take_line, c);
  return rc == BP_OK ? each(c, &commits, take_commit, c) : rc;
}

/* ------------------------------------------------------------------------------------- the storage */

/* Where the path begins in a URI; NULL: it is not a folder's. */
static const char *path_in(const char *uri, size_t length) {
  static const char local[] = "file://", remote[] = "vscode-remote://";
  if (bpi_starts_with(uri, length, local)) return uri + sizeof local - 1;
  if (!bpi_starts_with(uri, length, remote)) return NULL;
  return memchr(uri + sizeof remote - 1, '/', length - (sizeof remote - 1)); /* after the host */
}

/* Converts "file:///home/a%20b" to a path, "file:///c%3A/a" to "/c:/a", "file://host/share" to
 * "\\host\share". */
static void path_of_uri(const name_text *uri, name_text *path) {
  const char *at = path_in(uri->at, uri->length), *end = uri->at + uri->length;
  path->length = 0;
  if (at == NULL || at == end) return;
  bool share = *at != '/';
  if (share) path->at[path->length++] = '\\', path->at[path->length++] = '\\';
  for (; at < end; at++) {
    int high = end - at > 2 && *at == '%' ? bpi_hex_digit(at[1]) : -1;
    int low = high >= 0 ? bpi_hex_digit(at[2]) : -1;
    path->at[path->length++] = low >= 0 ? (char)(high * 16 + low) : *at;
    if (low >= 0) at += 2;
  }
  for (size_t i = 0; share && i < path->length; i++)
    if (path->at[i] == '/') path->at[i] = '\\';
}

static void read_folder(cursor *c, const char *text, size_t length, name_text *folder) {
  static const char *const keys[] = {"folder", "workspace", "configuration", NULL};
  scan s;
  uint64_t seen = 0;
  int twice = 0;
  unsigned dropped = 0;
  name_text uri;
  bpi_scan_init_memory(&s, text, length);
  s.document = true;
  if (bpi_scan_value(&s) == SCAN_OBJECT)
    while (bpi_object_member(&s, keys, &seen, &twice) >= 0)
      if (bpi_object_into(&s, &uri, &dropped) && uri.length > 0) path_of_uri(&uri, folder);
  bpi_cursor_drop(&c->rows.tell, dropped);
  bpi_scan_free(&s);
}

/* Reads the folder of a workspace from the file next to its database. */
static void read_workspace(cursor *c, const char *path, name_text *folder) {
  static const char beside[] = "workspace.json";
  char full[4096];
  char *text = NULL;
  size_t length = 0, base = (size_t)(bpi_base_name(path) - path);
  bp_error *why = NULL;
  folder->length = 0;
  if (base == 0 || base + sizeof beside > sizeof full) return;
  memcpy(full, path, base);
  memcpy(full + base, beside, sizeof beside);
  if (bpi_file_load(&text, &length, full, 1 << 16, &why) == BP_OK)
    read_folder(c, text, length, folder);
  bpi_error_free(why);
  bpi_free(text);
}

static int take_machine(void *user, int64_t row, const foreign_value *values) {
  cursor *c = user;
  (void)row;
  if (values != NULL) (void)TEXT_OF(&values[1], &c->machine);
  return 0;
}

/* Identifies the storage: by the name of its folder, which stays the same when it is copied, and by
 * the machine. */
static int start(cursor *c) {
  const foreign_query machine = {"ItemTable", key_and_value, "key", "storage.serviceMachineId"};
  const char *path = c->in->path, *base = bpi_base_name(path), *folder = bpi_last_parts(path, 2);
  name_text workspace;
  int rc = each(c, &machine, take_machine, c);
  read_workspace(c, path, &workspace);
  bpi_cursor_enter_place(
      &c->rows.tell, bpi_cursor_place(&c->rows.tell, folder, (size_t)(base - folder), &c->machine),
      bpi_cursor_workspace(&c->rows.tell, &workspace));
  return rc;
}

/* A damaged file is read as far as possible. */
static int read_databases(source_input *in) {
  cursor *c = bpi_alloc_zero(1, sizeof *c);
  if (c == NULL) return BP_ERR_NOMEM;
  c->in = in;
  bpi_cursor_open(&c->rows, in->sink, FOREIGN_VALUE_MAX);
  int rc = start(c);
  if (rc == BP_OK) rc = read_families(c);
  if (rc == BP_OK) rc = read_tracking(c);
  if (rc == BP_OK || rc == BP_ERR_CORRUPT || rc == BP_ERR_BUSY) bpi_cursor_end(&c->rows.tell);
  if (c->rows.tell.failed != BP_OK) rc = c->rows.tell.failed;
  bpi_cursor_close(&c->rows);
  bpi_free(c);
  return rc;
}

/* ------------------------------------------------------------------------------------- recognition */

/* A file that SQLite keeps beside a database. */
static bool lies_beside(const char *base) {
  return bpi_ends_with(base, "-wal") || bpi_ends_with(base, "-shm") ||
         bpi_ends_with(base, "-journal");
}

/* Includes copies that were set aside: "state.vscdb.backup", "state.vscdb.v2". */
static bool is_ours(const char *path) {
  const char *base = bpi_base_name(path);
  static const char *const begins[] = {"state.vscdb", "ai-code-tracking.db"};
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
    if (bpi_starts_with(base, strlen(base), begins[i])) return !lies_beside(base);
  return bpi_ends_with(base, ".vscdb");
}

/* A database whose schema names one of our tables within these bytes. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const tables[] = {"cursorDiskKV", "ItemTable", "ai_code_hashes"};
  if (!bpi_starts_with(bytes, length, "SQLite format 3")) return false;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    if (bpi_contains(bytes, length, tables[i])) return true;
  return false;
}

/* -------------------------------------------------------------------------------------- the source */

#define PROMPT_RULE "length of a prompt, whether it holds code or a file reference"
#define ATTACHED_RULE "whether a prompt has a file or an image"
#define OUTCOME_RULE "whether a tool call failed or was rejected"

/* A text that contains JSON is shown as an object. */
#define BUBBLE_RULES(at)                                                                           \
  {at ".bubbleId", FIELD_HASHED, "keyed hash: same bubble"},                                       \
      {at ".id", FIELD_HASHED, "keyed hash: same bubble"},                                         \
      {at ".type", FIELD_COMPARED, "whether a person or the assistant wrote it"},                  \
      {at ".createdAt", FIELD_KEPT, "when it happened"},                                           \
      {at ".timingInfo.clientRpcSendTime", FIELD_KEPT, "when it happened"},                        \
      {at ".timingInfo.clientSettleTime", FIELD_KEPT, "when it happened"},                         \
      {at ".timingInfo.clientEndTime", FIELD_KEPT, "when it happened"},                            \
      {at ".text", FIELD_COUNTED, PROMPT_RULE}, {at ".images[]", FIELD_COUNTED, ATTACHED_RULE},    \
      {at ".selectedImages[]", FIELD_COUNTED, ATTACHED_RULE},                                      \
      {at ".fileSelections[]", FIELD_COUNTED, ATTACHED_RULE},                                      \
      {at ".folderSelections[]", FIELD_COUNTED, ATTACHED_RULE},                                    \
      {at ".selections[]", FIELD_COUNTED, ATTACHED_RULE},                                          \
      {at ".context.selectedImages[]", FIELD_COUNTED, ATTACHED_RULE},                              \
      {at ".context.fileSelections[]", FIELD_COUNTED, ATTACHED_RULE},                              \
      {at ".context.folderSelections[]", FIELD_COUNTED, ATTACHED_RULE},                            \
      {at ".context.selections[]", FIELD_COUNTED, ATTACHED_RULE},                                  \
      {at ".tokenCount.inputTokens", FIELD_KEPT, "tokens"},                                        \
      {at ".tokenCount.outputTokens", FIELD_KEPT, "tokens"},                                       \
      {at ".usageUuid", FIELD_HASHED, "keyed hash: same request"},                                 \
      {at ".requestId", FIELD_HASHED, "keyed hash: same request"},                                 \
      {at ".modelInfo.modelName", FIELD_LABEL, "model"}, {at ".modelType", FIELD_LABEL, "model"},  \
      {at ".capabilityType", FIELD_COMPARED, "whether it is a text of the assistant"},             \
      {at ".toolFormerData.tool", FIELD_KEPT, "tool, by number"},                                  \
      {at ".toolFormerData.name", FIELD_LABEL, "tool"},                                            \
      {at ".toolFormerData.toolCallId", FIELD_HASHED, "keyed hash: same tool call"},               \
      {at ".toolFormerData.status", FIELD_COMPARED, OUTCOME_RULE},                                 \
      {at ".toolFormerData.userDecision", FIELD_COMPARED, OUTCOME_RULE},                           \
      {at ".toolFormerData.additionalData.status", FIELD_COMPARED, OUTCOME_RULE},                  \
      {at ".toolFormerData.rawArgs", FIELD_COMPARED,                                               \
       "file name and language; kind of program of a command"},                                    \
      {at ".toolFormerData.params", FIELD_COMPARED,                                                \
       "file name and language; kind of program of a command"},                                    \
  {                                                                                                \
    at ".toolFormerData.result", FIELD_COMPARED, OUTCOME_RULE "; lines of a patch"                 \
  }

#define COMPOSER_RULES(at)                                                                         \
  {at ".composerId", FIELD_HASHED, "keyed hash: same session"},                                    \
      {at ".tabId", FIELD_HASHED, "keyed hash: same session"},                                     \
      {at ".createdAt", FIELD_KEPT, "when the session began"},                                     \
      {at ".lastUpdatedAt", FIELD_COMPARED, "whether it is a draft"},                              \
      {at ".unifiedMode", FIELD_LABEL, "entry point: agent, chat or edit"},                        \
      {at ".modelConfig.modelName", FIELD_LABEL, "model"},                                         \
      {at ".totalLinesAdded", FIELD_KEPT, "lines"},                                                \
      {at ".totalLinesRemoved", FIELD_KEPT, "lines"},                                              \
      {at ".fullConversationHeadersOnly[]", FIELD_COUNTED, "whether it is a draft"},               \
      {at ".workspaceIdentifier.uri.fsPath", FIELD_LABEL,                                          \
       "project: last component of the folder"},                                                   \
      {at ".workspaceIdentifier.uri.path", FIELD_LABEL, "project: last component of the folder"},  \
      {at ".workspaceIdentifier.configPath.fsPath", FIELD_LABEL,                                   \
       "project: last component of the folder"},                                                   \
      {at ".workspaceIdentifier.configPath.path", FIELD_LABEL,                                     \
       "project: last component of the folder"},                                                   \
      {at ".subagentInfo.parentComposerId", FIELD_HASHED, "keyed hash: session of a subagent"},    \
      {at ".subagentInfo.rootParentConversationId", FIELD_HASHED,                                  \
       "keyed hash: session of a subagent"},                                                       \
      BLOCK_RULES(at ".codeBlockData.*.*"), BLOCK_RULES(at ".codeBlockData.*[]"),                  \
      BUBBLE_RULES(at ".conversation[]"), BUBBLE_RULES(at ".bubbles[]")

#define BLOCK_RULES(at)                                                                            \
  {at ".status", FIELD_COMPARED, "whether a person accepted or rejected an edit"},                 \
      {at ".codeblockId", FIELD_HASHED, "keyed hash: same edit"},                                  \
      {at ".languageId", FIELD_KEPT, "closed vocabulary: language of a file"},                     \
      {at ".uri.fsPath", FIELD_HASHED, "keyed hash: same file; language"},                         \
      {at ".uri.path", FIELD_HASHED, "keyed hash: same file; language"},                           \
      {at ".createdAt", FIELD_KEPT, "when an edit was accepted or rejected"}, {                    \
    at ".lastAppliedAt", FIELD_KEPT, "when an edit was accepted or rejected"                       \
  }

/* A path begins with the name of the rows or of the table. */
static const field_rule rules[] = {
    COMPOSER_RULES("composerData"),
    BUBBLE_RULES("bubbleId"),
    COMPOSER_RULES("composer_composerData.allComposers[]"),
    COMPOSER_RULES("composer_composerHeaders.allComposers[]"),
    {"composerHeaders.composerId", FIELD_HASHED, "keyed hash: same session"},
    {"composerHeaders.lastUpdatedAt", FIELD_COMPARED, "whether it is a draft"},
    {"composerHeaders.value", FIELD_COMPARED,
     "the head of a composer: read like composers, field by field"},
    COMPOSER_RULES("chatdata.tabs[]"),
    {"generations[].unixMs", FIELD_KEPT, "when it happened"},
    {"generations[].generationUUID", FIELD_HASHED, "keyed hash: same request"},
    {"dailyStats.date", FIELD_KEPT, "day of the sums"},
    {"dailyStats.tabSuggestedLines", FIELD_KEPT, "lines"},
    {"dailyStats.tabAcceptedLines", FIELD_KEPT, "lines"},
    {"dailyStats.composerSuggestedLines", FIELD_KEPT, "lines"},
    {"dailyStats.composerAcceptedLines", FIELD_KEPT, "lines"},
    {"scoredCommits[]", FIELD_HASHED, "keyed hash: same commit"},
    {"serviceMachineId", FIELD_HASHED, "keyed hash: storage of the same machine"},
    {"ai_code_hashes.source", FIELD_COMPARED, "whether the assistant wrote a line"},
    {"ai_code_hashes.requestId", FIELD_HASHED, "keyed hash: same request"},
    {"ai_code_hashes.conversationId", FIELD_HASHED, "keyed hash: same session"},
    {"ai_code_hashes.timestamp", FIELD_KEPT, "when it happened"},
    {"ai_code_hashes.createdAt", FIELD_KEPT, "when it happened"},
    {"ai_code_hashes.model", FIELD_LABEL, "model"},
    {"scored_commits.commitHash", FIELD_HASHED, "keyed hash: same commit"},
    {"scored_commits.commitDate", FIELD_KEPT, "when it happened"},
    {"scored_commits.scoredAt", FIELD_KEPT, "when it happened"},
    {"scored_commits.linesAdded", FIELD_KEPT, "lines"},
    {"scored_commits.linesDeleted", FIELD_KEPT, "lines"},
    {"scored_commits.tabLinesAdded", FIELD_COMPARED,
     "whether an assistant contributed to a commit"},
    {"scored_commits.tabLinesDeleted", FIELD_COMPARED,
     "whether an assistant contributed to a commit"},
    {"scored_commits.composerLinesAdded", FIELD_COMPARED,
     "whether an assistant contributed to a commit"},
    {"scored_commits.composerLinesDeleted", FIELD_COMPARED,
     "whether an assistant contributed to a commit"},
    {NULL, FIELD_KEPT, NULL},
};

/* The tables that the preview shows. */
static const row_rule shown[] = {
    {"cursorDiskKV", "composerData:", "composerData"},
    {"cursorDiskKV", "bubbleId:", "bubbleId"},
    {"ItemTable", "composer.composerData", "composer_composerData"},
    {"ItemTable", "composer.composerHeaders", "composer_composerHeaders"},
    {"composerHeaders", NULL, "composerHeaders"},
    {"ItemTable", "workbench.panel.aichat.view.aichat.chatdata", "chatdata"},
    {"ItemTable", "aiService.generations", "generations"},
    {"ItemTable", "aiCodeTracking.dailyStats.", "dailyStats"},
    {"ItemTable", "aiCodeTrackingScoredCommits", "scoredCommits"},
    {"ItemTable", "storage.serviceMachineId", "serviceMachineId"},
    {"ai_code_hashes", NULL, "ai_code_hashes"},
    {"scored_commits", NULL, "scored_commits"},
    {NULL, NULL, NULL},
};

const source bpi_source_cursor = {
    .name = "cursor",
    .title = "Databases of Cursor",
    .platform = "cursor",
    .covers = CURSOR_COVERS | COVERS_CHANGES,
    .is_ours = is_ours,
    .recognise = recognise,
    .read = read_databases,
    .rules = rules,
    .database = true,
    .beside = bpi_foreign_stat,
    .rows = shown,
};
