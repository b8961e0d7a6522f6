/* sources/content.h: what is recorded of texts that must not be kept: the length and features of a
 * prompt; the file, the kind of program and the changed lines of a tool's input. Reads them while
 * they stream by, under the names several assistants use; knows no other part of a format. */
#ifndef BPI_SOURCES_CONTENT_H
#define BPI_SOURCES_CONTENT_H

#include "sources/claude_code_prompt.h"
#include "sources/lines.h"
#include "sources/object.h"

/* A prompt: a text, or an array of parts that are texts or have one as "text". */
typedef struct prompt_facts {
  bool there; /* a text was found */
  int64_t characters;
  int features; /* PROMPT_ */
} prompt_facts;
void bpi_content_prompt(scan *s, prompt_facts *out, int *reject);

/* The input of a tool, which is an object; lines are -1 unless it is an edit. Release it with
 * bpi_content_input_free. */
typedef struct tool_input {
  name_text file;
  int program; /* PROGRAM_ */
  int64_t added, removed;
  line_hashes before, after;
} tool_input;
void bpi_content_input_start(tool_input *in);
void bpi_content_input(scan *s, tool_input *in, unsigned *dropped, int *reject);
void bpi_content_input_free(tool_input *in);
/* The rules of these fields, for a source's list of rules. */
#define CONTENT_INPUT_RULES(at)                                                                    \
  {at ".file_path", FIELD_LABEL, "file name"}, {at ".filePath", FIELD_LABEL, "file name"},         \
      {at ".path", FIELD_LABEL, "file name"}, {at ".absolute_path", FIELD_LABEL, "file name"},     \
      {at ".notebook_path", FIELD_LABEL, "file name"},                                             \
      {at ".command", FIELD_COMPARED, "kind of program of a command"},                             \
      {at ".cmd", FIELD_COMPARED, "kind of program of a command"},                                 \
      {at ".old_string", FIELD_COUNTED, "lines"}, {at ".oldString", FIELD_COUNTED, "lines"},       \
      {at ".old_str", FIELD_COUNTED, "lines"}, {at ".new_string", FIELD_COUNTED, "lines"},         \
      {at ".newString", FIELD_COUNTED, "lines"}, {at ".new_str", FIELD_COUNTED, "lines"},          \
      {at ".content", FIELD_COUNTED, "lines"}, {at ".file_text", FIELD_COUNTED, "lines"}, {        \
    at ".new_source", FIELD_COUNTED, "lines"                                                       \
  }

/* The record of a use of `tool` with this input. */
tool_use_record bpi_content_use(const tool_input *in, name tool, name file);

#endif
