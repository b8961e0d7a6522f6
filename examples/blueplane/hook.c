/* hook.c: records what an assistant passes to its hooks: reads one payload from standard input,
 * adds the time, and appends the allowed members to a file that the next sync reads. Knows which
 * members are allowed: of text that a person or a model wrote, only the length of a prompt. Opens
 * no store, prints only errors, and never exits with 2, which would stop the assistant. */
#define _XOPEN_SOURCE 700 /* gmtime_r */

#include "commands.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exits.h"
#include "paths.h"
#include "system.h"

#define PAYLOAD_MAX ((size_t)64 << 20)

/* Members that are kept unchanged, if no longer than TEXT_MAX. */
static const char *const kept[] = {"hook_event_name",
                                   "session_id",
                                   "conversation_id",
                                   "generation_id",
                                   "prompt_id",
                                   "tool_use_id",
                                   "agent_id",
                                   "tool_name",
                                   "cwd",
                                   "workspace_roots",
                                   "cursor_version",
                                   "model",
                                   "permission_mode",
                                   "source",
                                   "trigger",
                                   "status",
                                   "is_interrupt",
                                   "failure_type",
                                   "duration_ms",
                                   "duration",
                                   "input_tokens",
                                   "output_tokens",
                                   "cache_read_tokens",
                                   "cache_write_tokens",
                                   "file_path",
                                   NULL};
static const char *const classes[] = {"authentication_failed",
                                      "oauth_org_not_allowed",
                                      "cloud_credential_error",
                                      "billing_error",
                                      "rate_limit",
                                      "overloaded",
                                      "invalid_request",
                                      "model_not_found",
                                      "server_error",
                                      "max_output_tokens",
                                      "unknown",
                                      NULL};
static const char *const file_names[] = {"file_path", "notebook_path", "target_file", NULL};
#define TEXT_MAX 1024

static bool is_short(const cJSON *item) {
  if (cJSON_IsString(item)) return strlen(item->valuestring) <= TEXT_MAX;
  if (!cJSON_IsArray(item)) return !cJSON_IsObject(item);
  for (const cJSON *i = item->child; i != NULL; i = i->next)
    if (!cJSON_IsString(i) || !is_short(i)) return false;
  return true;
}

static void keep(cJSON *to, const cJSON *from, const char *name, const char *as) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, name);
  if (item != NULL && is_short(item)) cJSON_AddItemToObject(to, as, cJSON_Duplicate(item, true));
}

static double characters_of(const char *prompt) {
  double count = 0;
  for (; *prompt != '\0'; prompt++)
    count += ((unsigned char)*prompt & 0xC0) != 0x80;
  return count;
}

/* Keeps the class of the API error that ended a turn. Any other error text is content. */
static void keep_class(cJSON *to, const cJSON *payload) {
  const cJSON *event = cJSON_GetObjectItemCaseSensitive(payload, "hook_event_name");
  const cJSON *error = cJSON_GetObjectItemCaseSensitive(payload, "error");
  if (!cJSON_IsString(event) || strcmp(event->valuestring, "StopFailure") != 0) return;
  if (!cJSON_IsString(error)) return;
  for (size_t i = 0; classes[i] != NULL; i++)
    if (strcmp(error->valuestring, classes[i]) == 0) keep(to, payload, "error", "error");
}

/* Keeps a subagent's kind only if it is empty: people choose these names. */
static void keep_helper(cJSON *to, const cJSON *payload) {
  const cJSON *type = cJSON_GetObjectItemCaseSensitive(payload, "agent_type");
  if (cJSON_IsString(type) && type->valuestring[0] == '\0')
    keep(to, payload, "agent_type", "agent_type");
}

