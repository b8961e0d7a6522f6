/* sources/claude_code_prompt.h: classifies texts of a Claude Code transcript: which user text is a
 * person's prompt, and how a tool call ended. Knows the fixed phrases the client writes; keeps a
 * class and some counts, never the text. */
#ifndef BPI_SOURCES_CLAUDE_CODE_PROMPT_H
#define BPI_SOURCES_CLAUDE_CODE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes from the start of a text that are examined. */
#define PROMPT_HEAD 512
#define RESULT_HEAD 256

typedef enum user_text {
  USER_TEXT_NONE,      /* no text at all */
  USER_TEXT_PROMPT,    /* none of the others */
  USER_TEXT_WARMUP,    /* exactly the first message of a warm-up agent */
  USER_TEXT_SUMMARY,   /* the summary left by a compaction */
  USER_TEXT_INTERRUPT, /* the person stopped the model */
  USER_TEXT_INJECTED,  /* written by the client: output of commands, reminders, notes */
  USER_TEXT_SLASH,     /* a slash command */
  USER_TEXT_BASH       /* a command the person ran with "!" */
} user_text;

/* A user text while it streams by. Blocks that an editor put in front (the open file, the
 * selection) are left out. */
typedef struct prompt_text {
  int64_t characters;
  bool code; /* holds ``` */
  bool file; /* holds a reference like @src/main.c */
  int phase;
  size_t opening_length, matched, head_length;
  unsigned ticks;
  int reference;
  const char *closing;
  char opening[24];
  char head[PROMPT_HEAD];
} prompt_text;

void bpi_prompt_start(prompt_text *p);
void bpi_prompt_block(prompt_text *p);                                /* starts a block of text */
void bpi_prompt_feed(void *prompt, const char *piece, size_t length); /* prompt_text * */
void bpi_prompt_block_end(prompt_text *p);
int bpi_prompt_features(const prompt_text *p); /* PROMPT_CODE, PROMPT_FILE */
user_text bpi_prompt_classify(const prompt_text *p);
/* The name of the slash command in a text of that class: a built-in one, or "custom". Static. */
const char *bpi_prompt_command(const char *head, size_t length);
void bpi_prompt_wipe(prompt_text *p);

/* The outcome of a tool call that was ended from outside, by the text of its result: rejected,
 * interrupted, cancelled, ignored, or unknown. */
int bpi_result_ending(const char *head, size_t length);
/* Outcome and failure class of a tool result marked as an error, from its first RESULT_HEAD
 * bytes. */
void bpi_result_classify(const char *head, size_t length, int *outcome, int *failure);

#endif
