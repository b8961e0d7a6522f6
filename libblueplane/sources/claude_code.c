/* sources/claude_code.c: the source "claude_code": transcripts of Claude Code. Knows the names of
 * the files and how lines follow each other; claude_code_line.h knows the content of lines. */
#include "sources/claude_code_line.h"
#include "sources/object.h"

#include "base/mem.h"
#include "base/text.h"

/* -------------------------------------------------------------------------------------- rules */

#define PROMPT_RULE                                                                                \
  "length of a prompt, whether it holds code or a file reference; which kind of user text"
#define OUTCOME_RULE "outcome of a tool call, by how its text begins"
#define PRICE_RULE "list price, from a closed list"

/* clang-format off */
#define USAGE_RULES(at)                                                                            \
  {at ".input_tokens", FIELD_KEPT, "tokens"}, {at ".output_tokens", FIELD_KEPT, "tokens"},         \
      {at ".cache_read_input_tokens", FIELD_KEPT, "tokens"},                                       \
      {at ".cache_creation_input_tokens", FIELD_KEPT, "tokens"},                                   \
      {at ".cache_creation.ephemeral_5m_input_tokens", FIELD_KEPT, "tokens"},                      \
      {at ".cache_creation.ephemeral_1h_input_tokens", FIELD_KEPT, "tokens"},                      \
      {at ".output_tokens_details.thinking_tokens", FIELD_KEPT, "tokens"},                         \
      {at ".server_tool_use.web_search_requests", FIELD_KEPT, "number of web searches"},           \
      {at ".service_tier", FIELD_KEPT, PRICE_RULE}, {at ".speed", FIELD_KEPT, PRICE_RULE},         \
      {at ".inference_geo", FIELD_KEPT, PRICE_RULE}

/* Everything but the text of a message: a subagent's text is not read. */
#define MESSAGE_RULES(at)                                                                          \
  {at ".id", FIELD_HASHED, "keyed hash: same response"},                                           \
      {at ".model", FIELD_LABEL, "name of the model"},                                             \
      {at ".stop_reason", FIELD_KEPT, "why a response ended, from a closed list"},                 \
      USAGE_RULES(at ".usage"),                                                                    \
      {at ".usage.iterations[].type", FIELD_COMPARED, "a response within one, or a repetition"},      \
      {at ".usage.iterations[].model", FIELD_LABEL, "name of the model"},                          \
      USAGE_RULES(at ".usage.iterations[]"),                                                       \
      {at ".content[].type", FIELD_COMPARED, "which kind of block; whether it is an image"},       \
      {at ".content[].id", FIELD_HASHED, "keyed hash: same tool call"},                            \
      {at ".content[].name", FIELD_LABEL, "name of the tool and of its MCP server"},               \
      {at ".content[].input.file_path", FIELD_LABEL, "keyed hash: same file; language"},           \
      {at ".content[].input.notebook_path", FIELD_LABEL, "keyed hash: same file; language"},       \
      {at ".content[].input.run_in_background", FIELD_KEPT, "whether it runs in the background"},  \
      {at ".content[].input.command", FIELD_COMPARED, "kind of program, from a closed list"},      \
      {at ".content[].input.old_string", FIELD_COUNTED, "lines removed"},                          \
      {at ".content[].input.new_string", FIELD_COUNTED, "lines added"},                            \
      {at ".content[].input.edits[].old_string", FIELD_COUNTED, "lines removed"},                  \
      {at ".content[].input.edits[].new_string", FIELD_COUNTED, "lines added"},                    \
      {at ".content[].input.content", FIELD_COUNTED, "lines added"},                               \
      {at ".content[].input.new_source", FIELD_COUNTED, "lines added"},                            \
      {at ".content[].tool_use_id", FIELD_HASHED, "keyed hash: same tool call"},                   \
      {at ".content[].is_error", FIELD_COMPARED, "outcome of a tool call"},                        \
      {at ".content[].content", FIELD_COMPARED, OUTCOME_RULE},                                     \
      {at ".content[].content[].text", FIELD_COMPARED, OUTCOME_RULE}

