/* Fuzz targets of the program:
 *
 *   FUZZ_ARGUMENTS  lines: words of a command line up to an empty line, then a configuration file.
 *                   Messages about them are safe to show on a terminal; a value written and read
 *                   again is the same
 *   FUZZ_HOOK       what an assistant passes to `hook`: only short members with known names are
 *                   kept, in one line
 *   FUZZ_REMOTE     lines: the address of a remote, then the message of a commit
 *   FUZZ_REQUEST    a request to `serve`: nothing is answered without the token, and a client that
 *                   left is forgotten */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examples/blueplane/program.h"
#include "tests/fuzz/fuzz.h"

#if defined(FUZZ_ARGUMENTS)

#include "examples/blueplane/calendar.h"
#include "examples/blueplane/health.c"
#ifdef HAVE_HIREDIS
#include "examples/blueplane/queue.c"
#endif
#include "examples/blueplane/zone.h"

#define WORDS_MOST 64

/* From a file, because it is read from one. */
static char *read_settings(options *o, const char *settings) {
  static char path[128];
  const char *temporary = getenv("TMPDIR");
  if (*path == '\0')
    snprintf(path, sizeof path, "%s/blueplane-fuzz-%ld", temporary == NULL ? "/tmp" : temporary,
             (long)getpid());
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(settings, file) < 0) abort();
  fclose(file);
  char *problem = options_read_file(o, path);
  unlink(path);
  return problem;
}

/* What is shown moves no cursor and is as wide as asked for. */
static void show_line(const char *said) {
  char *safe = text_safe(said);
  for (const char *p = safe; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) abort();
  text fitted = {0};
  text_fit(&fitted, safe, 20, false);
  if (fitted.data == NULL || text_width(fitted.data) != 20) abort();
  text_free(&fitted);
  text_wrap(&fitted, safe, 20, 4);
  text_free(&fitted);
  free(safe);
}

static void read_value(const char *value) {
  int64_t days, us;
  double bytes;
  date day, again;
  char written[16];
  limit l;
#ifdef HAVE_HIREDIS
  address queue;
  parse_address(&queue, value);
  address_free(&queue);
#endif
  parse_bytes(&bytes, value);
  parse_instant(&us, value);
  read_week_name(&days, value);
  read_days(&days, value);
  read_limit(&l, value);
  if (!parse_date(&day, value)) return;
  format_date(written, day);
  if (!parse_date(&again, written) || again.year != day.year || again.month != day.month ||
      again.day != day.day)
    abort();
}

/* Splits lines; stops at the empty one and returns the rest. */
static char *cut_words(const char **words, int *count, char *lines) {
  while (*lines != '\0' && *count < WORDS_MOST) {
    size_t length = strcspn(lines, "\n");
    bool last = lines[length] == '\0';
    if (length == 0) return lines + 1;
    lines[length] = '\0';
    words[(*count)++] = lines;
    lines += length + !last;
  }
  return lines;
}

static void run(const uint8_t *data, size_t size) {
  const char *words[WORDS_MOST + 1] = {"blueplane"};
  int count = 1;
  options o = {0};
  char *lines = need(malloc(size + 1));
  memcpy(lines, data, size);
  lines[size] = '\0';
  const char *settings = cut_words(words, &count, lines);
  char *problem = options_read(&o, count, words);
  if (problem == NULL) problem = read_settings(&o, settings);
  if (problem != NULL) show_line(problem);
  for (int i = 1; i < count; i++) {
    show_line(words[i]);
    read_value(words[i]);
  }
  for (size_t i = 0; i < OPTION_COUNT; i++)
    if (o.value[i] != NULL) read_value(o.value[i]);
  free(problem);
  options_free(&o);
  free(lines);
}

#elif defined(FUZZ_HOOK)

#include "examples/blueplane/hook.c"

static bool is_known(const char *name) {
  for (size_t i = 0; kept[i] != NULL; i++)
    if (strcmp(kept[i], name) == 0) return true;
  return strcmp(name, "received_at") == 0 || strcmp(name, "prompt_characters") == 0;
}

/* Only the class of an error is kept. */
static bool is_class(const cJSON *item) {
  for (size_t i = 0; cJSON_IsString(item) && classes[i] != NULL; i++)
    if (strcmp(classes[i], item->valuestring) == 0) return strcmp(item->string, "error") == 0;
  return false;
}

/* Of a subagent's kind, only that it has none. */
static bool is_unnamed(const cJSON *item) {
  return strcmp(item->string, "agent_type") == 0 && cJSON_IsString(item) &&
         item->valuestring[0] == '\0';
}

/* The longest text that is kept has six characters per byte when written. */
static void check_line(const char *line) {
  cJSON *read = cJSON_Parse(line);
  const cJSON *input = cJSON_GetObjectItemCaseSensitive(read, "tool_input");
  if (!cJSON_IsObject(read) || strchr(line, '\n') != NULL) abort();
  for (const cJSON *i = read->child; i != NULL; i = i->next) {
    if (i != input && !is_class(i) && !is_unnamed(i) && (!is_known(i->string) || cJSON_IsObject(i)))
      abort();
    if (cJSON_IsString(i) && strlen(i->valuestring) > TEXT_MAX) abort();
  }
  if (input != NULL && input->child != NULL &&
      (strcmp(input->child->string, "file_path") != 0 || input->child->next != NULL))
    abort();
  cJSON_Delete(read);
}

