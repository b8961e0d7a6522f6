/* privacy/roster.h: who belongs to a team store: people with their devices' keys, teams, projects,
 * seats. A steward writes it as JSON (docs/formats/roster.md). Signed, with a version and the
 * digest of the version before, it is a link in a chain that every member can verify. Knows the
 * document; knows no store and nobody's numbers. */
#ifndef BPI_PRIVACY_ROSTER_H
#define BPI_PRIVACY_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#include "base/json.h"
#include "base/sign.h"

#define ROSTER_FLOOR 3 /* fewest people behind a published number; policy can only raise it */
#define ROSTER_NAME_MAX 64
#define ROSTER_DEVICES 8
#define ROSTER_NONE SIZE_MAX
/* Limits on the content of a roster, so that no computation with it overflows. */
#define ROSTER_MEMBERS_MAX 10000
#define ROSTER_PLATFORMS_MAX 100
#define ROSTER_SEATS_MAX INT64_C(50000)                         /* per platform */
#define ROSTER_CENTS_MAX INT64_C(100000)                        /* per seat and month */
#define ROSTER_PRICE_MAX (ROSTER_CENTS_MAX * INT64_C(10000000)) /* the same in nUSD */

typedef struct roster_member {
  const char *id, *role;
  size_t team;    /* index in roster.team */
  int experience; /* slice of SLICED_EXPERIENCE */
  bool service, active;
  size_t devices;
  unsigned char device[ROSTER_DEVICES][BPI_PUBLIC_BYTES]; /* sorted */
} roster_member;

typedef struct roster_project {
  const char *id;
  const char **folder; /* last components of its folders, sorted */
  size_t folders;
} roster_project;

typedef struct roster_seat {
  const char *platform;
  int64_t seats, price_cents; /* per seat and month */
} roster_seat;

/* A device and the index of its member. */
typedef struct roster_device {
  const unsigned char *key;
  size_t member;
} roster_device;

/* All lists are sorted by id. Texts belong to `doc`. */
typedef struct roster {
  json_doc *doc;
  const char *organisation;
  int64_t minimum, grace_days;
  const char **team;
  roster_project *project;
  roster_seat *seat;
  roster_member *member;
  roster_device *device; /* of all members, sorted by key */
  size_t teams, projects, seats, members, devices;
  /* of a signed roster; otherwise zeros */
  int64_t version;
  unsigned char previous[BPI_DIGEST_BYTES];
  public_keys store;
  unsigned char signature[BPI_SIGNATURE_BYTES];
} roster;

/* Parses what a steward wrote or, with `signed_one`, a signed roster, whose signature is not
 * verified here. Errors: FORMAT with "path" (or "byte" if it is not JSON) and "hint", LIMIT,
 * NOMEM. */
int bpi_roster_parse(roster **out, const char *json, size_t length, bool signed_one,
                     bp_error **error);
void bpi_roster_free(roster *r);

/* Makes the next link of a chain: sets version, previous, store and signature. `previous` NULL: the
 * first. */
int bpi_roster_sign(roster *r, const sign_keys *keys, const roster *previous, bp_error **error);
/* Verifies the signature of that store. BP_ERR_NOMEM, BP_ERR_DENIED with "reason" "signature". */
int bpi_roster_verify(const roster *r, const unsigned char store[BPI_PUBLIC_BYTES],
                      bp_error **error);
/* Writes the canonical document, the same bytes for the same roster, with its signature if it has
 * one. */
int bpi_roster_write(char **out, size_t *length, const roster *r, bp_error **error);
/* Digest of the canonical signed document. */
int bpi_roster_digest(const roster *r, unsigned char out[BPI_DIGEST_BYTES], bp_error **error);

/* Whether this roster protects a member's numbers at least as well as the one they agreed to: at
 * least as many people behind each number, kept no longer in the store. */
bool bpi_roster_as_careful(const roster *r, const roster *agreed);

/* NULL or ROSTER_NONE: no such device, member, team or project. */
const roster_member *bpi_roster_device(const roster *r,
                                       const unsigned char device[BPI_PUBLIC_BYTES]);
const roster_member *bpi_roster_member(const roster *r, const char *id);
size_t bpi_roster_team(const roster *r, const char *id);
size_t bpi_roster_project(const roster *r, const char *id);
size_t bpi_roster_project_of(const roster *r, const char *folder, size_t length);
/* Whether the member's role is "lead", for their own team. */
bool bpi_roster_leads(const roster_member *m);
/* The number of active people in a team, without service accounts. */
size_t bpi_roster_active(const roster *r, size_t team);

#endif
