/* http.c: see http.h. */
#include "http.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "output.h"
#include "system.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>

#define COOKIE "blueplane"
#define DOCUMENTS_MOST 16
#define CONNECTIONS_MOST 96
#define STREAMS_MOST 24
#define MEMORY ((size_t)16 << 10) /* of a connection: limits the size of a request */
#define PATIENCE 10               /* seconds for a request and its response together */
#define HEARTBEAT 15              /* seconds between two comments that keep a stream alive */

typedef struct document {
  const char *path;
  struct MHD_Response *response; /* shared by all requests; NULL: a stream */
  text event;                    /* of a stream, in wire format */
  unsigned version;
} document;

/* An open connection. */
typedef struct visitor {
  bool used, stays, leaves; /* stays: follows a stream; leaves: was shut down */
  double since;
  MHD_socket socket;
} visitor;

typedef struct follower_of {
  server *server;
  const document *of;
  struct MHD_Connection *connection;
  unsigned version; /* last version sent */
  text left;        /* the data being sent */
  size_t sent;
  bool sleeps, beat;
  struct follower_of *next;
} follower_of;

struct server {
  struct MHD_Daemon *daemon;
  pthread_mutex_t lock; /* protects everything below */
  document document[DOCUMENTS_MOST];
  size_t documents, streams;
  visitor visitor[CONNECTIONS_MOST];
  follower_of *followers;
  char *token, *address;
  char *place; /* path prefix for browsers: "/3fa9..."; "" without a token */
  const strings *hosts;
  bool local, stopping;
  double beat;
};

/* ------------------------------------------------------------------------------------- answers */

