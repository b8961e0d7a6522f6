/* sources/claude_code_tool.c: reads tool uses and tool results into the frame. Of inputs and
 * outputs it counts lines and compares the beginning with known phrases; nothing is kept. */
#include "sources/claude_code_line.h"

#include "base/command.h"
#include "base/mem.h"
#include "base/text.h"

enum { BLOCK_UNKNOWN, BLOCK_OTHER, BLOCK_TEXT, BLOCK_IMAGE, BLOCK_TOOL_USE, BLOCK_TOOL_RESULT };

static const word block_types[] = {
    WORD("text", BLOCK_TEXT),
    WORD("tool_use", BLOCK_TOOL_USE),
    WORD("tool_result", BLOCK_TOOL_RESULT),
    WORD("image", BLOCK_IMAGE),
    WORD("document", BLOCK_IMAGE),
    NO_WORD,
};
static const word created[] = {
    WORD("create", 1),
    NO_WORD,
};

/* ---------------------------------------------------------------------------------- tool uses */

/* Reserves room for one more tool use or result of the line. */
static bool room_for(reader *r, void **items, size_t *capacity, size_t count, size_t size) {
  if (count == TOOLS_MAX) {
    r->sink->drop(r->sink->self);
    return false;
  }
  if (bpi_reserve(items, capacity, count + 1, size) == BP_OK) return true;
  r->status = BP_ERR_NOMEM;
  return false;
}

static void add_use(reader *r, const tool_use *use) {
  void *items = r->use;
  bool fits = room_for(r, &items, &r->use_capacity, r->f.uses, sizeof *use);
  r->use = items;
  if (fits) r->use[r->f.uses++] = *use;
}

static void add_result(reader *r, const tool_result *result) {
  void *items = r->result;
  bool fits = room_for(r, &items, &r->result_capacity, r->f.results, sizeof *result);
  r->result = items;
  if (fits) r->result[r->f.results++] = *result;
}

/* The lines that the old and new text of one edit add to the counts of a tool use. */
typedef struct edit_lines {
  bool there;
  int64_t added, removed;
} edit_lines;

static void read_lines(reader *r, line_hashes *into, edit_lines *e) {
  e->there |= bpi_scan_text_feed(r->s, bpi_line_hashes_feed, into);
  bpi_line_hashes_end(into);
  if (into->failed) r->status = BP_ERR_NOMEM;
}

static void start_edit(reader *r) {
  bpi_line_hashes_start(&r->before);
  bpi_line_hashes_start(&r->after);
}

static void end_edit(reader *r, edit_lines *e) {
  int64_t added, removed;
  bpi_lines_difference(&r->before, &r->after, &added, &removed);
  e->added += added;
  e->removed += removed;
}

static void read_edits(reader *r, edit_lines *e) {
  if (!bpi_scan_enter_array(r->s)) return;
  while (bpi_scan_item(r->s)) {
    if (!bpi_scan_enter_object(r->s)) continue;
    seen was = bpi_cc_no_keys(r, IN_EDIT);
    start_edit(r);
    for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;)
      read_lines(r, key == KEY_OLD ? &r->before : &r->after, e);
    end_edit(r, e);
  }
}

static void read_written(reader *r, edit_lines *e) {
  line_count lines = {0, false};
  e->there |= bpi_scan_text_feed(r->s, bpi_lines_feed, &lines);
  e->added += bpi_lines_total(&lines);
}

/* The kind of program a command line runs. */
static int read_program(reader *r) {
  char command[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(r->s, command, sizeof command, &length, NULL)) return PROGRAM_NONE;
  int program = bpi_program_of_command(command, length);
  bpi_hash_wipe(command, length);
  return program;
}

