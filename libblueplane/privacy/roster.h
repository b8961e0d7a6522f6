/* privacy/roster.h: who belongs to a team store: people with the keys of their devices, teams,
 * projects, seats. A steward writes it as JSON (docs/formats/roster.md); signed, with its version
 * and the digest of the version before, it is a link of a chain that every member can check. Knows
 * the document; knows no store and no number of anybody. */
#ifndef BPI_PRIVACY_ROSTER_H
#define BPI_PRIVACY_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/json.h"
#include "base/sign.h"

#define ROSTER_FLOOR 3 /* people behind a published number: policy only ever raises it */
#define ROSTER_NAME_MAX 64
#define ROSTER_DEVICES 8
#define ROSTER_NONE SIZE_MAX
/* Bounds of what a roster says, so that nothing that is computed of it overflows. */
#define ROSTER_MEMBERS_MAX 10000
#define ROSTER_PLATFORMS_MAX 100
#define ROSTER_SEATS_MAX INT64_C(50000)                         /* of a platform */
#define ROSTER_CENTS_MAX INT64_C(100000)                        /* of a seat and month */
#define ROSTER_PRICE_MAX (ROSTER_CENTS_MAX * INT64_C(10000000)) /* the same as nUSD */

typedef struct roster_member {
  const char *id, *role;
  size_t team;    /* number in roster.team */
  int experience; /* slice of SLICED_EXPERIENCE */
  bool service, active;
  size_t devices;
  unsigned char device[ROSTER_DEVICES][BPI_PUBLIC_BYTES]; /* in order */
} roster_member;

typedef struct roster_project {
  const char *id;
  const char **folder; /* last names of folders that belong to it, in order */
  size_t folders;
} roster_project;

typedef struct roster_seat {
  const char *platform;
  int64_t seats, price_cents; /* of a seat and month */
} roster_seat;

/* A device and whose it is. */
typedef struct roster_device {
  const unsigned char *key;
  size_t member;
} roster_device;

/* Everything in order of its id. Text belongs to the document that was read. */
typedef struct roster {
  json_doc *doc;
  const char *organisation;
  int64_t minimum, grace_days;
  const char **team;
  roster_project *project;
  roster_seat *seat;
  roster_member *member;
  roster_device *device; /* of all members, in order of their keys */
  size_t teams, projects, seats, members, devices;
  /* of a signed one; else zeros */
  int64_t version;
  unsigned char previous[BPI_DIGEST_BYTES];
  public_keys store;
  unsigned char signature[BPI_SIGNATURE_BYTES];
} roster;

/* Reads what a steward wrote, or with `signed_one` what bpi_roster_sign made; its signature is still
 * to be verified. Errors: FORMAT with "path" (or "byte" where it is not JSON) and "hint", LIMIT,
 * NOMEM. */
int bpi_roster_parse(roster **out, const char *json, size_t length, bool signed_one,
                     bp_error **error);
void bpi_roster_free(roster *r);

/* The next link of a chain: fills version, previous, store and signature. `previous` NULL: the first. */
int bpi_roster_sign(roster *r, const sign_keys *keys, const roster *previous, bp_error **error);
/* Whether it is signed by that store. BP_ERR_NOMEM, BP_ERR_DENIED with "reason" "signature". */
int bpi_roster_verify(const roster *r, const unsigned char store[BPI_PUBLIC_BYTES],
                      bp_error **error);
/* The canonical document, the same bytes for the same roster; with its signature if it has one. */
int bpi_roster_write(char **out, size_t *length, const roster *r, bp_error **error);
/* Of the canonical signed document. */
int bpi_roster_digest(const roster *r, unsigned char out[BPI_DIGEST_BYTES], bp_error **error);

/* Whether a member's numbers are no worse kept under this roster than under the one they agreed to:
 * behind as many people, and lying in the store no longer. */
bool bpi_roster_as_careful(const roster *r, const roster *agreed);

/* NULL and ROSTER_NONE: nobody, no such team or project. */
const roster_member *bpi_roster_device(const roster *r,
                                       const unsigned char device[BPI_PUBLIC_BYTES]);
const roster_member *bpi_roster_member(const roster *r, const char *id);
size_t bpi_roster_team(const roster *r, const char *id);
size_t bpi_roster_project(const roster *r, const char *id);
size_t bpi_roster_project_of(const roster *r, const char *folder, size_t length);
/* Whether the member leads the own team: the role is "lead". */
bool bpi_roster_leads(const roster_member *m);
/* People of a team who are active; service accounts are no people. */
size_t bpi_roster_active(const roster *r, size_t team);

#endif
