/* sources/codex_tool.h: the members of a line of a Codex rollout that describe a tool call: its
 * input and how it ended. Each function reads one value into the line. codex_line.c knows which
 * member has which value. */
#ifndef BPI_SOURCES_CODEX_TOOL_H
#define BPI_SOURCES_CODEX_TOOL_H

#include "sources/codex_line.h"

/* Input: the program of a command; the lines of a patch and the file it changes most. */

/* A text that is a JSON object, which may have a command. */
void bpi_codex_read_arguments(codex_line *l, scan *s);
/* Free text, which may contain a patch. */
void bpi_codex_read_input(codex_line *l, scan *s);
/* A command as an array of its words. */
void bpi_codex_read_command(codex_line *l, scan *s);
/* An object around such an array. */
void bpi_codex_read_action(codex_line *l, scan *s, int *reject);
/* The name of a server, and an object with that name and the tool's. */
void bpi_codex_read_server(codex_line *l, scan *s);
void bpi_codex_read_invocation(codex_line *l, scan *s, int *reject);

/* Ending. */

/* Adds evidence of how a call ended. The gravest outcome wins in any order: a person's decision,
 * then a failure, then success. */
void bpi_codex_end(codex_ending *e, int outcome, int failure);

/* A text, content items or an object; decides by the exit code or the beginning of the text. */
void bpi_codex_read_output(codex_line *l, scan *s, int *reject);
void bpi_codex_read_exit_code(codex_line *l, scan *s);
void bpi_codex_read_success(codex_line *l, scan *s);
/* Returns the word for bpi_codex_end_with_status; -1 for one that is no evidence. `failure` is used
 * if the call failed. */
int bpi_codex_read_status(scan *s);
void bpi_codex_end_with_status(codex_line *l, int status, int failure);
void bpi_codex_read_result(codex_line *l, scan *s, int *reject);
void bpi_codex_read_duration(codex_line *l, scan *s, int *reject);
/* Changed files by path, with their lines. */
void bpi_codex_read_changes(codex_line *l, scan *s, int *reject);

#endif