/* Browsers must not cache these responses, nor frame or embed them. */
static void protect(struct MHD_Response *r, const char *type) {
  static const char *const headers[][2] = {{"Cache-Control", "no-store"},
                                           {"Connection", "close"},
                                           {"Content-Security-Policy", "frame-ancestors 'none'"},
                                           {"Cross-Origin-Opener-Policy", "same-origin"},
                                           {"Cross-Origin-Resource-Policy", "same-origin"},
                                           {"Referrer-Policy", "no-referrer"},
                                           {"X-Content-Type-Options", "nosniff"}};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    MHD_add_response_header(r, headers[i][0], headers[i][1]);
  if (type != NULL) MHD_add_response_header(r, "Content-Type", type);
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, const char *why) {
  struct MHD_Response *r =
      MHD_create_response_from_buffer(strlen(why), (void *)(uintptr_t)why, MHD_RESPMEM_PERSISTENT);
  if (r == NULL) return MHD_NO;
  protect(r, "text/plain; charset=utf-8");
  if (status == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(r, "Allow", "GET");
  if (status == MHD_HTTP_UNAUTHORIZED) MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
  enum MHD_Result done = MHD_queue_response(c, status, r);
  MHD_destroy_response(r);
  return done;
}

/* ------------------------------------------------------------------------------------- streams */

/* Each line of the data becomes a "data:" line of the event. */
static void put_event(text *out, const char *data) {
  while (*data != '\0') {
    size_t length = strcspn(data, "\n");
    text_add(out, "data: ");
    text_add_bytes(out, data, length);
    text_add(out, "\n");
    data += length + (data[length] == '\n');
  }
  text_add(out, "\n");
}

/* Prepares what to send next; false: nothing. The lock is held. */
static bool refill(follower_of *f) {
  text_free(&f->left);
  f->sent = 0;
  if (f->version != f->of->version)
    text_add_bytes(&f->left, f->of->event.data, f->of->event.length);
  else if (f->beat)
    text_add(&f->left, ":\n\n");
  f->version = f->of->version;
  f->beat = false;
  return f->left.length > 0;
}

static ssize_t read_stream(void *self, uint64_t position, char *into, size_t most) {
  follower_of *f = self;
  server *s = f->server;
  ssize_t given = 0;
  (void)position;
  pthread_mutex_lock(&s->lock);
  if (s->stopping) {
    given = MHD_CONTENT_READER_END_OF_STREAM;
  } else if (f->sent < f->left.length || refill(f)) {
    size_t length = f->left.length - f->sent < most ? f->left.length - f->sent : most;
    memcpy(into, f->left.data + f->sent, length);
    f->sent += length;
    given = (ssize_t)length;
  } else {
    f->sleeps = true;
    MHD_suspend_connection(f->connection);
  }
  pthread_mutex_unlock(&s->lock);
  return given;
}

static void leave_stream(void *self) {
  follower_of *f = self;
  server *s = f->server;
  pthread_mutex_lock(&s->lock);
  for (follower_of **at = &s->followers; *at != NULL; at = &(*at)->next)
    if (*at == f) {
      *at = f->next;
      break;
    }
  s->streams--;
  pthread_mutex_unlock(&s->lock);
  text_free(&f->left);
  free(f);
}

/* The lock is held. */
static void wake(server *s, const document *of, bool beat) {
  for (follower_of *f = s->followers; f != NULL; f = f->next) {
    if (of != NULL && f->of != of) continue;
    f->beat = f->beat || beat;
    if (f->sleeps) MHD_resume_connection(f->connection);
    f->sleeps = false;
  }
}

/* A client that no longer reads uses a slot like any other: if all are taken, the oldest is
 * disconnected. A browser reconnects when there is room. The lock is held. */
static void make_room(server *s) {
  visitor *oldest = NULL;
  for (visitor *v = s->visitor; v < s->visitor + CONNECTIONS_MOST; v++) {
    bool may = v->used && v->stays && seconds_now() - v->since > PATIENCE;
    if (may && v->leaves) return; /* one is leaving already */
    if (may && (oldest == NULL || v->since < oldest->since)) oldest = v;
  }
  if (oldest != NULL) {
    oldest->leaves = true;
    shutdown(oldest->socket, SHUT_RDWR);
  }
  wake(s, NULL, true); /* sending something detects clients that are gone */
}

static enum MHD_Result follow_stream(server *s, struct MHD_Connection *c, const document *of) {
  follower_of *f = need(calloc(1, sizeof *f));
  *f = (follower_of){.server = s, .of = of, .connection = c};
  pthread_mutex_lock(&s->lock);
  bool room = s->streams < STREAMS_MOST && !s->stopping;
  if (!room) make_room(s);
  if (room) {
    s->streams++;
    f->next = s->followers;
    s->followers = f;
    const union MHD_ConnectionInfo *own =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    visitor *v = own == NULL ? NULL : own->socket_context;
    if (v != NULL) v->stays = true;
  }
  pthread_mutex_unlock(&s->lock);
  if (!room) {
    free(f);
    return refuse(c, MHD_HTTP_SERVICE_UNAVAILABLE, "Too many clients follow this already.\n");
  }
  struct MHD_Response *r =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, f, leave_stream);
  if (r == NULL) {
    leave_stream(f);
    return MHD_NO;
  }
  protect(r, "text/event-stream");
  MHD_set_connection_option(c, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
  enum MHD_Result done = MHD_queue_response(c, MHD_HTTP_OK, r);
  MHD_destroy_response(r);
  return done;
}

/* -------------------------------------------------------------------------------------- checks */

static bool same_name(const char *name, size_t length, const char *other) {
  return strlen(other) == length && strncasecmp(name, other, length) == 0;
}

typedef struct tally {
  const char *name;
  int count;
} tally;

static enum MHD_Result count_named(void *of, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
  tally *t = of;
  (void)kind, (void)value;
  if (strcasecmp(name, t->name) == 0) t->count++;
  return MHD_YES;
}

/* Duplicate headers could be read differently by us and by a proxy in front. */
static int headers_named(struct MHD_Connection *c, const char *name) {
  tally t = {name, 0};
  MHD_get_connection_values(c, MHD_HEADER_KIND, count_named, &t);
  return t.count;
}

static const char *host_of(struct MHD_Connection *c) {
  return headers_named(c, "Host") == 1 ? MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host")
                                       : NULL;
}

/* Protects against DNS rebinding: a foreign page whose name was pointed at this machine sends that
 * name. */
static bool is_our_name(const server *s, const char *host) {
  static const char *const local[] = {"localhost", "127.0.0.1", "[::1]"};
  if (host == NULL) return false;
  const char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
  size_t length = bracket != NULL ? (size_t)(bracket - host) + 1 : strcspn(host, ":");
  if (same_name(host, length, s->address)) return true;
  if (bracket != NULL && same_name(host + 1, length - 2, s->address)) return true;
  for (size_t i = 0; s->local && i < sizeof local / sizeof *local; i++)
    if (same_name(host, length, local[i])) return true;
  for (size_t i = 0; i < s->hosts->count; i++)
    if (same_name(host, length, s->hosts->item[i])) return true;
  return false;
}

/* Compares in constant time. */
static bool is_token(const server *s, const char *said) {
  size_t length = strlen(s->token);
  return said != NULL && strlen(said) == length && sodium_memcmp(said, s->token, length) == 0;
}

/* The rest of the path after the prefix, or NULL without the prefix. */
static const char *within(const server *s, const char *path) {
  size_t length = strlen(s->place);
  return length > 0 && strncmp(path, s->place, length) == 0 && path[length] == '/' ? path + length
                                                                                   : NULL;
}

static bool is_allowed(const server *s, struct MHD_Connection *c, bool inside) {
  static const char bearer[] = "Bearer ";
  const char *header = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");
  if (s->token == NULL) return true;
  if (header != NULL && strncasecmp(header, bearer, sizeof bearer - 1) == 0)
    return is_token(s, header + sizeof bearer - 1);
  return inside && is_token(s, MHD_lookup_connection_value(c, MHD_COOKIE_KIND, COOKIE));
}

/* Handles the printed address: moves its token to a cookie, so that it does not stay in the address
 * bar or the history. Browsers send cookies to all ports of a host, so the cookie is limited to a
 * path prefix, which other servers do not know. */
static enum MHD_Result let_in(const server *s, struct MHD_Connection *c, const char *path) {
  struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  if (r == NULL) return MHD_NO;
  char *cookie = print_text(COOKIE "=%s; Path=%s/; HttpOnly; SameSite=Strict", s->token, s->place);
  char *inside = print_text("%s%s", s->place, path);
  protect(r, NULL);
  MHD_add_response_header(r, "Set-Cookie", cookie);
  MHD_add_response_header(r, "Location", inside);
  enum MHD_Result done = MHD_queue_response(c, MHD_HTTP_SEE_OTHER, r);
  MHD_destroy_response(r);
  free(cookie);
  free(inside);
  return done;
}

static document *find_document(server *s, const char *path) {
  for (size_t i = 0; i < s->documents; i++)
    if (strcmp(s->document[i].path, path) == 0) return &s->document[i];
  return NULL;
}

static bool is_there(server *s, const char *path) {
  pthread_mutex_lock(&s->lock);
  bool found = find_document(s, path) != NULL;
  pthread_mutex_unlock(&s->lock);
  return found;
}

static enum MHD_Result give_document(server *s, struct MHD_Connection *c, const char *path) {
  pthread_mutex_lock(&s->lock);
  const document *found = find_document(s, path);
  bool is_stream = found != NULL && found->response == NULL;
  enum MHD_Result done =
      found != NULL && !is_stream ? MHD_queue_response(c, MHD_HTTP_OK, found->response) : MHD_NO;
  pthread_mutex_unlock(&s->lock);
  if (found == NULL) return refuse(c, MHD_HTTP_NOT_FOUND, "There is nothing here.\n");
  return is_stream ? follow_stream(s, c, found) : done;
}

static bool has_body(struct MHD_Connection *c) {
  const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
  return MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Transfer-Encoding") != NULL ||
         (length != NULL && strcmp(length, "0") != 0) || headers_named(c, "Content-Length") > 1;
}

/* The signature that libmicrohttpd requires. */
static enum MHD_Result answer(void *self, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *body,
                              size_t *body_length, /* NOLINT(readability-non-const-parameter) */
                              void **context) {
  server *s = self;
  (void)version, (void)body, (void)body_length, (void)context;
  if (!is_our_name(s, host_of(c)))
    return refuse(c, MHD_HTTP_MISDIRECTED_REQUEST,
                  "That is not a name of this server: --host of blueplane serve adds one.\n");
  if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
    return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET is supported.\n");
  if (has_body(c))
    return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE, "A request must not have a body.\n");
  if (strcmp(path, "/favicon.ico") == 0) return refuse(c, MHD_HTTP_NO_CONTENT, "");
  const char *token = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
  if (s->token != NULL && token != NULL && is_token(s, token) && is_there(s, path))
    return let_in(s, c, path);
  const char *inside = within(s, path);
  if (!is_allowed(s, c, inside != NULL))
    return refuse(c, MHD_HTTP_UNAUTHORIZED,
                  "A token is required: use the address that blueplane serve printed.\n");
  return give_document(s, c, inside != NULL ? inside : path);
}

