/* queue.c: see queue.h. */
#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "output.h"

#ifndef HAVE_HIREDIS
int read_queue(double *entries, const char *url) {
  (void)entries, (void)url;
  return complain(EXIT_FAILED, "build it where libhiredis-dev is installed",
                  "this program was built without Redis");
}
#else
#include <hiredis/hiredis.h>
#include <sys/time.h>

#define PATIENCE 2 /* seconds */

typedef struct address {
  char *host, *stream, *group;
  int port;
} address;

static void address_free(address *a) {
  free(a->host);
  free(a->stream);
  free(a->group);
}

static char *part_of(const char *from, size_t length) {
  text t = {0};
  text_add_bytes(&t, from, length);
  return t.data != NULL ? t.data : copy_text("");
}

static bool parse_address(address *a, const char *url) {
  static const char scheme[] = "redis://", group[] = "?group=";
  *a = (address){.port = 6379};
  if (strncmp(url, scheme, sizeof scheme - 1) != 0) return false;
  const char *host = url + sizeof scheme - 1, *path = strchr(host, '/');
  if (path == NULL) return false;
  const char *asked = strstr(path, group);
  size_t length = asked != NULL ? (size_t)(asked - path - 1) : strlen(path + 1);
  size_t name = strcspn(host, ":/");
  char *end = NULL;
  a->host = part_of(host, name);
  a->stream = part_of(path + 1, length);
  if (asked != NULL) a->group = copy_text(asked + sizeof group - 1);
  if (host[name] == ':') a->port = (int)strtol(host + name + 1, &end, 10);
  bool port = host[name] != ':' || (end == path && a->port > 0 && a->port < 65536);
  return port && name > 0 && length > 0 && (a->group == NULL || *a->group != '\0');
}

/* The value of a name in a reply that alternates names and values. */
static const redisReply *member(const redisReply *r, const char *name) {
  for (size_t i = 0; i + 1 < r->elements; i += 2)
    if (r->element[i]->str != NULL && strcmp(r->element[i]->str, name) == 0)
      return r->element[i + 1];
  return NULL;
}

static bool is_integer(const redisReply *r) {
  return r != NULL && r->type == REDIS_REPLY_INTEGER;
}

/* Entries not yet delivered to the group, plus those delivered but not acknowledged. Redis does not
 * know the first number if undelivered entries were deleted, or before version 7. Returns NULL, or
 * what is wrong. */
static const char *group_depth(double *entries, const redisReply *groups, const char *name) {
  for (size_t i = 0; groups->type == REDIS_REPLY_ARRAY && i < groups->elements; i++) {
    const redisReply *own = member(groups->element[i], "name");
    if (own == NULL || own->str == NULL || strcmp(own->str, name) != 0) continue;
    const redisReply *left = member(groups->element[i], "lag");
    const redisReply *taken = member(groups->element[i], "pending");
    if (!is_integer(left) || !is_integer(taken))
      return "Redis does not know how many entries wait for this group";
    *entries = (double)left->integer + (double)taken->integer;
    return NULL;
  }
  return "the stream has no such group";
}

static int no_answer(void) {
  return complain(EXIT_FAILED, "is it running?", "--queue: Redis does not answer");
}

/* In the words of Redis, for example that it requires a password. */
static int refused(const redisReply *r) {
  char *said = text_safe(r->str);
  complain(EXIT_FAILED, NULL, "--queue: Redis refuses: %s", said);
  free(said);
  return EXIT_FAILED;
}

static int ask_depth(double *entries, redisContext *redis, const address *a) {
  redisReply *reply = a->group == NULL ? redisCommand(redis, "XLEN %s", a->stream)
                                       : redisCommand(redis, "XINFO GROUPS %s", a->stream);
  const char *wrong = NULL;
  if (reply == NULL) return no_answer();
  int code = reply->type == REDIS_REPLY_ERROR ? refused(reply) : EXIT_OK;
  if (code == EXIT_OK && a->group != NULL)
    wrong = group_depth(entries, reply, a->group);
  else if (code == EXIT_OK && is_integer(reply))
    *entries = (double)reply->integer;
  else if (code == EXIT_OK)
    wrong = "Redis does not say how many entries there are";
  freeReplyObject(reply);
  return wrong != NULL ? complain(EXIT_FAILED, NULL, "--queue: %s", wrong) : code;
}

int read_queue(double *entries, const char *url) {
  address a;
  if (!parse_address(&a, url)) {
    address_free(&a);
    return complain(EXIT_USAGE, "for example redis://127.0.0.1:6379/events?group=store",
                    "--queue takes redis://HOST[:PORT]/STREAM[?group=NAME]");
  }
  struct timeval patience = {.tv_sec = PATIENCE};
  redisContext *redis = redisConnectWithTimeout(a.host, a.port, patience);
  bool reached = redis != NULL && redis->err == 0 && redisSetTimeout(redis, patience) == REDIS_OK;
  int code = reached ? ask_depth(entries, redis, &a) : no_answer();
  if (redis != NULL) redisFree(redis);
  address_free(&a);
  return code;
}
#endif