static void check_payload(const char *input) {
  cJSON *payload = cJSON_Parse(input);
  if (cJSON_IsObject(payload)) {
    cJSON *out = reduce(payload, "2026-03-02T09:00:00.000000Z");
    char *line = cJSON_PrintUnformatted(out);
    if (line != NULL) check_line(line);
    cJSON_free(line);
    cJSON_Delete(out);
  }
  cJSON_Delete(payload);
}

/* Each line is a payload, as in the files of tests/corpus/hooks. */
static void run(const uint8_t *data, size_t size) {
  char *input = need(malloc(size + 1)), *next;
  memcpy(input, data, size);
  input[size] = '\0';
  for (char *line = input; line != NULL; line = next) {
    next = strchr(line, '\n');
    if (next != NULL) *next++ = '\0';
    check_payload(line);
  }
  free(input);
}

#elif defined(FUZZ_REMOTE)

#include "examples/blueplane/git.c"

static void run(const uint8_t *data, size_t size) {
  char *remote = need(malloc(size + 1));
  memcpy(remote, data, size);
  remote[size] = '\0';
  size_t length = strcspn(remote, "\n");
  const char *message = remote + length + (remote[length] != '\0');
  git_message_trailer_array all = {0};
  if (git_message_trailers(&all, message) == 0) {
    for (size_t i = 0; i < all.count; i++)
      says_assisted(&all.trailers[i]);
    git_message_trailer_array_free(&all);
  }
  remote[length] = '\0';
  char *address = address_of(remote);
  if (address != NULL && strncmp(address, "https://", 8) != 0) abort();
  free(address);
  free(remote);
}

#else /* FUZZ_REQUEST */

#include "examples/blueplane/http.c"

#define TOKEN "sesame"
#define TOLD "what only those are told who have the token"

/* Like server_start, without the listening socket and its thread. */
static server *make_server(void) {
  static char *names[] = {"example.org"};
  static const strings hosts = {names, 1};
  server *s = need(calloc(1, sizeof *s));
  pthread_mutex_init(&s->lock, NULL);
  s->token = copy_text(TOKEN);
  s->place = make_place(s->token);
  s->address = copy_text("192.0.2.1");
  s->hosts = &hosts;
  s->local = true;
  s->daemon = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                               answer, s, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
                               MHD_OPTION_NOTIFY_CONNECTION, note_connection, s,
                               MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  if (s->daemon == NULL) abort();
  text page = {0}, event = {0};
  text_add(&page, TOLD);
  server_put(s, "/", "text/html; charset=utf-8", &page);
  text_add(&event, TOLD "\nand more");
  server_send(s, "/events", &event);
  return s;
}

/* Reads the response to its end. */
static void hear(server *s, int socket, text *heard) {
  for (int quiet = 0; quiet < 3;) {
    char piece[4096];
    MHD_run(s->daemon);
    ssize_t got = recv(socket, piece, sizeof piece, MSG_DONTWAIT);
    if (got == 0) return;
    quiet = got > 0 ? 0 : quiet + 1;
    if (got > 0) text_add_bytes(heard, piece, (size_t)got);
  }
}

static void leave(server *s, int socket) {
  close(socket);
  for (int i = 0; i < 8; i++) {
    pthread_mutex_lock(&s->lock);
    wake(s, NULL, true);
    pthread_mutex_unlock(&s->lock);
    MHD_run(s->daemon);
  }
  if (s->streams != 0 || s->followers != NULL) abort();
  for (size_t i = 0; i < CONNECTIONS_MOST; i++)
    if (s->visitor[i].used) abort();
}

static bool contains(const char *data, size_t size, const char *word) {
  size_t length = strlen(word);
  for (size_t i = 0; i + length <= size; i++)
    if (memcmp(data + i, word, length) == 0) return true;
  return false;
}

static void run(const uint8_t *data, size_t size) {
  static server *s;
  const struct sockaddr_in from = {.sin_family = AF_INET};
  int pair[2];
  text heard = {0};
  if (s == NULL) s = make_server();
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) abort();
  if (send(pair[0], data, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 || shutdown(pair[0], SHUT_WR) != 0)
    abort();
  if (MHD_add_connection(s->daemon, pair[1], (const struct sockaddr *)&from, sizeof from) !=
      MHD_YES)
    abort();
  hear(s, pair[0], &heard);
  if (heard.length > 0) {
    if (strncmp(heard.data, "HTTP/1.", 7) != 0) abort();
    if (contains(heard.data, heard.length, TOLD) && !contains((const char *)data, size, TOKEN))
      abort();
  }
  text_free(&heard);
  leave(s, pair[0]);
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run(data, size);
  return 0;
}
