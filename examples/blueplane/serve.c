/* serve.c: serves today and health as pages that update themselves. One thread makes the pages
 * after each change; the server only delivers them. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "exits.h"
#include "http.h"
#include "interrupt.h"
#include "live.h"
#include "pages/live_page.h"
#include "pages/page.h"
#include "stats.h"
#include "system.h"
#include "vitals.h"

#define PORT "7077"
#define TICK 1000      /* ms */
#define HEALTH_EVERY 5 /* seconds */
#define TODAY_EVERY 60 /* seconds, even without changes */
#define INTEGRITY_EVERY 86400
#define DAMAGED_EVERY 60 /* seconds; it may be repaired meanwhile */
#define TOKEN_LEAST 16

#define HTML "text/html; charset=utf-8"
#define JSON "application/json"
#define EXPOSITION "text/plain; version=0.0.4; charset=utf-8"

typedef struct service {
  program *program;
  bool health_only;
  live live;
  server *server;
  char *token;
  text shown;                               /* the served document of today */
  double health_at, today_at, integrity_at; /* when last made or checked; 0: never */
  double sound;                             /* result of the last check */
  text today_wrong, health_wrong;           /* the last errors, while they persist */
} service;

/* -------------------------------------------------------------------------------------- making */

/* Whether the document differs from the served one, or TODAY_EVERY has passed. */
static bool is_news(service *v, const text *document) {
  bool same = v->shown.data != NULL && strcmp(v->shown.data, document->data) == 0;
  if (same && seconds_now() - v->today_at < TODAY_EVERY) return false;
  text_free(&v->shown);
  text_add(&v->shown, document->data);
  return true;
}

static int make_today(service *v) {
  stats s;
  text part = {0}, html = {0}, event = {0}, wrong = {0};
  json j = {0};
  gather_complaints(&wrong);
  int code = stats_ask(&s, v->program, "today");
  gather_complaints(NULL);
  tell_news(&v->today_wrong, &wrong);
  if (code == EXIT_OK) stats_json(&j, &s);
  if (code == EXIT_OK && is_news(v, &j.out)) {
    server_put(v->server, "/today.json", JSON, &j.out);
    put_live_today(&part, &s);
    text_add(&event, part.data);
    write_live_page(&html, "Today", "events", &part, true);
    server_put(v->server, "/", HTML, &html);
    server_send(v->server, "/events", &event);
    v->today_at = seconds_now();
  }
  text_free(&j.out);
  stats_free(&s);
  return code;
}

static void put_health(service *v, const vitals *all) {
  text part = {0}, html = {0}, event = {0}, metrics = {0};
  json j = {0};
  json_vitals(&j, all);
  server_put(v->server, "/health.json", JSON, &j.out);
  put_exposition(&metrics, all);
  server_put(v->server, "/metrics", EXPOSITION, &metrics);
  put_live_health(&part, all);
  text_add(&event, part.data);
  write_live_page(&html, "Health", "health/events", &part, !v->health_only);
  server_put(v->server, v->health_only ? "/" : "/health", HTML, &html);
  server_send(v->server, "/health/events", &event);
}

/* The whole file is checked once a day. The result holds until the next check, unless the store
 * could not be read in between, as it may be a different one then. Figures that could not be read
 * again are not shown: old ones would look healthy. */
static int make_health(service *v) {
  vitals all;
  double now = seconds_now();
  bool due = v->integrity_at == 0 ||
             now - v->integrity_at >= (v->sound < 1 ? DAMAGED_EVERY : INTEGRITY_EVERY);
  text wrong = {0};
  gather_complaints(&wrong);
  int code = read_vitals(&all, v->program, due ? NULL : &v->sound);
  gather_complaints(NULL);
  tell_news(&v->health_wrong, &wrong);
  const vital *sound = vital_of(&all, "integrity");
  if (sound == NULL)
    v->integrity_at = 0;
  else if (due || sound->value < v->sound)
    v->integrity_at = now;
  if (sound != NULL) v->sound = sound->value;
  if (!interrupted) put_health(v, &all);
  vitals_free(&all);
  v->health_at = now;
  return code;
}

/* ------------------------------------------------------------------------------------- running */

static void sleep_tick(void) {
  struct timespec tick = {.tv_nsec = TICK % 1000 * 1000000L, .tv_sec = TICK / 1000};
  nanosleep(&tick, NULL); /* a signal ends it */
}

