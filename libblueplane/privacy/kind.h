/* privacy/kind.h: the kinds of file, which are the boundary between what may be known by whom: what
 * a person may not see is not in the file that this person opens. Knows names only. */
#ifndef BPI_PRIVACY_KIND_H
#define BPI_PRIVACY_KIND_H

/* Each kind is told apart by the mark in its file's header and has a schema of its own; no file of
 * one kind ever becomes another. */
typedef enum store_kind {
  STORE_PERSONAL,     /* facts of one person, on that person's machine */
  STORE_TEAM,         /* a steward's: a roster, contributions of open weeks, published cells */
  STORE_ORGANISATION, /* published cells of many releases; no person */
  STORE_RELEASE,      /* the cells of one release file, in memory */
  STORE_LEAD,         /* the cells of one team, and members who agreed to be seen; in memory, too */
  STORE_KINDS
} store_kind;

#define STORE_BIT(kind) (1u << (kind))

#endif