/* A copy of the payload without content. */
static cJSON *reduce(const cJSON *payload, const char *stamp) {
  cJSON *out = cJSON_CreateObject();
  cJSON_AddStringToObject(out, "received_at", stamp);
  for (size_t i = 0; kept[i] != NULL; i++)
    keep(out, payload, kept[i], kept[i]);
  keep_class(out, payload);
  keep_helper(out, payload);
  const cJSON *prompt = cJSON_GetObjectItemCaseSensitive(payload, "prompt");
  if (cJSON_IsString(prompt))
    cJSON_AddNumberToObject(out, "prompt_characters", characters_of(prompt->valuestring));
  const cJSON *input = cJSON_GetObjectItemCaseSensitive(payload, "tool_input");
  cJSON *reduced = cJSON_IsObject(input) ? cJSON_AddObjectToObject(out, "tool_input") : NULL;
  for (size_t i = 0; reduced != NULL && file_names[i] != NULL && reduced->child == NULL; i++)
    keep(reduced, input, file_names[i], "file_path");
  return out;
}

/* All of standard input. NULL: too long, or unreadable. */
static char *read_input(void) {
  text t = {0};
  char piece[65536];
  ssize_t got;
  while ((got = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || t.length + (size_t)got > PAYLOAD_MAX) {
      text_free(&t);
      return NULL;
    }
    text_add_bytes(&t, piece, (size_t)got);
  }
  return t.data != NULL ? t.data : copy_text("");
}

/* Whether a file ends inside a line: a full disk cut it off, or another hook is writing. In the
 * second case the line break that is added gives an empty line, which readers skip. */
static bool is_torn(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return false;
  int last = fseek(file, -1, SEEK_END) == 0 ? fgetc(file) : '\n';
  fclose(file);
  return last != '\n' && last != EOF;
}

/* A single write, so that lines of concurrent hooks do not mix. A pipe in the file's place could
 * wait for ever, and the assistant with it. */
static int append(const char *path, const char *printed) {
  int failed = make_folder_of(path);
  if (failed != 0 || is_special(path)) return failed != 0 ? failed : EINVAL;
  char *line = print_text("%s%s\n", is_torn(path) ? "\n" : "", printed);
  failed = append_private(path, line, strlen(line));
  free(line);
  return failed;
}

int run_hook(program *p) {
  const char *assistant = p->arguments[0];
  char day[16], stamp[40];
  struct timespec now;
  struct tm utc;
  if (p->argument_count != 1)
    return complain(EXIT_FAILED, "name claude_code or cursor", "hook takes one argument");
  if (strcmp(assistant, "claude_code") != 0 && strcmp(assistant, "cursor") != 0)
    return complain(EXIT_FAILED, "name claude_code or cursor", "no hooks of \"%s\" are known",
                    assistant);
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  strftime(day, sizeof day, "%Y-%m-%d", &utc);
  size_t length = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
  snprintf(stamp + length, sizeof stamp - length, ".%06ldZ", now.tv_nsec / 1000);

  char *input = read_input();
  if (input != NULL) json_mend_halves(input);
  cJSON *payload = input == NULL ? NULL : cJSON_Parse(input);
  free(input);
  if (!cJSON_IsObject(payload)) {
    cJSON_Delete(payload);
    return complain(EXIT_FAILED, NULL, "standard input is not a payload of a hook");
  }
  if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(payload, "hook_event_name"))) {
    cJSON_Delete(payload);
    return complain(EXIT_FAILED, NULL,
                    "the payload names no event: hook_event_name is not a string");
  }
  cJSON *out = reduce(payload, stamp);
  char *printed = cJSON_PrintUnformatted(out);
  char *folder = hooks_folder(assistant);
  char *path = print_text("%s/%s.%s_hooks.jsonl", folder, day, assistant);
  int failed = printed == NULL ? ENOMEM : append(path, printed);
  if (failed != 0) complain(EXIT_FAILED, NULL, "cannot write %s: %s", path, strerror(failed));
  free(path);
  free(folder);
  cJSON_free(printed);
  cJSON_Delete(out);
  cJSON_Delete(payload);
  return failed == 0 ? EXIT_OK : EXIT_FAILED;
}
