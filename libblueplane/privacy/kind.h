/* privacy/kind.h: the kinds of store files. They are the boundary of what each reader may know:
 * what a person may not see is not in the file that this person opens. Knows names only. */
#ifndef BPI_PRIVACY_KIND_H
#define BPI_PRIVACY_KIND_H

/* Each kind has its own mark in the file header and its own schema; a file never changes its
 * kind. */
typedef enum store_kind {
  STORE_PERSONAL,     /* facts of one person, on that person's machine */
  STORE_TEAM,         /* a steward's: a roster, contributions of open weeks, published cells */
  STORE_ORGANISATION, /* published cells of many releases; no person */
  STORE_RELEASE,      /* the cells of one release file, in memory */
  /* the cells of one team, and members who agreed to be shown; in memory, too */
  STORE_LEAD,
  STORE_KINDS
} store_kind;

#define STORE_BIT(kind) (1u << (kind))

#endif