/* `category` is -1 while the tool's name is unknown. */
static void read_input(reader *r, int category, tool_use_record *use, edit_lines *e) {
  bool edits = category < 0 || category == CATEGORY_EDIT;
  bool commands = category < 0 || category == CATEGORY_COMMAND;
  bool single = false;
  edit_lines many = {false, 0, 0};
  seen was = bpi_cc_no_keys(r, IN_INPUT);
  name file;
  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    if (key == KEY_FILE || key == KEY_NOTEBOOK) {
      file = bpi_cc_name(r, LABEL_FILE);
      use->file = file.label;
      use->language = (int)file.number;
    } else if (key == KEY_BACKGROUND) {
      use->background = bpi_cc_true(r);
    } else if (key == KEY_COMMAND && commands) {
      use->program = read_program(r);
    } else if (key == KEY_COMMAND || !edits) {
      bpi_scan_skip(r->s);
    } else if (key == KEY_EDITS) {
      read_edits(r, &many);
    } else if (key == KEY_OLD || key == KEY_NEW) {
      if (!single) start_edit(r);
      single = true;
      read_lines(r, key == KEY_OLD ? &r->before : &r->after, e);
    } else {
      read_written(r, e);
    }
  }
  if (single) end_edit(r, e);
  e->there |= many.there;
  e->added += many.added;
  e->removed += many.removed;
}

/* ------------------------------------------------------------------------------- tool results */

/* The beginning of a tool result's text, or of its first block that has a text. */
static size_t read_output(reader *r, char head[RESULT_HEAD]) {
  size_t length = 0;
  if (bpi_scan_peek(r->s) != SCAN_ARRAY) {
    bpi_scan_text(r->s, head, RESULT_HEAD, &length, NULL);
    return length;
  }
  if (!bpi_scan_enter_array(r->s)) return 0;
  while (bpi_scan_item(r->s)) {
    seen was = bpi_cc_no_keys(r, IN_OUTPUT);
    if (!bpi_scan_enter_object(r->s)) continue;
    while (bpi_cc_next_key(r, &was) != KEY_NONE) {
      if (length == 0)
        bpi_scan_text(r->s, head, RESULT_HEAD, &length, NULL);
      else
        bpi_scan_skip(r->s);
    }
  }
  return length;
}

/* ------------------------------------------------------------------------------------- blocks */

void bpi_cc_read_block(reader *r, bool of_user, bool nested) {
  int type = BLOCK_UNKNOWN;
  bool is_error = false;
  size_t output_length = 0;
  char head[RESULT_HEAD];
  edit_lines edit = {false, 0, 0};
  tool_use use = {.nested = nested, .is = {.category = -1, .added = -1, .removed = -1}};
  tool_result result = {.nested = nested, .outcome = OUTCOME_OK};
  seen was = bpi_cc_no_keys(r, IN_BLOCK);
  name tool;

  if (!bpi_scan_enter_object(r->s)) return;
  for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;) {
    switch (key) {
    case KEY_TYPE: type = bpi_cc_word(r, block_types, BLOCK_OTHER, BLOCK_OTHER); break;
    case KEY_ID: use.key = bpi_cc_ident(r, IDENT_TOOL); break;
    case KEY_TOOL_USE_ID: result.key = bpi_cc_ident(r, IDENT_TOOL); break;
    case KEY_NAME:
      tool = bpi_cc_name(r, LABEL_TOOL);
      use.is.tool = tool.label;
      use.is.category = (int)tool.number;
      break;
    case KEY_INPUT: read_input(r, use.is.category, &use.is, &edit); break;
    case KEY_IS_ERROR: is_error = bpi_cc_true(r); break;
    case KEY_TEXT:
      if (of_user && (type == BLOCK_TEXT || type == BLOCK_UNKNOWN))
        bpi_cc_read_user_text(r);
      else
        bpi_scan_skip(r->s);
      break;
    case KEY_CONTENT: output_length = read_output(r, head); break;
    default: bpi_scan_skip(r->s);
    }
  }
  if (type == BLOCK_IMAGE && of_user) r->f.image = true;
  if (type == BLOCK_TOOL_USE) {
    if (use.is.category < 0) use.is.category = CATEGORY_OTHER;
    if (use.is.category != CATEGORY_COMMAND) use.is.program = PROGRAM_NONE;
    if (use.is.category == CATEGORY_EDIT && edit.there) {
      use.is.added = edit.added;
      use.is.removed = edit.removed;
    }
    add_use(r, &use);
  }
  if (type == BLOCK_TOOL_RESULT) {
    if (is_error) bpi_result_classify(head, output_length, &result.outcome, &result.failure);
    add_result(r, &result);
  }
  bpi_hash_wipe(head, output_length);
}