/* Temporary errors, for example a busy store, are reported and retried. */
static int run_until_interrupted(service *v) {
  while (!interrupted) {
    bool news = false;
    if (v->health_only)
      sleep_tick();
    else
      news = live_step(&v->live, TICK);
    double now = seconds_now();
    server_tick(v->server);
    if (!v->health_only && !interrupted && (news || now - v->today_at >= TODAY_EVERY))
      make_today(v);
    if (!interrupted && now - v->health_at >= HEALTH_EVERY) make_health(v);
  }
  return EXIT_OK;
}

static int print_address(const service *v, const char *address) {
  bool six = strchr(address, ':') != NULL;
  text t = {0};
  text_addf(&t, "http://%s%s%s:%u/", six ? "[" : "", address, six ? "]" : "",
            (unsigned)server_port(v->server));
  if (v->token != NULL && v->program->options.value[OPTION_TOKEN_FILE] == NULL)
    text_addf(&t, "?token=%s", v->token);
  text_add(&t, "\n");
  return write_out(&t);
}

/* ------------------------------------------------------------------------------------ starting */

static int read_token(service *v, const char *path) {
  text t = {0};
  int code = load_file(&t, path);
  while (t.length > 0 && strchr("\r\n \t", t.data[t.length - 1]) != NULL)
    t.data[--t.length] = '\0';
  size_t plain = t.data == NULL
                     ? 0
                     : strspn(t.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-._~");
  if (code == EXIT_OK && (t.length < TOKEN_LEAST || plain != t.length))
    code = complain(EXIT_USAGE, "for example: openssl rand -hex 16 > FILE",
                    "a token has %d characters or more: letters, digits and -._~", TOKEN_LEAST);
  if (code == EXIT_OK) v->token = copy_text(t.data);
  text_free(&t);
  return code;
}

static void make_token(service *v) {
  unsigned char bytes[16];
  char hex[2 * sizeof bytes + 1];
  randombytes_buf(bytes, sizeof bytes);
  v->token = copy_text(sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes));
}

/* A person's activity is private: on a shared machine other users reach the loopback address,
 * too. */
static int choose_token(service *v, const char *address) {
  const char *path = v->program->options.value[OPTION_TOKEN_FILE];
  int local = is_loopback(address);
  if (local < 0) {
    char *shown = text_safe(address);
    complain(EXIT_USAGE, "for example 127.0.0.1 or ::1", "--bind: \"%s\" is not an address", shown);
    free(shown);
    return EXIT_USAGE;
  }
  if (path != NULL) return read_token(v, path);
  if (local == 0)
    return complain(EXIT_USAGE, "give one with --token-file, and put TLS in front of it",
                    "an address that others can reach is not served without a token");
  if (!v->health_only) make_token(v);
  return EXIT_OK;
}

static void end_by_service_manager(void) {
  struct sigaction action = {0};
  action.sa_handler = on_interrupt;
  action.sa_flags = (int)SA_RESETHAND;
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int run_serve(program *p) {
  const char *address = p->options.value[OPTION_BIND], *port = p->options.value[OPTION_PORT];
  service v = {.program = p, .health_only = given(&p->options, OPTION_HEALTH)};
  if (address == NULL) address = "127.0.0.1";
  end_by_service_manager();
  int code = choose_token(&v, address);
  if (code == EXIT_OK && !v.health_only) code = open_store(p, false);
  server_options how = {.address = address,
                        .port = (uint16_t)strtoul(port != NULL ? port : PORT, NULL, 10),
                        .token = v.token,
                        .hosts = &p->options.host};
  if (code == EXIT_OK) code = server_start(&v.server, &how);
  bool follows = code == EXIT_OK && !v.health_only;
  if (follows) code = live_open(&v.live, p);
  if (code == EXIT_OK && !v.health_only) code = make_today(&v);
  if (code == EXIT_OK) code = make_health(&v);
  if (code == EXIT_OK) code = print_address(&v, address);
  if (code == EXIT_OK) code = run_until_interrupted(&v);
  server_stop(v.server);
  if (follows) live_close(&v.live);
  text_free(&v.shown);
  text_free(&v.today_wrong);
  text_free(&v.health_wrong);
  free(v.token);
  return code;
}
