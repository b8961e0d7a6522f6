/* http.h: a small server for what is made already: documents by their path, and streams of events. It
 * asks nothing, so nobody who asks can make it work; it refuses what is not a plain question to it.
 * Knows libmicrohttpd. */
#ifndef HTTP_H
#define HTTP_H

#include <stdint.h>

#include "options.h"
#include "text.h"

typedef struct server server;

typedef struct server_options {
  const char *address;  /* numeric */
  uint16_t port;        /* 0: any */
  const char *token;    /* asked for by everything but the icon; NULL: nothing is asked for */
  const strings *hosts; /* names it may be asked by besides its address and those of this machine */
} server_options;

/* Whether an address is of this machine alone. -1: it is no numeric address. */
int is_loopback(const char *address);

/* Exit codes, after a complaint. */
int server_start(server **out, const server_options *o);
uint16_t server_port(const server *s);
/* What is at the path from now on. Empties the text. `path` and `type` are constants. */
void server_put(server *s, const char *path, const char *type, text *t);
/* Sends it to all who follow the stream, and to those who will, until the next. */
void server_send(server *s, const char *path, text *event);
/* To be called once a second or so: ends what takes too long, and finds out who is gone. */
void server_tick(server *s);
void server_stop(server *s);

#endif