/* The fields that a line shares with a line nested in it; `at` is "" or ends with a dot. */
#define ENVELOPE_RULES(at)                                                                         \
  {at "uuid", FIELD_HASHED, "keyed hash: the same line in another file"},                          \
      {at "timestamp", FIELD_KEPT, "time of the record"},                                          \
      {at "requestId", FIELD_HASHED, "keyed hash: same request"},                                  \
      {at "isApiErrorMessage", FIELD_COMPARED, "an API error shown to the user"},                  \
      {at "error", FIELD_COMPARED, "class of an API error, from a closed list"},                   \
      {at "error.status", FIELD_COMPARED, "class of an API error, from its status number"},        \
      {at "apiErrorStatus", FIELD_COMPARED, "class of an API error, from its status number"},      \
      {at "toolUseResult", FIELD_COMPARED, OUTCOME_RULE},                                          \
      {at "toolUseResult.type", FIELD_COMPARED, "whether a file was created"},                     \
      {at "toolUseResult.content", FIELD_COUNTED, "lines of a created file"},                      \
      {at "toolUseResult.structuredPatch[].lines[]", FIELD_COUNTED, "lines added and removed"},    \
      {at "toolUseResult.filePath", FIELD_LABEL, "keyed hash: same file; language"},               \
      {at "toolUseResult.notebook_path", FIELD_LABEL, "keyed hash: same file; language"},          \
      {at "toolUseResult.interrupted", FIELD_COMPARED, "outcome of a tool call"},                  \
      {at "toolUseResult.plan", FIELD_COMPARED, "whether present: a plan was accepted"},           \
      {at "toolUseResult.gitOperation.commit.sha", FIELD_HASHED, "keyed hash: same commit"}
/* clang-format on */

/* What happens to each field, in words for people. */
static const field_rule rules[] = {
    {"type", FIELD_COMPARED, "which kind of line"},
    {"subtype", FIELD_COMPARED, "which kind of system line"},
    {"sessionId", FIELD_HASHED, "keyed hash: same session"},
    {"session_id", FIELD_HASHED, "keyed hash: same session"},
    {"cwd", FIELD_LABEL, "name of the project folder"},
    {"gitBranch", FIELD_LABEL, "name of the branch"},
    {"version", FIELD_LABEL, "version of the client"},
    {"entrypoint", FIELD_LABEL, "how the client was started"},
    {"isSidechain", FIELD_COMPARED, "done by a subagent"},
    {"agentId", FIELD_HASHED, "keyed hash: same subagent"},
    {"isMeta", FIELD_COMPARED, "written by the client, not by a person"},
    {"isCompactSummary", FIELD_COMPARED, "a compaction summary, not a prompt"},
    {"isVisibleInTranscriptOnly", FIELD_COMPARED, "a compaction summary, not a prompt"},
    {"permissionMode", FIELD_KEPT, "permission mode, from a closed list"},
    {"origin.kind", FIELD_COMPARED, "written by a person or not"},
    {"forkedFrom", FIELD_COMPARED, "whether present: copied from another session"},
    {"cause", FIELD_COMPARED, "whether present: the network failed"},
    {"durationMs", FIELD_KEPT, "duration of a turn"},
    {"retryAttempt", FIELD_KEPT, "number of an API retry"},
    {"compactMetadata.trigger", FIELD_COMPARED, "automatic or manual compaction"},
    {"compactMetadata.preTokens", FIELD_KEPT, "tokens before a compaction"},
    {"microcompactMetadata.trigger", FIELD_COMPARED, "automatic or manual compaction"},
    {"microcompactMetadata.preTokens", FIELD_KEPT, "tokens before a compaction"},
    {"prUrl", FIELD_HASHED, "keyed hash: same pull request"},
    {"content", FIELD_COMPARED, "a slash command, by name from a closed list"},
    {"attachment.type", FIELD_COMPARED, "a queued prompt"},
    {"attachment.commandMode", FIELD_COMPARED, "a queued prompt"},
    {"attachment.origin.kind", FIELD_COMPARED, "written by a person or not"},
    {"attachment.prompt", FIELD_COUNTED, PROMPT_RULE},
    {"attachment.prompt[].type", FIELD_COMPARED, "whether an image is attached"},
    {"attachment.prompt[].text", FIELD_COUNTED, PROMPT_RULE},
    ENVELOPE_RULES(""),
    {"message.role", FIELD_COMPARED, "whose message"},
    {"message.content", FIELD_COUNTED, PROMPT_RULE},
    {"message.content[].text", FIELD_COUNTED, PROMPT_RULE},
    MESSAGE_RULES("message"),
    {"data.agentId", FIELD_HASHED, "keyed hash: same subagent"},
    ENVELOPE_RULES("data.message."),
    MESSAGE_RULES("data.message.message"),
    MESSAGE_RULES("data.message"),
    {NULL, FIELD_KEPT, NULL},
};

/* ------------------------------------------------------------------------------------ reading */

