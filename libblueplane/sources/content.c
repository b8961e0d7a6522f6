/* sources/content.c: no text is kept except the beginning of a command, in a buffer that is
 * wiped. */
#include "sources/content.h"

#include "base/command.h"
#include "base/hash.h"

/* ------------------------------------------------------------------------------------ prompts */

static void feed_text(prompt_text *p, scan *s, prompt_facts *out) {
  bpi_prompt_block(p);
  if (!bpi_scan_text_feed(s, bpi_prompt_feed, p)) return;
  bpi_prompt_block_end(p);
  out->there = true;
}

static void feed_part(prompt_text *p, scan *s, prompt_facts *out, int *reject) {
  static const char *const keys[] = {"text", "inlineData", "fileData", NULL};
  uint64_t seen = 0;
  if (bpi_scan_peek(s) == SCAN_TEXT) {
    feed_text(p, s, out);
    return;
  }
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, keys, &seen, reject)) >= 0;) {
    if (m == 0)
      feed_text(p, s, out);
    else
      bpi_scan_skip(s);
    if (m > 0) out->features |= m == 1 ? PROMPT_IMAGE : PROMPT_FILE;
  }
}

void bpi_content_prompt(scan *s, prompt_facts *out, int *reject) {
  prompt_text p;
  bpi_prompt_start(&p);
  if (bpi_scan_peek(s) != SCAN_ARRAY)
    feed_part(&p, s, out, reject);
  else if (bpi_scan_enter_array(s))
    while (bpi_scan_item(s))
      feed_part(&p, s, out, reject);
  out->characters = p.characters;
  out->features |= bpi_prompt_features(&p);
  bpi_prompt_wipe(&p);
}

/* ----------------------------------------------------------------------------- input of tools */

typedef enum input_part {
  PART_FILE,
  PART_COMMAND,
  PART_BEFORE,
  PART_AFTER,
  PART_WRITTEN
} input_part;

/* Several names for the same field; no tool uses two of them. */
/* clang-format off */
#define INPUT_KEYS(X)                                                                              \
  X(PART_FILE, "file_path") X(PART_FILE, "filePath") X(PART_FILE, "path")                          \
  X(PART_FILE, "absolute_path") X(PART_FILE, "notebook_path") X(PART_COMMAND, "command")           \
  X(PART_COMMAND, "cmd") X(PART_BEFORE, "old_string") X(PART_BEFORE, "oldString")                  \
  X(PART_BEFORE, "old_str") X(PART_AFTER, "new_string") X(PART_AFTER, "newString")                 \
  X(PART_AFTER, "new_str") X(PART_WRITTEN, "content") X(PART_WRITTEN, "file_text")                 \
  X(PART_WRITTEN, "new_source")
/* clang-format on */
#define KEY(part, key) key,
#define PART(part, key) part,
static const char *const input_keys[] = {INPUT_KEYS(KEY) NULL};
static const input_part input_parts[] = {INPUT_KEYS(PART)};

void bpi_content_input_start(tool_input *in) {
  in->file.length = 0;
  in->program = PROGRAM_NONE;
  in->added = in->removed = -1;
  bpi_line_hashes_start(&in->before);
  bpi_line_hashes_start(&in->after);
}

static int read_program(scan *s) {
  char command[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(s, command, sizeof command, &length, NULL)) return PROGRAM_NONE;
  int program = bpi_program_of_command(command, length);
  bpi_hash_wipe(command, length);
  return program;
}

static bool feed_lines(scan *s, line_hashes *into) {
  bool there = bpi_scan_text_feed(s, bpi_line_hashes_feed, into);
  bpi_line_hashes_end(into);
  return there;
}

static void read_part(scan *s, tool_input *in, input_part part, unsigned *dropped, bool *edit) {
  switch (part) {
  case PART_FILE: bpi_object_into(s, &in->file, dropped); break;
  case PART_COMMAND: in->program = read_program(s); break;
  case PART_BEFORE: *edit |= feed_lines(s, &in->before); break;
  case PART_AFTER:
  case PART_WRITTEN: *edit |= feed_lines(s, &in->after); break;
  }
}

void bpi_content_input(scan *s, tool_input *in, unsigned *dropped, int *reject) {
  uint64_t seen = 0;
  bool edit = false;
  if (!bpi_scan_enter_object(s)) return;
  for (int m; (m = bpi_object_member(s, input_keys, &seen, reject)) >= 0;)
    read_part(s, in, input_parts[m], dropped, &edit);
  if (in->before.failed || in->after.failed) *reject = BP_ERR_NOMEM;
  if (edit) bpi_lines_difference(&in->before, &in->after, &in->added, &in->removed);
}

void bpi_content_input_free(tool_input *in) {
  bpi_line_hashes_free(&in->before);
  bpi_line_hashes_free(&in->after);
}

tool_use_record bpi_content_use(const tool_input *in, name tool, name file) {
  bool edit = tool.number == CATEGORY_EDIT;
  return (tool_use_record){.tool = tool.label,
                           .file = file.label,
                           .category = (int)tool.number,
                           .program = tool.number == CATEGORY_COMMAND ? in->program : PROGRAM_NONE,
                           .language = (int)file.number,
                           .added = edit ? in->added : -1,
                           .removed = edit ? in->removed : -1};
}