/* ------------------------------------------------------------------------------ toolUseResult */

static void read_patch(reader *r, result_facts *f) {
  if (!bpi_scan_enter_array(r->s)) return;
  f->patched = true;
  while (bpi_scan_item(r->s)) {
    seen was = bpi_cc_no_keys(r, IN_HUNK);
    if (!bpi_scan_enter_object(r->s)) continue;
    while (bpi_cc_next_key(r, &was) != KEY_NONE) {
      if (!bpi_scan_enter_array(r->s)) continue;
      while (bpi_scan_item(r->s)) {
        char sign = ' ';
        bpi_scan_first(r->s, &sign);
        f->added += sign == '+';
        f->removed += sign == '-';
      }
    }
  }
}

static ident read_hash(reader *r) {
  char raw[IDENT_RAW_MAX];
  size_t length;
  if (!bpi_cc_text(r, raw, sizeof raw, &length)) return (ident){0, 0};
  return bpi_memo_commit(&r->names, raw, length);
}

static void read_commit(reader *r, result_facts *f) {
  seen git = bpi_cc_no_keys(r, IN_GIT);
  if (!bpi_scan_enter_object(r->s)) return;
  while (bpi_cc_next_key(r, &git) != KEY_NONE) {
    seen commit = bpi_cc_no_keys(r, IN_COMMIT);
    if (!bpi_scan_enter_object(r->s)) continue;
    while (bpi_cc_next_key(r, &commit) != KEY_NONE)
      f->commit = read_hash(r);
  }
}

/* toolUseResult as a text: an error message. */
static void read_result_text(reader *r, result_facts *f) {
  char head[RESULT_HEAD];
  size_t length;
  if (!bpi_scan_text(r->s, head, sizeof head, &length, NULL)) return;
  f->ending = bpi_result_ending(head, length);
  bpi_hash_wipe(head, length);
}

static void read_result_member(reader *r, result_facts *f, int key, bool *typed) {
  line_count lines = {0, false};
  switch (key) {
  case KEY_TYPE:
    f->created = bpi_cc_word(r, created, 0, 0) != 0;
    *typed = true;
    break;
  case KEY_CONTENT: /* read only if it may be the content of a created file */
    if (*typed && !f->created) {
      bpi_scan_skip(r->s);
    } else if (bpi_scan_text_feed(r->s, bpi_lines_feed, &lines)) {
      f->counted = true;
      f->content_lines = bpi_lines_total(&lines);
    }
    break;
  case KEY_PATCH: read_patch(r, f); break;
  case KEY_RESULT_FILE:
  case KEY_NOTEBOOK: f->file = bpi_cc_name(r, LABEL_FILE); break;
  case KEY_INTERRUPTED: f->interrupted = bpi_cc_true(r); break;
  case KEY_PLAN: f->plan = bpi_cc_present(r); break;
  case KEY_GIT: read_commit(r, f); break;
  default: bpi_scan_skip(r->s);
  }
}

void bpi_cc_read_result(reader *r, result_facts *f) {
  bool typed = false;
  seen was = bpi_cc_no_keys(r, IN_RESULT);
  scan_type type = bpi_scan_peek(r->s);
  f->there = type != SCAN_NULL;
  if (type == SCAN_TEXT) {
    read_result_text(r, f);
  } else if (bpi_scan_enter_object(r->s)) {
    for (int key; (key = bpi_cc_next_key(r, &was)) != KEY_NONE;)
      read_result_member(r, f, key, &typed);
  }
}