/* ---------------------------------------------------------------------------------- connections */

static void note_connection(void *self, struct MHD_Connection *c, void **context,
                            enum MHD_ConnectionNotificationCode what) {
  server *s = self;
  pthread_mutex_lock(&s->lock);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = NULL;
    for (size_t i = 0; i < CONNECTIONS_MOST && *context == NULL && socket != NULL; i++) {
      if (s->visitor[i].used) continue;
      s->visitor[i] = (visitor){true, false, false, seconds_now(), socket->connect_fd};
      *context = &s->visitor[i];
    }
  } else if (*context != NULL) {
    ((visitor *)*context)->used = false;
  }
  pthread_mutex_unlock(&s->lock);
}

void server_tick(server *s) {
  double now = seconds_now();
  pthread_mutex_lock(&s->lock);
  for (size_t i = 0; i < CONNECTIONS_MOST; i++) {
    const visitor *v = &s->visitor[i];
    if (v->used && !v->stays && now - v->since > PATIENCE) shutdown(v->socket, SHUT_RDWR);
  }
  if (now - s->beat >= HEARTBEAT) {
    wake(s, NULL, true);
    s->beat = now;
  }
  pthread_mutex_unlock(&s->lock);
}

/* ----------------------------------------------------------------------------------- documents */

static document *document_at(server *s, const char *path) {
  document *found = find_document(s, path);
  if (found != NULL || s->documents == DOCUMENTS_MOST) return found;
  found = &s->document[s->documents++];
  *found = (document){.path = path};
  return found;
}