static int take(void *self, scan *s) {
  reader *r = self;
  (void)s;
  bpi_cc_read_line(r);
  return r->status != BP_OK ? r->status : r->f.reject;
}

static int emit(void *self) {
  reader *r = self;
  bpi_cc_tell_line(r);
  if (r->f.text_there) bpi_prompt_wipe(&r->text);
  return r->status;
}

/* Whether the file is in a folder "subagents" of a session, whatever the folders above are
 * called. */
static bool lies_in_subagents(const char *path) {
  static const char own[] = "subagents";
  for (int parts = 2; parts <= 4; parts++) {
    const char *folder = bpi_last_parts(path, parts);
    char next = strncmp(folder, own, sizeof own - 1) == 0 ? folder[sizeof own - 1] : '\0';
    if (next == '/' || next == '\\') return true;
  }
  return false;
}

/* Subagents have files of their own, named after them, in recent versions also in a folder of their
 * own. */
static void read_path(reader *r) {
  static const char prefix[] = "agent-", ending[] = ".jsonl";
  const char *path = r->in->path == NULL ? "" : r->in->path, *base = bpi_base_name(path);
  bool named = strncmp(base, prefix, sizeof prefix - 1) == 0 && bpi_ends_with(base, ending);
  r->agent_file = named || lies_in_subagents(path);
  if (!named) return;
  r->file_agent = base + sizeof prefix - 1;
  r->file_agent_length = strlen(r->file_agent) - (sizeof ending - 1);
  if (r->file_agent_length > IDENT_RAW_MAX) r->file_agent_length = 0;
  r->noise_file = bpi_cc_is_noise_agent(r->file_agent, r->file_agent_length);
}

int bpi_cc_open(reader **out, source_input *in, object_reader *lines) {
  reader *r = *out = bpi_alloc_zero(1, sizeof *r);
  if (r == NULL) return BP_ERR_NOMEM;
  r->in = in;
  r->s = in->scan;
  r->sink = r->names.sink = in->sink;
  bpi_cc_prepare_keys(r);
  read_path(r);
  *lines = (object_reader){.take = take, .emit = emit, .self = r};
  return BP_OK;
}

void bpi_cc_close(reader *r) {
  if (r == NULL) return;
  bpi_prompt_wipe(&r->text);
  bpi_free(r->use);
  bpi_free(r->result);
  bpi_line_hashes_free(&r->before);
  bpi_line_hashes_free(&r->after);
  bpi_free(r);
}

static int read_claude_code(source_input *in) {
  reader *r;
  object_reader lines;
  int status = bpi_cc_open(&r, in, &lines);
  if (status == BP_OK) status = bpi_read_objects(in, &lines);
  bpi_cc_close(r);
  return status;
}

/* -------------------------------------------------------------------------------- recognition */

/* Any name of a transcript, except the names of other files with lines, the client's own history,
 * and the copy of a session that Claude Desktop writes next to its transcript, with other
 * identifiers and counts that are not final. The names of other sources are asked for before. */
static bool is_ours(const char *path) {
  const char *base = bpi_base_name(path);
  return bpi_ends_with(base, ".jsonl") && !bpi_ends_with(base, ".blueplane.jsonl") &&
         !bpi_ends_with(base, "_hooks.jsonl") && strcmp(base, "history.jsonl") != 0 &&
         strcmp(base, "audit.jsonl") != 0;
}

/* Checks the keys of the first lines: a type, and one that only these transcripts have. */
static bool recognise(const char *bytes, size_t length) {
  static const char *const telling[] = {"parentUuid", "sessionId", "leafUuid", "isSidechain",
                                        "isSnapshotUpdate"};
  scan s;
  bpi_scan_init_memory(&s, bytes, length);
  for (int values = 0; values < 8 && bpi_scan_value(&s) == SCAN_OBJECT; values++) {
    bool typed = false, told = false;
    const char *key;
    size_t key_length;
    while (bpi_scan_key(&s, &key, &key_length)) {
      typed |= key_length == 4 && memcmp(key, "type", 4) == 0;
      for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        told |= strlen(telling[i]) == key_length && memcmp(telling[i], key, key_length) == 0;
      bpi_scan_skip(&s);
    }
    if (told && (typed || s.waiting)) return true;
    if (s.error != SCAN_OK && !bpi_scan_recover(&s)) return false;
  }
  return false;
}

const source bpi_source_claude_code = {
    .name = "claude_code",
    .title = "Claude Code transcripts",
    .platform = "claude_code",
    .covers = CC_COVERS,
    .is_ours = is_ours,
    .recognise = recognise,
    .read = read_claude_code,
    .rules = rules,
};
