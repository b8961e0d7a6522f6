/* http.h: a small server for prepared content: documents by path, and event streams. Requests
 * trigger no work and no queries; anything but a plain GET is refused. Uses libmicrohttpd. */
#ifndef HTTP_H
#define HTTP_H

#include <stdint.h>

#include "options.h"
#include "text.h"

typedef struct server server;

typedef struct server_options {
  const char *address;  /* numeric */
  uint16_t port;        /* 0: any */
  const char *token;    /* required for everything but the icon; NULL: no token needed */
  const strings *hosts; /* allowed Host names besides its address and the names of this machine */
} server_options;

/* 1: a loopback address; 0: any other; -1: not a numeric address. */
int is_loopback(const char *address);

/* Returns an exit code; prints errors. */
int server_start(server **out, const server_options *o);
uint16_t server_port(const server *s);
/* Serves the text at the path from now on, and empties it. `path` and `type` must be constants. */
void server_put(server *s, const char *path, const char *type, text *t);
/* Sends the event to all clients of the stream; clients that connect later get the last event
 * first. */
void server_send(server *s, const char *path, text *event);
/* To be called about once a second: ends slow connections and detects clients that are gone. */
void server_tick(server *s);
void server_stop(server *s);

#endif