void server_put(server *s, const char *path, const char *type, text *t) {
  struct MHD_Response *r =
      MHD_create_response_from_buffer(t->length, t->data, MHD_RESPMEM_MUST_FREE);
  if (r == NULL) {
    text_free(t);
    return;
  }
  *t = (text){0};
  protect(r, type);
  pthread_mutex_lock(&s->lock);
  document *d = document_at(s, path);
  struct MHD_Response *before = d != NULL ? d->response : r;
  if (d != NULL) d->response = r;
  pthread_mutex_unlock(&s->lock);
  if (before != NULL) MHD_destroy_response(before); /* requests hold a reference */
}

void server_send(server *s, const char *path, text *event) {
  text sent = {0};
  put_event(&sent, event->data != NULL ? event->data : "");
  text_free(event);
  pthread_mutex_lock(&s->lock);
  document *d = document_at(s, path);
  if (d != NULL) {
    text before = d->event;
    d->event = sent;
    sent = before;
    d->version++;
    wake(s, d, false);
  }
  pthread_mutex_unlock(&s->lock);
  text_free(&sent);
}

/* --------------------------------------------------------------------------- starting, stopping */

static struct addrinfo *resolve(const char *address, uint16_t port) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                           .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)port);
  return getaddrinfo(address, service, &hints, &found) == 0 ? found : NULL;
}

int is_loopback(const char *address) {
  struct addrinfo *a = resolve(address, 0);
  if (a == NULL) return -1;
  int local = a->ai_family == AF_INET
                  ? ntohl(((struct sockaddr_in *)(void *)a->ai_addr)->sin_addr.s_addr) >> 24 == 127
                  : IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)(void *)a->ai_addr)->sin6_addr);
  freeaddrinfo(a);
  return local;
}

/* Derives the path prefix from the token by a hash, so that it does not reveal the token. */
static char *make_place(const char *token) {
  unsigned char hash[crypto_generichash_BYTES_MIN];
  char hex[2 * 8 + 1];
  if (token == NULL) return copy_text("");
  crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
  return print_text("/%s", sodium_bin2hex(hex, sizeof hex, hash, 8));
}

int server_start(server **out, const server_options *o) {
  server *s = need(calloc(1, sizeof *s));
  struct addrinfo *a = resolve(o->address, o->port);
  unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  *out = NULL;
  pthread_mutex_init(&s->lock, NULL);
  s->token = o->token == NULL ? NULL : copy_text(o->token);
  s->place = make_place(s->token);
  s->address = copy_text(o->address);
  s->hosts = o->hosts;
  s->local = is_loopback(o->address) == 1;
  s->beat = seconds_now();
  errno = 0;
  if (a != NULL)
    s->daemon = MHD_start_daemon(
        flags | (a->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0U), o->port, NULL, NULL, answer, s,
        MHD_OPTION_SOCK_ADDR, a->ai_addr, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)PATIENCE, MHD_OPTION_NOTIFY_CONNECTION, note_connection, s,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  int failed = errno;
  if (a != NULL) freeaddrinfo(a);
  if (s->daemon != NULL) {
    *out = s;
    return EXIT_OK;
  }
  server_stop(s);
  return complain(EXIT_FAILED, "name another with --port; 0 takes any that is free",
                  "cannot listen on %s port %u%s%s", o->address, (unsigned)o->port,
                  failed != 0 ? ": " : "", failed != 0 ? strerror(failed) : "");
}

uint16_t server_port(const server *s) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == NULL ? 0 : info->port;
}

void server_stop(server *s) {
  if (s == NULL) return;
  pthread_mutex_lock(&s->lock);
  s->stopping = true;
  wake(s, NULL, false);
  pthread_mutex_unlock(&s->lock);
  if (s->daemon != NULL) MHD_stop_daemon(s->daemon);
  for (size_t i = 0; i < s->documents; i++) {
    if (s->document[i].response != NULL) MHD_destroy_response(s->document[i].response);
    text_free(&s->document[i].event);
  }
  pthread_mutex_destroy(&s->lock);
  free(s->token);
  free(s->place);
  free(s->address);
  free(s);
}
